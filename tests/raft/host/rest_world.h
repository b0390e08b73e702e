// RestWorld: hosts of real cores with what decides about their rest, without threads and clock: one
// seed, one run. A turn is what RaftLoop's is; time passes when it is told to.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <variant>
#include <vector>

#include "raft/base/random.h"
#include "raft/core/consensus.h"
#include "raft/host/group_rest.h"
#include "raft/host/node_watch.h"
#include "raft/host/outbox.h"
#include "raft/storage/memory_log_store.h"

namespace quorate::raft {

class RestWorld {
 public:
  static constexpr std::size_t kNodes = 3;
  static constexpr std::uint64_t kIdleTicks = 30;
  static constexpr std::uint64_t kIntervalTicks = 10;
  static constexpr std::uint64_t kElectionTicks = 50;

  RestWorld(std::uint64_t seed, std::uint64_t groups);

  // Everything that was sent arrives, in order, until nothing is under way.
  void settle();
  // So many ticks everywhere; what is sent in one arrives before the next.
  void run(std::uint64_t ticks);
  // One tick everywhere, with losses, repetitions and delays of what is sent.
  void run_badly(std::uint64_t ticks);

  void propose(std::size_t at, GroupId group);
  void step_down(std::size_t at, GroupId group);
  void stop(std::size_t at);
  void start(std::size_t at);
  void remove(std::size_t at, GroupId group);
  void add(std::size_t at, GroupId group);
  void cut(std::size_t at) { cut_.insert(at); }
  void heal() { cut_.clear(); }

  [[nodiscard]] bool is_up(std::size_t at) const { return nodes_[at] != nullptr; }
  [[nodiscard]] bool has(std::size_t at, GroupId group) const;
  [[nodiscard]] bool is_resting(std::size_t at, GroupId group) const;
  [[nodiscard]] const Consensus& core(std::size_t at, GroupId group) const;
  // The newest term's, among those that are up.
  [[nodiscard]] std::optional<std::size_t> leader(GroupId group) const;
  [[nodiscard]] std::uint64_t groups() const { return groups_; }
  [[nodiscard]] Random& random() { return random_; }
  // Turns of groups, and beats that left, since the start.
  [[nodiscard]] std::uint64_t turns() const { return turns_; }
  [[nodiscard]] std::uint64_t beats() const { return beats_; }
  [[nodiscard]] std::uint64_t messages() const { return messages_; }

 private:
  struct StepDown {};
  using Input =
      std::variant<Message, inbox::Rest, inbox::Rested, Proposal, ReplicaId, WakeUp, StepDown>;
  struct Group {
    std::unique_ptr<Consensus> core;
    GroupRest rest;
    std::vector<Input> inbox;
  };
  struct Node {
    NodeWatch watch;
    Outbox outbox;
    std::map<GroupId, Group> groups;
    std::set<GroupId> busy;  // something is in the inbox
  };
  struct Flying {
    std::size_t from = 0;
    std::size_t to = 0;
    std::variant<Message, NodeBeat> what;
  };

  static ReplicaId replica(std::size_t at);
  void turn(std::size_t at, GroupId id, std::uint32_t ticks);
  void take(Group& group, Input& input, TurnFacts& facts);
  void carry_out(std::size_t at, GroupId id, TurnFacts& facts);
  static void post(Node& node, GroupId id, Input input);
  void turns_until_quiet(std::size_t at);
  void tick_all();
  void interval(std::size_t at);
  void fly(std::size_t at, std::vector<NodeBeat> beats);
  void deliver(Flying flying);
  void wake_groups(std::size_t at);

  const std::uint64_t groups_;
  Random random_;
  std::uint64_t now_ = 0;
  std::uint64_t lives_ = 0;
  std::uint64_t token_ = 0;
  std::uint64_t turns_ = 0;
  std::uint64_t beats_ = 0;
  std::uint64_t messages_ = 0;
  std::set<std::size_t> cut_;
  std::deque<Flying> flying_;
  std::vector<std::unique_ptr<MemoryLogStore>> disks_;
  std::vector<std::unique_ptr<Node>> nodes_;
};

}  // namespace quorate::raft
