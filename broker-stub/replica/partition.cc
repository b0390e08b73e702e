#include "broker-stub/replica/partition.h"

#include <algorithm>
#include <utility>

#include "raft/base/check.h"

namespace quorate::broker {

using kafka::ErrorCode;

Partition::Partition(PartitionName name,
                     BrokerId me,
                     LeaderOptions options,
                     std::unique_ptr<PartitionLog> log,
                     std::int64_t high_watermark,
                     OnPartitionEvent on_event,
                     std::function<void()> on_progress)
    : name_(std::move(name)),
      me_(me),
      options_(options),
      log_(std::move(log)),
      follower_high_watermark_(
          std::clamp(high_watermark, log_->start_offset(), log_->end_offset())),
      on_event_(std::move(on_event)),
      on_progress_(std::move(on_progress)) {
  state_.leader_epoch = -1;
  state_.partition_epoch = -1;
  if (log_->recovery().bytes_cut > 0) {
    emit(PartitionEvent::Kind::kTruncated,
         log_->end_offset(),
         "torn tail of " + std::to_string(log_->recovery().bytes_cut) +
             " bytes: " + log_->recovery().reason);
  }
}

Partition::Partition(PartitionName name, BrokerId me, const Status& why, OnPartitionEvent on_event)
    : name_(std::move(name)), me_(me), on_event_(std::move(on_event)), on_progress_([] {}) {
  state_.leader_epoch = -1;
  state_.partition_epoch = -1;
  offline_told_ = true;
  emit(PartitionEvent::Kind::kOffline, -1, to_string(why));
}

std::int64_t Partition::high_watermark() const {
  return leader_state_ ? leader_state_->high_watermark() : follower_high_watermark_;
}

void Partition::emit(PartitionEvent::Kind kind, std::int64_t offset, std::string detail) {
  on_event_({.kind = kind,
             .topic = name_.topic,
             .partition = name_.id.partition,
             .leader_epoch = state_.leader_epoch,
             .leader = state_.leader,
             .offset = offset,
             .detail = std::move(detail)});
}

void Partition::go_offline_if_failed() {
  if (log_->failure().is_ok() || offline_told_) return;
  offline_told_ = true;
  emit(PartitionEvent::Kind::kOffline, -1, to_string(log_->failure()));
}

void Partition::lead(const controller::Partition& state,
                     std::int64_t min_insync,
                     std::int64_t now_ms) {
  if (state.leader_epoch < state_.leader_epoch) return;
  const bool same_epoch = leader_state_ && state.leader_epoch == state_.leader_epoch;
  if (state.partition_epoch > state_.partition_epoch) state_ = state;
  if (!is_online()) return;
  if (same_epoch) {
    const controller::BrokerList before = leader_state_->isr();
    leader_state_->on_metadata(state, min_insync, now_ms);
    on_isr_changed(before);
  } else {
    if (!log_->begin_epoch(state.leader_epoch).is_ok()) return go_offline_if_failed();
    epoch_start_ = log_->end_offset();
    leader_state_.emplace(
        me_, options_, state, min_insync, epoch_start_, follower_high_watermark_, now_ms);
    leader_state_->set_min_insync_replicas(min_insync);
    emit(PartitionEvent::Kind::kLeads, epoch_start_, "isr " + controller::to_string(state.isr));
  }
  on_progress_();
}

void Partition::follow(const controller::Partition& state) {
  if (state.leader_epoch < state_.leader_epoch) return;
  const bool news = state.leader_epoch > state_.leader_epoch;
  if (leader_state_) follower_high_watermark_ = leader_state_->high_watermark();
  leader_state_.reset();
  if (state.partition_epoch > state_.partition_epoch) state_ = state;
  if (news) emit(PartitionEvent::Kind::kFollows, log_ ? log_->end_offset() : -1, {});
  on_progress_();
}

void Partition::set_min_insync_replicas(std::int64_t count) {
  if (!leader_state_) return;
  leader_state_->set_min_insync_replicas(count);
  on_progress_();
}

void Partition::set_log_options(PartitionLogOptions options) {
  if (log_) log_->set_options(options);
}

void Partition::on_isr_changed(const controller::BrokerList& before) {
  if (leader_state_->isr() == before) return;
  emit(PartitionEvent::Kind::kIsr,
       leader_state_->high_watermark(),
       controller::to_string(before) + " -> " + controller::to_string(leader_state_->isr()));
}

ErrorCode Partition::check_leader(std::int32_t leader_epoch) const {
  if (!is_online()) return ErrorCode::kKafkaStorageError;
  if (leader_epoch >= 0 && leader_epoch < state_.leader_epoch) return ErrorCode::kFencedLeaderEpoch;
  if (leader_epoch > state_.leader_epoch) return ErrorCode::kUnknownLeaderEpoch;
  return leader_state_ ? ErrorCode::kNone : ErrorCode::kNotLeaderOrFollower;
}

ProduceOutcome Partition::append(const kafka::RecordBatchView& batch, Acks acks) {
  ProduceOutcome outcome{.error = check_leader(-1), .leader_epoch = state_.leader_epoch};
  if (outcome.error != ErrorCode::kNone) return outcome;
  if (acks == Acks::kAll && !leader_state_->has_min_isr()) {
    outcome.error = ErrorCode::kNotEnoughReplicas;
    outcome.message = "the in-sync replicas are " + controller::to_string(leader_state_->isr()) +
                      "; min.insync.replicas asks for " + std::to_string(leader_state_->min_isr());
    return outcome;
  }
  LogAppend appended = log_->append_as_leader(batch, state_.leader_epoch);
  outcome.error = appended.error;
  outcome.message = std::move(appended.message);
  outcome.base_offset = appended.first_offset;
  outcome.end_offset = appended.end_offset;
  if (outcome.error == ErrorCode::kNone) {
    leader_state_->on_log_end(log_->end_offset());
    on_progress_();
  }
  go_offline_if_failed();
  return outcome;
}

std::optional<ErrorCode> Partition::replicated(std::int64_t end_offset,
                                               std::int32_t leader_epoch) const {
  if (!is_online()) return ErrorCode::kKafkaStorageError;
  if (!leader_state_ || state_.leader_epoch != leader_epoch) return ErrorCode::kNotLeaderOrFollower;
  if (leader_state_->high_watermark() >= end_offset) return ErrorCode::kNone;
  return std::nullopt;
}

ErrorCode Partition::not_replicated() const {
  const bool enough = leader_state_ && leader_state_->has_min_isr();
  return enough ? ErrorCode::kRequestTimedOut : ErrorCode::kNotEnoughReplicasAfterAppend;
}

FetchOutcome Partition::refuse(ErrorCode error) const {
  FetchOutcome outcome{.error = error};
  if (is_online()) {
    outcome.high_watermark = high_watermark();
    outcome.log_start = log_->start_offset();
  }
  return outcome;
}

FetchOutcome Partition::read(const FetchPosition& position,
                             std::int64_t end,
                             std::size_t bytes_max) {
  FetchOutcome outcome = refuse(ErrorCode::kNone);
  if (position.last_fetched_epoch >= 0) {
    EpochEnd ours = log_->epochs().end_of(position.last_fetched_epoch, log_->end_offset());
    // Of an epoch older than all of ours nothing is shared.
    if (ours.epoch < 0) ours = {position.last_fetched_epoch, log_->start_offset()};
    if (ours.epoch < position.last_fetched_epoch || ours.end_offset < position.offset) {
      outcome.diverging = ours;
      return outcome;
    }
  }
  if (position.offset < log_->start_offset() || position.offset > log_->end_offset()) {
    outcome.error = ErrorCode::kOffsetOutOfRange;
    return outcome;
  }
  if (bytes_max == 0) return outcome;
  auto records = log_->read(position.offset, end, bytes_max);
  go_offline_if_failed();
  if (!records.is_ok()) return refuse(ErrorCode::kKafkaStorageError);
  outcome.records = *std::move(records);
  return outcome;
}

FetchOutcome Partition::fetch_as_consumer(const FetchPosition& position, std::size_t bytes_max) {
  const ErrorCode error = check_leader(position.leader_epoch);
  if (error != ErrorCode::kNone) return refuse(error);
  return read(position, high_watermark(), bytes_max);
}

FetchOutcome Partition::fetch_as_follower(BrokerId follower,
                                          std::optional<std::uint64_t> broker_epoch,
                                          const FetchPosition& position,
                                          std::size_t bytes_max,
                                          std::int64_t now_ms) {
  const ErrorCode error = check_leader(position.leader_epoch);
  if (error != ErrorCode::kNone) return refuse(error);
  // Whoever is no replica yet will be told by the metadata, on one of the two sides.
  if (!leader_state_->is_replica(follower)) return refuse(ErrorCode::kUnknownLeaderEpoch);
  FetchOutcome outcome = read(position, log_->end_offset(), bytes_max);
  if (outcome.error != ErrorCode::kNone || outcome.diverging) return outcome;
  const std::int64_t before = high_watermark();
  leader_state_->on_fetch(follower, broker_epoch, position.offset, now_ms);
  outcome.high_watermark = high_watermark();
  if (high_watermark() != before) on_progress_();
  return outcome;
}

OffsetOutcome Partition::offset_for(std::int64_t timestamp, std::int32_t leader_epoch) {
  OffsetOutcome outcome{.error = check_leader(leader_epoch)};
  if (outcome.error != ErrorCode::kNone) return outcome;
  const std::int64_t end = high_watermark();
  if (timestamp == kLatestTimestamp) {
    // Until the first fetches of this epoch are in, committed records may lie behind it.
    if (end < epoch_start_) return {.error = ErrorCode::kOffsetNotAvailable};
    outcome.found = {end, -1, state_.leader_epoch};
    return outcome;
  }
  if (timestamp == kEarliestTimestamp || timestamp == kEarliestLocalTimestamp) {
    const auto& epochs = log_->epochs().entries();
    outcome.found = {log_->start_offset(), -1, epochs.empty() ? -1 : epochs.front().epoch};
    return outcome;
  }
  if (timestamp < kEarliestLocalTimestamp) return {.error = ErrorCode::kUnsupportedVersion};
  const auto found =
      timestamp == kMaxTimestamp ? log_->offset_of_max_timestamp() : log_->offset_at(timestamp);
  go_offline_if_failed();
  if (!found.is_ok()) return {.error = ErrorCode::kKafkaStorageError};
  if (found->offset < end) outcome.found = *found;
  return outcome;
}

EpochEnd Partition::end_of_epoch(std::int32_t epoch) const {
  QUORATE_CHECK(check_leader(-1) == ErrorCode::kNone);
  return log_->epochs().end_of(epoch, log_->end_offset());
}

void Partition::on_proposal_outcome(const IsrProposal& proposal,
                                    ProposalOutcome outcome,
                                    const std::optional<controller::Partition>& accepted,
                                    std::int64_t now_ms) {
  if (!leader_state_ || proposal.leader_epoch != state_.leader_epoch) return;
  const controller::BrokerList before = leader_state_->isr();
  leader_state_->on_outcome(proposal, outcome, accepted, now_ms);
  on_isr_changed(before);
  on_progress_();
}

FetchPosition Partition::position() const {
  return {.offset = log_->end_offset(),
          .leader_epoch = state_.leader_epoch,
          .last_fetched_epoch = log_->epochs().latest().value_or(-1)};
}

FollowerStep Partition::on_answer(const FetchPosition& asked,
                                  const LeaderAnswer& answer,
                                  std::string_view records) {
  if (!is_online()) return FollowerStep::kWait;
  if (leader_state_ || asked.leader_epoch != state_.leader_epoch ||
      asked.offset != log_->end_offset()) {
    return FollowerStep::kAppend;  // of another time: nothing to do, ask again
  }
  const FollowerDecision decision = decide(answer, log_->epochs(), log_->end_offset());
  switch (decision.step) {
    case FollowerStep::kTruncate: return truncate(asked, decision.truncate_to);
    case FollowerStep::kAppend: return take(answer, records);
    case FollowerStep::kWait: break;
  }
  return FollowerStep::kWait;
}

FollowerStep Partition::truncate(const FetchPosition& asked, std::int64_t end_offset) {
  const bool below = end_offset < follower_high_watermark_;
  const Status done = log_->truncate_to(end_offset);
  go_offline_if_failed();
  if (!done.is_ok()) return FollowerStep::kWait;
  follower_high_watermark_ = std::min(follower_high_watermark_, log_->end_offset());
  emit(PartitionEvent::Kind::kTruncated,
       log_->end_offset(),
       below ? "below the high watermark: the leader was not in sync" : "");
  const FetchPosition now = position();
  const bool moved =
      now.offset != asked.offset || now.last_fetched_epoch != asked.last_fetched_epoch;
  return moved ? FollowerStep::kTruncate : FollowerStep::kWait;
}

FollowerStep Partition::take(const LeaderAnswer& answer, std::string_view records) {
  if (!records.empty()) {
    const LogAppend appended = log_->append_as_follower(records);
    go_offline_if_failed();
    if (appended.error != ErrorCode::kNone) {
      emit(PartitionEvent::Kind::kRefused, log_->end_offset(), appended.message);
      return FollowerStep::kWait;
    }
  }
  follower_high_watermark_ =
      follower_high_watermark(follower_high_watermark_, answer.high_watermark, log_->end_offset());
  return FollowerStep::kAppend;
}

Status Partition::flush_and_close() {
  if (!is_online()) return {};
  return log_->close();
}

}  // namespace quorate::broker
