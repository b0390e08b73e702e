// Partition: one replica of one partition on this broker: its log, its role, its high watermark.
//
//   kOffline --(never)           kFollower <--lead()/follow()--> kLeader
//
// Invariants:
//   - only the leader of the current leader epoch appends what clients send (B8)
//   - the leader epoch never goes back; a request of another epoch is fenced or told to wait (B9)
//   - consumers see nothing at or behind the high watermark (B4)
//   - start <= high watermark <= log end
// A disk error makes it kOffline for good: every request gets KAFKA_STORAGE_ERROR.
//
// Owner: Replicas. Thread: the broker thread. Time comes in as an argument.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "broker-stub/kafka/error_code.h"
#include "broker-stub/log/partition_log.h"
#include "broker-stub/replica/follower_state.h"
#include "broker-stub/replica/leader_state.h"

namespace quorate::broker {

struct PartitionName {
  controller::TopicPartition id;
  std::string topic;
};

// What people and traces want to know; never used for control flow.
struct PartitionEvent {
  enum class Kind : std::uint8_t {
    kLeads,      // begins a leader epoch; offset: where
    kFollows,    // leader: whom
    kIsr,        // the committed ISR changed
    kTruncated,  // offset: new end; detail says when it lies below the high watermark
    kRefused,    // what the leader sent cannot be appended; detail: why
    kOffline,    // detail: why
  };
  Kind kind = Kind::kLeads;
  std::string topic;
  std::int32_t partition = 0;
  std::int32_t leader_epoch = 0;
  BrokerId leader = controller::kNoBroker;
  std::int64_t offset = -1;
  std::string detail;
};
using OnPartitionEvent = std::function<void(const PartitionEvent&)>;

struct ProduceOutcome {
  kafka::ErrorCode error = kafka::ErrorCode::kNone;
  std::string message;
  std::int64_t base_offset = -1;
  std::int64_t end_offset = -1;  // acks=all is kept once the high watermark is here
  std::int32_t leader_epoch = -1;
};

enum class Acks : std::int8_t { kNone = 0, kLeader = 1, kAll = -1 };

struct FetchPosition {
  std::int64_t offset = 0;
  std::int32_t leader_epoch = -1;        // what the fetcher believes; -1: does not say
  std::int32_t last_fetched_epoch = -1;  // of the record before `offset`; -1: does not say
};

struct FetchOutcome {
  kafka::ErrorCode error = kafka::ErrorCode::kNone;
  std::int64_t high_watermark = -1;
  std::int64_t log_start = -1;
  std::optional<EpochEnd> diverging;
  std::string records;
};

struct OffsetOutcome {
  kafka::ErrorCode error = kafka::ErrorCode::kNone;
  TimestampOffset found;
};

// Special timestamps of ListOffsets.
inline constexpr std::int64_t kLatestTimestamp = -1;
inline constexpr std::int64_t kEarliestTimestamp = -2;
inline constexpr std::int64_t kMaxTimestamp = -3;
inline constexpr std::int64_t kEarliestLocalTimestamp = -4;

class Partition {
 public:
  // `high_watermark` as checkpointed; it is cut to what the log holds. `on_progress` is called
  // after every change that somebody may wait for.
  Partition(PartitionName name,
            BrokerId me,
            LeaderOptions options,
            std::unique_ptr<PartitionLog> log,
            std::int64_t high_watermark,
            OnPartitionEvent on_event,
            std::function<void()> on_progress);
  // A partition whose log could not be opened: offline from the start.
  Partition(PartitionName name, BrokerId me, const Status& why, OnPartitionEvent on_event);

  [[nodiscard]] const PartitionName& name() const { return name_; }
  [[nodiscard]] bool is_online() const { return log_ != nullptr && log_->failure().is_ok(); }
  [[nodiscard]] bool is_leader() const { return leader_state_.has_value(); }
  // Null unless it leads.
  [[nodiscard]] const LeaderState* leading() const {
    return leader_state_ ? &*leader_state_ : nullptr;
  }
  [[nodiscard]] BrokerId leader() const { return state_.leader; }
  [[nodiscard]] std::int32_t leader_epoch() const { return state_.leader_epoch; }
  [[nodiscard]] const controller::Partition& state() const { return state_; }
  [[nodiscard]] std::int64_t high_watermark() const;
  // Requires is_online().
  [[nodiscard]] const PartitionLog& log() const { return *log_; }

  // --- roles, as the metadata log gives them; older leader epochs are ignored ---
  void lead(const controller::Partition& state, std::int64_t min_insync, std::int64_t now_ms);
  void follow(const controller::Partition& state);
  void set_min_insync_replicas(std::int64_t count);
  void set_log_options(PartitionLogOptions options);

  // --- as leader ---
  ProduceOutcome append(const kafka::RecordBatchView& batch, Acks acks);
  // Whether what ends at `end_offset` and was appended in `leader_epoch` is replicated: nothing
  // while it is not, kNone once it is, an error when this broker can no longer tell.
  [[nodiscard]] std::optional<kafka::ErrorCode> replicated(std::int64_t end_offset,
                                                           std::int32_t leader_epoch) const;
  // What to answer when the time for that is over.
  [[nodiscard]] kafka::ErrorCode not_replicated() const;
  // With bytes_max 0 no records are read; otherwise at least one batch comes if there is one.
  FetchOutcome fetch_as_consumer(const FetchPosition& position, std::size_t bytes_max);
  FetchOutcome fetch_as_follower(BrokerId follower,
                                 std::optional<std::uint64_t> broker_epoch,
                                 const FetchPosition& position,
                                 std::size_t bytes_max,
                                 std::int64_t now_ms);
  OffsetOutcome offset_for(std::int64_t timestamp, std::int32_t leader_epoch);
  [[nodiscard]] kafka::ErrorCode check_leader(std::int32_t leader_epoch) const;
  // Requires check_leader() to be kNone.
  [[nodiscard]] EpochEnd end_of_epoch(std::int32_t epoch) const;

  template <typename IsActive>
  std::optional<IsrProposal> propose(std::int64_t now_ms, const IsActive& is_active) {
    if (!leader_state_ || !is_online()) return std::nullopt;
    return leader_state_->propose(now_ms, is_active);
  }
  void on_proposal_outcome(const IsrProposal& proposal,
                           ProposalOutcome outcome,
                           const std::optional<controller::Partition>& accepted,
                           std::int64_t now_ms);

  // --- as follower ---
  // Where to fetch next. Requires is_online().
  [[nodiscard]] FetchPosition position() const;
  // An answer to a fetch from `asked`. Answers to another epoch or position change nothing.
  FollowerStep on_answer(const FetchPosition& asked,
                         const LeaderAnswer& answer,
                         std::string_view records);

  Status flush_and_close();

 private:
  FetchOutcome read(const FetchPosition& position, std::int64_t end, std::size_t bytes_max);
  [[nodiscard]] FetchOutcome refuse(kafka::ErrorCode error) const;
  FollowerStep truncate(const FetchPosition& asked, std::int64_t end_offset);
  FollowerStep take(const LeaderAnswer& answer, std::string_view records);
  void on_isr_changed(const controller::BrokerList& before);
  void emit(PartitionEvent::Kind kind, std::int64_t offset, std::string detail);
  void go_offline_if_failed();

  PartitionName name_;
  BrokerId me_;
  LeaderOptions options_;
  std::unique_ptr<PartitionLog> log_;
  controller::Partition state_;  // as the metadata log says; leader epoch -1 before the first
  std::optional<LeaderState> leader_state_;
  std::int64_t epoch_start_ = 0;
  std::int64_t follower_high_watermark_ = 0;
  bool offline_told_ = false;
  OnPartitionEvent on_event_;
  std::function<void()> on_progress_;
};

}  // namespace quorate::broker
