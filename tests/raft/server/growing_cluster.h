// Servers in one process over a LoopNetwork, as many as a test wants: the first is bootstrapped
// alone, the others begin with empty disks and wait to be filled.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "raft/server/server.h"
#include "tests/raft/server/disk.h"
#include "tests/raft/server/loop_network.h"
#include "tests/raft/server/recording_machine.h"

namespace quorate::raft {

class GrowingCluster {
 public:
  // Node 1 runs and is the only voter.
  GrowingCluster();
  ~GrowingCluster();
  GrowingCluster(const GrowingCluster&) = delete;
  GrowingCluster& operator=(const GrowingCluster&) = delete;

  // Starts `node` on an empty disk with an incarnation of its own; what ran there ends, and its
  // disk is lost.
  ReplicaId start_blank(std::uint64_t node);
  void stop(std::uint64_t node);

  [[nodiscard]] ReplicaId id(std::uint64_t node) const { return members_.at(node).id; }
  [[nodiscard]] ServerStatus status(std::uint64_t node) const {
    return members_.at(node).server->status();
  }
  [[nodiscard]] std::vector<std::string> commands(std::uint64_t node) const {
    return members_.at(node).machine->commands();
  }

  // Waits until a running server leads; the newest term counts.
  std::uint64_t leader();
  Status ask(std::uint64_t node, MembershipChange change, ChangeCallback done) {
    return members_.at(node).server->change_membership(std::move(change), std::move(done));
  }
  Status transfer_from(std::uint64_t node) {
    return members_.at(node).server->transfer_leadership();
  }
  // Asks whoever leads, again while it is busy; how it ended.
  ChangeOutcome change(const MembershipChange& change);
  // Proposes at whoever leads until `command` is applied there.
  void commit(const std::string& command);
  // Waits until `nodes` have exactly the same commands, `count` of them, and the membership of the
  // leader.
  [[nodiscard]] bool converge(const std::vector<std::uint64_t>& nodes, std::size_t count);

 private:
  struct Member {
    ReplicaId id;
    std::shared_ptr<Disk> disk;
    std::unique_ptr<RecordingMachine> machine;
    std::unique_ptr<Server> server;
  };
  void start(std::uint64_t node, const Membership& membership);

  std::shared_ptr<LoopNetwork> network_ = std::make_shared<LoopNetwork>();
  std::map<std::uint64_t, Member> members_;
  std::uint64_t disks_ = 0;
};

}  // namespace quorate::raft
