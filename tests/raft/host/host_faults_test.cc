#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "tests/raft/host/hosts.h"

namespace quorate::raft {
namespace {

using Voters = Hosts::Voters;

TEST_CASE("what waits in a group that is removed is answered once", "[host][P64][P113]") {
  Hosts hosts;
  hosts.start(0);
  hosts.add_at(0, GroupId{1}, Voters::kAlone);
  hosts.add_at(0, GroupId{2}, Voters::kAlone);
  hosts.commit(GroupId{1}, "a");
  const auto group = hosts.host(0).group(GroupId{1});
  Answers answers;
  hosts.disk(0).hang();
  std::size_t queued = 0;
  for (int i = 0; i < 20; ++i) {
    const std::string name = std::to_string(i);
    if (group->propose(SharedBytes("x"), {}, answers.proposal("p" + name)).is_ok()) ++queued;
    if (group->read(ReadMode::kReadIndex, answers.read("r" + name)).is_ok()) ++queued;
  }
  REQUIRE(eventually([&] { return hosts.disk(0).is_hanging(); }));
  hosts.disk(0).release();
  REQUIRE(hosts.host(0).remove_group(GroupId{1}).is_ok());
  CHECK(queued == 40);
  CHECK(answers.total() == queued);
  for (int i = 0; i < 20; ++i)
    CHECK(answers.times("p" + std::to_string(i)) == 1);
  CHECK(group->propose(SharedBytes("y"), {}, answers.proposal("late")).code() == Code::kShutdown);
  CHECK(answers.total() == queued);
  hosts.commit(GroupId{2}, "the others go on");
  CHECK(hosts.host(0).metrics().proposal_bytes == 0);
}

TEST_CASE("a host that stops answers what waits in all of its groups", "[host][P64][P113]") {
  Hosts hosts;
  hosts.start(0);
  Answers answers;
  std::size_t queued = 0;
  for (std::uint64_t id = 1; id <= 30; ++id) {
    hosts.add_at(0, GroupId{id}, Voters::kAll);  // nobody else is there: nothing commits
    const auto group = hosts.host(0).group(GroupId{id});
    const std::string name = std::to_string(id);
    if (group->propose(SharedBytes("x"), {}, answers.proposal("p" + name)).is_ok()) ++queued;
    if (group->read(ReadMode::kReadIndex, answers.read("r" + name)).is_ok()) ++queued;
  }
  hosts.host(0).stop();
  CHECK(answers.total() == queued);
  CHECK(answers.accepted().empty());
}

TEST_CASE("a state machine that fails stops its group alone", "[host]") {
  Hosts hosts;
  hosts.start(0);
  hosts.add_at(0, GroupId{1}, Voters::kAlone);
  hosts.add_at(0, GroupId{2}, Voters::kAlone);
  hosts.commit(GroupId{1}, "a");
  hosts.machine(0, GroupId{1}).throw_at("poison");
  Answers answers;
  const auto group = hosts.host(0).group(GroupId{1});
  REQUIRE(group->propose(SharedBytes("poison"), {}, answers.proposal("poison")).is_ok());
  REQUIRE(eventually([&] { return answers.total() == 1; }));
  CHECK(answers.of("poison")->status.code() == Code::kUnknownOutcome);
  CHECK(eventually([&] { return group->status().fatal.has_value(); }));
  CHECK(eventually([&] { return hosts.group_fatal_calls(0) == 1; }));
  hosts.commit(GroupId{2}, "b");
  CHECK(hosts.fatal_calls(0) == 0);
  hosts.remove_at(0, GroupId{1});
}

TEST_CASE("a log store that fails stops all groups", "[host][P13]") {
  Hosts hosts;
  hosts.start(0);
  for (std::uint64_t id = 1; id <= 10; ++id) {
    hosts.add_at(0, GroupId{id}, Voters::kAlone);
  }
  for (std::uint64_t id = 1; id <= 10; ++id)
    hosts.commit(GroupId{id}, "a");
  hosts.disk(0).fail();
  Answers answers;
  REQUIRE(hosts.host(0)
              .group(GroupId{3})
              ->propose(SharedBytes("x"), {}, answers.proposal("x"))
              .is_ok());
  REQUIRE(eventually([&] { return answers.total() == 1; }));
  CHECK(answers.of("x")->status.code() == Code::kUnknownOutcome);
  CHECK(eventually([&] { return hosts.fatal_calls(0) == 1; }));
  for (std::uint64_t id = 1; id <= 10; ++id) {
    CHECK(eventually([&] { return hosts.host(0).group(GroupId{id})->status().fatal.has_value(); }));
  }
  hosts.remove_at(0, GroupId{4});
  hosts.host(0).stop();
  CHECK(hosts.fatal_calls(0) == 1);
}

TEST_CASE("proposals of all groups share one budget of bytes", "[host][budget]") {
  Hosts hosts(HostOptions{.proposal_bytes_max = 10'000});
  hosts.start(0);
  hosts.add_at(0, GroupId{1}, Voters::kAlone);
  hosts.add_at(0, GroupId{2}, Voters::kAlone);
  hosts.commit(GroupId{1}, "a");
  hosts.commit(GroupId{2}, "a");
  Answers answers;
  const auto propose = [&](std::uint64_t group, const std::string& name) {
    return hosts.host(0)
        .group(GroupId{group})
        ->propose(SharedBytes(std::string(6000, 'x')), {}, answers.proposal(name))
        .code();
  };
  hosts.disk(0).hang();
  CHECK(propose(1, "first") == Code::kOk);
  CHECK(propose(1, "second") == Code::kBusy);
  CHECK(propose(2, "of another group") == Code::kBusy);
  CHECK(hosts.host(0).metrics().proposals_over_budget == 2);
  hosts.disk(0).release();
  REQUIRE(eventually([&] { return answers.total() == 1; }));
  CHECK(propose(2, "after it") == Code::kOk);
  REQUIRE(eventually([&] { return answers.total() == 2; }));
  CHECK(answers.accepted() == std::vector<std::string>{"after it", "first"});
  CHECK(hosts.host(0).metrics().proposal_bytes == 0);
}

TEST_CASE("messages for groups that are not here are counted", "[host]") {
  Hosts hosts;
  for (std::size_t at = 0; at < Hosts::kSize; ++at)
    hosts.start(at);
  hosts.add_at(0, GroupId{1}, Voters::kAll);
  CHECK(eventually([&] { return hosts.host(1).metrics().messages_of_no_group > 0; }));
}

}  // namespace
}  // namespace quorate::raft
