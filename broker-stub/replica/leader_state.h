// LeaderState: what a partition's leader knows of its followers, how far everything is replicated,
// and which in-sync replica set it wishes for.
//
//   committed ISR   what the controller wrote last
//   maximal ISR     committed, and whoever a proposal in flight would add: all that might already
//                   be in the ISR. The high watermark waits for every one of them.
//
// Invariants:
//   - the high watermark never decreases (B2) and is at most the log end of each member of the
//     maximal ISR (B3); it moves only while the committed ISR has min.insync.replicas members
//     (PAR-14)
//   - at most one proposal is open; while its outcome is unknown it stays open
//   - a member that has not caught up for lag_max_ms is proposed for removal at the next tick
//     (B22); until the controller agrees, the high watermark waits for it
//
// Owner: Partition, while it leads; each leader epoch builds a new one. Thread: its owner's.
// PURE: time comes in as an argument (milliseconds of any monotonic clock).
// Source: Kafka KIP-497 (AlterPartition), KIP-966 (high watermark and min ISR).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "controller/image/partition.h"
#include "controller/image/types.h"

namespace quorate::broker {

using controller::BrokerId;

struct LeaderOptions {
  std::int64_t lag_max_ms = 30'000;        // replica.lag.time.max.ms
  std::int64_t proposal_backoff_ms = 200;  // after a refused or unanswered proposal
};

struct IsrMemberEpoch {
  BrokerId broker = controller::kNoBroker;
  std::optional<std::uint64_t> broker_epoch;  // as its fetches said
  friend bool operator==(const IsrMemberEpoch&, const IsrMemberEpoch&) = default;
};

// What the leader asks the controller for (AlterPartition).
struct IsrProposal {
  std::int32_t leader_epoch = 0;
  std::int32_t partition_epoch = 0;  // of the state it is based on
  std::vector<IsrMemberEpoch> isr;   // ascending
  friend bool operator==(const IsrProposal&, const IsrProposal&) = default;
};

enum class ProposalOutcome : std::uint8_t {
  kAccepted,  // the controller's state comes with it
  kRejected,  // the controller decided that it shall not be; propose anew from what is true then
  kNotTaken,  // nobody decided: it did not happen, unless asking before that had an unknown end
  kStale,     // the controller's state is newer than ours: wait for the metadata
  kUnknown,   // no answer: the same proposal must be repeated
};

// One follower, as its fetches show it.
struct FollowerView {
  BrokerId broker = controller::kNoBroker;
  std::int64_t log_end = -1;  // -1: it has not fetched in this leader epoch
  std::int64_t caught_up_ms = 0;
  bool in_isr = false;
};

class LeaderState {
 public:
  // `state.leader` is `me`. `epoch_start` is where this leader epoch begins in the log.
  LeaderState(BrokerId me,
              LeaderOptions options,
              const controller::Partition& state,
              std::int64_t min_insync_replicas,
              std::int64_t epoch_start,
              std::int64_t high_watermark,
              std::int64_t now_ms);

  [[nodiscard]] std::int32_t leader_epoch() const { return state_.leader_epoch; }
  [[nodiscard]] std::int32_t partition_epoch() const { return state_.partition_epoch; }
  [[nodiscard]] std::int64_t high_watermark() const { return high_watermark_; }
  [[nodiscard]] const controller::BrokerList& isr() const { return state_.isr; }
  [[nodiscard]] const controller::BrokerList& replicas() const { return state_.replicas; }
  [[nodiscard]] std::vector<BrokerId> maximal_isr() const;
  // Members that the committed ISR must have for a write at acks=all; at most #replicas.
  [[nodiscard]] std::size_t min_isr() const;
  [[nodiscard]] bool has_min_isr() const { return state_.isr.size() >= min_isr(); }
  [[nodiscard]] bool is_replica(BrokerId broker) const { return state_.replicas.contains(broker); }
  [[nodiscard]] std::vector<FollowerView> followers() const;

  void set_min_insync_replicas(std::int64_t count);
  // The metadata log says so, both at once. Of the state older or equal partition epochs change
  // nothing, and with another leader epoch nothing changes at all.
  void on_metadata(const controller::Partition& state,
                   std::int64_t min_insync_replicas,
                   std::int64_t now_ms);
  // The leader's log ends here now.
  void on_log_end(std::int64_t log_end);
  // `broker`, a replica that is not us, has everything before `fetch_offset`.
  void on_fetch(BrokerId broker,
                std::optional<std::uint64_t> broker_epoch,
                std::int64_t fetch_offset,
                std::int64_t now_ms);

  // The proposal to send now, if any. `is_active` tells who may be in an ISR. It is open from here
  // on, until an outcome comes.
  template <typename IsActive>
  std::optional<IsrProposal> propose(std::int64_t now_ms, const IsActive& is_active) {
    std::vector<BrokerId> eligible;
    for (const BrokerId id : state_.replicas.ids()) {
      if (is_active(id)) eligible.push_back(id);
    }
    return propose_among(now_ms, eligible);
  }
  // The answer to an open proposal; `accepted` with kAccepted. Answers to others are ignored.
  void on_outcome(const IsrProposal& proposal,
                  ProposalOutcome outcome,
                  const std::optional<controller::Partition>& accepted,
                  std::int64_t now_ms);

 private:
  struct Follower {
    std::int64_t log_end = -1;
    std::int64_t last_fetch_ms = 0;
    std::int64_t leader_end_at_fetch = 0;
    std::int64_t caught_up_ms = 0;
    std::optional<std::uint64_t> broker_epoch;
  };

  std::optional<IsrProposal> propose_among(std::int64_t now_ms,
                                           const std::vector<BrokerId>& eligible);
  [[nodiscard]] bool is_lagging(const Follower& follower, std::int64_t now_ms) const;
  [[nodiscard]] bool may_join(const Follower& follower) const;
  void adopt(const controller::Partition& state, std::int64_t now_ms);
  void advance_high_watermark();

  BrokerId me_;
  LeaderOptions options_;
  controller::Partition state_;  // as committed
  std::int64_t epoch_start_;
  std::int64_t high_watermark_;
  std::int64_t log_end_;
  std::int64_t min_insync_replicas_;
  std::map<BrokerId, Follower> followers_;
  std::optional<IsrProposal> open_;
  bool in_flight_ = false;          // the open proposal has been sent and not been answered
  bool may_be_made_ = false;        // it was sent before, and nobody knows what became of that
  bool wait_for_metadata_ = false;  // our state is known to be old
  std::int64_t propose_after_ms_ = 0;
};

}  // namespace quorate::broker
