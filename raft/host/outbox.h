// Outbox: what the groups of a host want written and sent, so that in one round of turns all of it
// becomes one synced write, one hand-over of messages, and one beat per node (P111).
//
// Heartbeats and their answers do not travel as messages of their own: they are gathered per node.
// What a turn says by the clock alone waits for the beat of the interval; what it says because
// something came in (a read, an answer) leaves at the round's end, and takes along what waits for
// the same node.
//
// Bounds: of a group's heartbeats to a node only the newest is held.
// Pure. Owner: Host. Thread: the host's raft thread.
#pragma once

#include <map>
#include <utility>
#include <vector>

#include "raft/core/message.h"
#include "raft/core/ready.h"
#include "raft/transport/node_beat.h"
#include "raft/transport/transport.h"

namespace quorate::raft {

class Outbox final : public MessageSink {
 public:
  Outbox(ClusterId cluster, ReplicaId self) : cluster_(cluster), self_(self) {}

  // --- within a group's turn ---
  void send(std::vector<Message> messages) override;
  void write(PersistBatch batch) { batches_.push_back(std::move(batch)); }
  void order(const ReplicaId& to, const RestOrder& order) { turn_[to].orders.push_back(order); }
  void answer(const ReplicaId& to, const RestResult& result) {
    turn_[to].answers.push_back(result);
  }
  // Whether what it said waits for the next beat.
  enum class Urgency : std::uint8_t { kNow, kAtBeat };
  void end_turn(Urgency urgency);

  // --- at a round's end ---
  [[nodiscard]] std::vector<Message> take_messages() { return std::exchange(messages_, {}); }
  // In the order of their turns; of one group in the order of their numbers.
  [[nodiscard]] std::vector<PersistBatch> take_batches() { return std::exchange(batches_, {}); }
  // To every node to which something is urgent.
  [[nodiscard]] std::vector<NodeBeat> take_urgent(const BeatEpoch& epoch);

  // --- at the interval ---
  // To every node for which something waits, and to all of `others`.
  [[nodiscard]] std::vector<NodeBeat> take_beats(const BeatEpoch& epoch,
                                                 const std::vector<ReplicaId>& others);

 private:
  struct Waiting {
    std::map<GroupId, GroupHeartbeat> heartbeats;
    std::vector<GroupHeartbeatResult> results;
    std::vector<RestOrder> orders;
    std::vector<RestResult> answers;
    bool is_urgent = false;
  };
  void pack(const ReplicaId& to, const BeatEpoch& epoch, Waiting waiting);
  [[nodiscard]] NodeBeat& room(const ReplicaId& to, const BeatEpoch& epoch);

  const ClusterId cluster_;
  const ReplicaId self_;
  std::uint64_t last_number_ = 0;
  std::vector<Message> messages_;
  std::vector<PersistBatch> batches_;
  std::map<ReplicaId, Waiting> turn_;   // of this turn
  std::map<ReplicaId, Waiting> nodes_;  // of earlier ones
  std::vector<NodeBeat> packed_;        // while they are made
};

}  // namespace quorate::raft
