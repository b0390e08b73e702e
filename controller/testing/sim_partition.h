// One replica of one partition on a simulated broker: broker-stub/replica/partition.h over a log in
// memory. Who is in sync, how far the high watermark goes and where a follower truncates is decided
// by the broker's own code (LeaderState, decide(), LeaderEpochs).
//
// What a crash leaves is the broker's business (forget_roles(), cut()).
// Owner: SimBroker. Thread: one.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "broker-stub/log/leader_epochs.h"
#include "broker-stub/replica/follower_state.h"
#include "broker-stub/replica/leader_state.h"
#include "controller/testing/acked_records.h"

namespace quorate::controller::testing {

struct FetchAsked {
  TopicPartition id;
  std::int64_t offset = 0;
  std::int32_t leader_epoch = -1;
  std::int32_t last_fetched_epoch = -1;
};

struct FetchGiven {
  FetchAsked asked;
  broker::LeaderAnswer answer;
  std::vector<SimRecord> records;
};

class SimPartition {
 public:
  struct Setup {
    TopicPartition id;
    BrokerId me = kNoBroker;
    broker::LeaderOptions leader;
    AckedRecords* acked = nullptr;
    bool acks_early = false;  // a planted fault
  };
  explicit SimPartition(const Setup& setup) : setup_(setup) {}

  void lead(const Partition& state, std::int64_t min_insync, std::int64_t now_ms);
  void follow(const Partition& state);
  void set_min_insync(std::int64_t count);

  [[nodiscard]] bool leads() const { return leader_.has_value(); }
  [[nodiscard]] BrokerId leader() const { return state_.leader; }
  [[nodiscard]] const Partition& state() const { return state_; }
  [[nodiscard]] const std::vector<SimRecord>& log() const { return log_; }
  // Requires leads().
  [[nodiscard]] const broker::LeaderState& leading() const { return *leader_; }

  // Whether it was taken.
  bool produce(std::uint64_t value);
  FetchGiven give(const FetchAsked& asked,
                  BrokerId follower,
                  std::uint64_t follower_epoch,
                  std::size_t records_max,
                  std::int64_t now_ms);
  [[nodiscard]] FetchAsked ask() const;
  void take(const FetchGiven& given);

  template <typename IsActive>
  std::optional<broker::IsrProposal> propose(std::int64_t now_ms, const IsActive& is_active) {
    return leader_ ? leader_->propose(now_ms, is_active) : std::nullopt;
  }
  void on_outcome(const broker::IsrProposal& proposal,
                  broker::ProposalOutcome outcome,
                  const std::optional<Partition>& accepted,
                  std::int64_t now_ms);

  // The process ends: what it knew of its role is gone, and some of the high watermark.
  void forget_roles(std::int64_t high_watermark);
  // Nothing at or behind `end` is left.
  void cut(std::int64_t end);
  [[nodiscard]] std::int64_t high_watermark() const;

 private:
  struct Waiting {
    std::int64_t offset = 0;
    SimRecord record;
  };

  [[nodiscard]] std::int64_t end() const { return static_cast<std::int64_t>(log_.size()); }
  void acknowledge();

  Setup setup_;
  std::vector<SimRecord> log_;
  broker::LeaderEpochs epochs_;
  std::int64_t high_watermark_ = 0;  // while it does not lead
  Partition state_ = unknown();
  std::optional<broker::LeaderState> leader_;
  std::deque<Waiting> waiting_;  // for their acknowledgement

  static Partition unknown();
};

}  // namespace quorate::controller::testing
