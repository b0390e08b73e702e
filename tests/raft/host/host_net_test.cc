// Three hosts of several groups with what users run: RocksDB on real directories, gRPC with mutual
// TLS on loopback.
#include <array>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "raft/host/host.h"
#include "tests/raft/server/answers.h"
#include "tests/raft/server/real_nodes.h"
#include "tests/raft/server/recording_machine.h"
#include "tests/raft/server/waiting.h"

namespace quorate::raft {
namespace {

constexpr std::size_t kSize = RealNodes::kSize;
constexpr std::uint64_t kGroups = 8;

class RealHosts {
 public:
  void start(std::size_t at) {
    HostParts parts;
    parts.log_store = nodes_.open_store(at);
    parts.transport = nodes_.open_transport(at);
    auto host = Host::start({.cluster = RealNodes::kCluster, .self = RealNodes::replica(at)},
                            std::move(parts));
    INFO(host.status());
    REQUIRE(host.is_ok());
    hosts_[at] = std::move(host).value();
    nodes_.introduce(at);
    for (std::uint64_t id = 1; id <= kGroups; ++id)
      add(at, id);
  }
  void stop(std::size_t at) {
    nodes_.leave(at);
    hosts_[at].reset();
  }

  [[nodiscard]] const RecordingMachine& machine(std::size_t at, std::uint64_t group) const {
    return *machines_[at].at(group);
  }

  void commit(std::uint64_t id, const std::string& command) {
    REQUIRE(eventually([&] {
      for (std::size_t at = 0; at < kSize; ++at) {
        const auto group = hosts_[at] ? hosts_[at]->group(GroupId{id}) : nullptr;
        if (!group || group->status().core.role != Role::kLeader) continue;
        Answers answers;
        if (!group->propose(SharedBytes(command), {}, answers.proposal("p")).is_ok()) continue;
        if (!eventually([&] { return answers.total() == 1; })) continue;
        if (answers.of("p")->status.is_ok()) return true;
      }
      return false;
    }));
  }

 private:
  void add(std::size_t at, std::uint64_t id) {
    const Status made = hosts_[at]->bootstrap(RealNodes::first_state(id));
    REQUIRE((made.is_ok() || made.code() == Code::kAlreadyExists));
    machines_[at][id] = std::make_unique<RecordingMachine>();
    ServerOptions options;
    options.core.cluster = RealNodes::kCluster;
    options.core.self = RealNodes::replica(at);
    options.core.group = GroupId{id};
    options.flight_recorder_bytes = 0;
    HostGroupParts parts;
    parts.state_machine = machines_[at][id].get();
    const Status added = hosts_[at]->add_group(options, std::move(parts));
    INFO(added);
    REQUIRE(added.is_ok());
  }
  RealNodes nodes_;
  std::array<std::map<std::uint64_t, std::unique_ptr<RecordingMachine>>, kSize> machines_;
  std::array<std::unique_ptr<Host>, kSize> hosts_;
};

TEST_CASE("hosts on RocksDB and mutual TLS commit in every group and survive stops",
          "[host][net][P63]") {
  RealHosts hosts;
  for (std::size_t at = 0; at < kSize; ++at)
    hosts.start(at);
  for (std::uint64_t id = 1; id <= kGroups; ++id)
    hosts.commit(id, "a" + std::to_string(id));
  hosts.stop(0);
  for (std::uint64_t id = 1; id <= kGroups; ++id)
    hosts.commit(id, "b" + std::to_string(id));
  hosts.start(0);
  for (std::uint64_t id = 1; id <= kGroups; ++id) {
    const std::vector<std::string> expected{"a" + std::to_string(id), "b" + std::to_string(id)};
    for (std::size_t at = 0; at < kSize; ++at)
      CHECK(eventually([&] { return hosts.machine(at, id).commands() == expected; }));
  }
}

}  // namespace
}  // namespace quorate::raft
