#include <filesystem>
#include <iterator>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "tests/raft/host/hosts.h"

namespace quorate::raft {
namespace {

using Voters = Hosts::Voters;

std::size_t threads() {
  const std::filesystem::directory_iterator tasks("/proc/self/task");
  return static_cast<std::size_t>(std::distance(begin(tasks), end(tasks)));
}

TEST_CASE("three hosts of many groups commit in each of them", "[host][P63]") {
  constexpr std::uint64_t kGroups = 40;
  Hosts hosts;
  for (std::size_t at = 0; at < Hosts::kSize; ++at)
    hosts.start(at);
  for (std::uint64_t id = 1; id <= kGroups; ++id)
    hosts.add(GroupId{id});
  for (std::uint64_t id = 1; id <= kGroups; ++id) {
    hosts.commit(GroupId{id}, "a" + std::to_string(id));
    hosts.commit(GroupId{id}, "b" + std::to_string(id));
  }
  for (std::uint64_t id = 1; id <= kGroups; ++id) {
    const std::vector<std::string> expected{"a" + std::to_string(id), "b" + std::to_string(id)};
    for (std::size_t at = 0; at < Hosts::kSize; ++at)
      CHECK(eventually([&] { return hosts.machine(at, GroupId{id}).commands() == expected; }));
  }
}

TEST_CASE("groups take no threads", "[host]") {
  Hosts hosts;
  hosts.start(0);
  hosts.add_at(0, GroupId{1}, Voters::kAlone);
  const std::size_t with_one = threads();
  for (std::uint64_t id = 2; id <= 100; ++id)
    hosts.add_at(0, GroupId{id}, Voters::kAlone);
  CHECK(threads() == with_one);
  CHECK(hosts.host(0).metrics().groups == 100);
}

TEST_CASE("what many groups write while a sync runs is one synced write", "[host]") {
  constexpr std::uint64_t kGroups = 50;
  Hosts hosts;
  hosts.start(0);
  for (std::uint64_t id = 1; id <= kGroups; ++id)
    hosts.add_at(0, GroupId{id}, Voters::kAlone);
  std::vector<std::uint64_t> last(kGroups + 1);
  for (std::uint64_t id = 1; id <= kGroups; ++id) {
    hosts.commit(GroupId{id}, "first");
    last[id] = hosts.host(0).group(GroupId{id})->status().core.last.index.value;
  }
  Answers answers;
  const auto propose = [&](std::uint64_t id) {
    REQUIRE(hosts.host(0)
                .group(GroupId{id})
                ->propose(SharedBytes("x"), {}, answers.proposal(std::to_string(id)))
                .is_ok());
  };
  hosts.disk(0).hang();
  propose(1);
  REQUIRE(eventually([&] { return hosts.disk(0).is_hanging(); }));
  for (std::uint64_t id = 2; id <= kGroups; ++id)
    propose(id);
  for (std::uint64_t id = 2; id <= kGroups; ++id) {
    REQUIRE(eventually([&] {
      return hosts.host(0).group(GroupId{id})->status().core.last.index.value > last[id];
    }));
  }
  const std::uint64_t before = hosts.disk(0).persists();
  hosts.disk(0).release();
  REQUIRE(eventually([&] { return answers.total() == kGroups; }));
  // The one that hung, one for all others, and one more when the last round was not over yet.
  CHECK(hosts.disk(0).persists() <= before + 3);
  CHECK(answers.accepted().size() == kGroups);
}

TEST_CASE("a group that is removed and added again goes on where it was", "[host]") {
  Hosts hosts;
  hosts.start(0);
  hosts.add_at(0, GroupId{1}, Voters::kAlone);
  hosts.add_at(0, GroupId{2}, Voters::kAlone);
  hosts.commit(GroupId{1}, "a");
  hosts.commit(GroupId{2}, "other");
  hosts.remove_at(0, GroupId{1});
  CHECK(hosts.host(0).group(GroupId{1}) == nullptr);
  CHECK(hosts.host(0).remove_group(GroupId{1}).code() == Code::kNotFound);
  hosts.add_at(0, GroupId{1}, Voters::kAlone);
  hosts.commit(GroupId{1}, "b");
  CHECK(hosts.machine(0, GroupId{1}).commands() == std::vector<std::string>{"a", "b"});
  CHECK(hosts.machine(0, GroupId{2}).commands() == std::vector<std::string>{"other"});
}

TEST_CASE("a host that starts again recovers its groups", "[host]") {
  Hosts hosts;
  for (std::size_t at = 0; at < Hosts::kSize; ++at)
    hosts.start(at);
  for (std::uint64_t id = 1; id <= 5; ++id)
    hosts.add(GroupId{id});
  for (std::uint64_t id = 1; id <= 5; ++id)
    hosts.commit(GroupId{id}, "a");
  hosts.stop(1);
  for (std::uint64_t id = 1; id <= 5; ++id)
    hosts.commit(GroupId{id}, "b");
  hosts.start(1);
  for (std::uint64_t id = 1; id <= 5; ++id)
    hosts.add_at(1, GroupId{id}, Voters::kAll);
  for (std::uint64_t id = 1; id <= 5; ++id) {
    CHECK(eventually([&] {
      return hosts.machine(1, GroupId{id}).commands() == std::vector<std::string>{"a", "b"};
    }));
  }
}

TEST_CASE("reads and transfers work in a group of a host", "[host]") {
  Hosts hosts;
  for (std::size_t at = 0; at < Hosts::kSize; ++at)
    hosts.start(at);
  hosts.add(GroupId{1});
  hosts.commit(GroupId{1}, "a");
  const std::size_t from = hosts.leader(GroupId{1});
  Answers answers;
  for (std::size_t at = 0; at < Hosts::kSize; ++at) {
    const std::string name = "read at " + std::to_string(at);
    REQUIRE(eventually([&] {
      Answers tried;
      const auto group = hosts.host(at).group(GroupId{1});
      return group->read(ReadMode::kReadIndex, tried.read(name)).is_ok() &&
             eventually([&] { return tried.total() == 1; }) && tried.of(name)->status.is_ok();
    }));
  }
  const std::size_t to = (from + 1) % Hosts::kSize;
  CHECK(eventually([&] {
    const auto group = hosts.host(hosts.leader(GroupId{1})).group(GroupId{1});
    static_cast<void>(group->transfer_leadership(Hosts::replica(to).node));
    return eventually([&] { return hosts.leader(GroupId{1}) == to; }, std::chrono::seconds(1));
  }));
}

TEST_CASE("a host refuses groups that are not of it", "[host]") {
  Hosts hosts(HostOptions{.groups_max = 1});
  hosts.start(0);
  hosts.add_at(0, GroupId{1}, Voters::kAlone);
  RecordingMachine machine;
  const auto add = [&](const ServerOptions& options) {
    HostGroupParts parts;
    parts.state_machine = &machine;
    return hosts.host(0).add_group(options, std::move(parts)).code();
  };
  CHECK(add(Hosts::group_options(0, GroupId{1})) == Code::kAlreadyExists);
  CHECK(add(Hosts::group_options(0, GroupId{2})) == Code::kBusy);
  CHECK(add(Hosts::group_options(1, GroupId{2})) == Code::kInvalidArgument);
  ServerOptions foreign = Hosts::group_options(0, GroupId{2});
  foreign.core.cluster = {.high = 1, .low = 1};
  CHECK(add(foreign) == Code::kInvalidArgument);
  hosts.host(0).stop();
  CHECK(add(Hosts::group_options(0, GroupId{2})) == Code::kShutdown);
  CHECK(hosts.host(0).groups().empty());
}

}  // namespace
}  // namespace quorate::raft
