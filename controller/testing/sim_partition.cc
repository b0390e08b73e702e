#include "controller/testing/sim_partition.h"

#include <algorithm>

namespace quorate::controller::testing {

using kafka::ErrorCode;

Partition SimPartition::unknown() {
  Partition state;
  state.leader_epoch = -1;
  state.partition_epoch = -1;
  return state;
}

void SimPartition::lead(const Partition& state, std::int64_t min_insync, std::int64_t now_ms) {
  if (state.leader_epoch < state_.leader_epoch) return;
  const bool same_epoch = leader_ && state.leader_epoch == state_.leader_epoch;
  if (state.partition_epoch > state_.partition_epoch) state_ = state;
  if (same_epoch) {
    leader_->on_metadata(state, min_insync, now_ms);
    return acknowledge();
  }
  waiting_.clear();
  epochs_.assign(state.leader_epoch, end());
  setup_.acked->on_lead(setup_.id, state.leader_epoch, setup_.me, log_);
  leader_.emplace(setup_.me, setup_.leader, state, min_insync, end(), high_watermark_, now_ms);
}

void SimPartition::follow(const Partition& state) {
  if (state.leader_epoch < state_.leader_epoch) return;
  if (leader_) high_watermark_ = leader_->high_watermark();
  leader_.reset();
  waiting_.clear();
  if (state.partition_epoch > state_.partition_epoch) state_ = state;
}

void SimPartition::set_min_insync(std::int64_t count) {
  if (!leader_) return;
  leader_->set_min_insync_replicas(count);
  acknowledge();
}

std::int64_t SimPartition::high_watermark() const {
  return leader_ ? leader_->high_watermark() : high_watermark_;
}

bool SimPartition::produce(std::uint64_t value) {
  if (!leader_ || !leader_->has_min_isr()) return false;
  const SimRecord record{state_.leader_epoch, value};
  waiting_.push_back({end(), record});
  log_.push_back(record);
  leader_->on_log_end(end());
  acknowledge();
  return true;
}

void SimPartition::acknowledge() {
  if (!leader_) return;
  while (!waiting_.empty() &&
         (waiting_.front().offset < leader_->high_watermark() || setup_.acks_early)) {
    setup_.acked->on_acked(
        setup_.id, state_.leader_epoch, waiting_.front().offset, waiting_.front().record);
    waiting_.pop_front();
  }
}

FetchGiven SimPartition::give(const FetchAsked& asked,
                              BrokerId follower,
                              std::uint64_t follower_epoch,
                              std::size_t records_max,
                              std::int64_t now_ms) {
  FetchGiven given{.asked = asked, .answer = {}, .records = {}};
  const auto refuse = [&](ErrorCode error) {
    given.answer.error = error;
    return given;
  };
  if (asked.leader_epoch < state_.leader_epoch) return refuse(ErrorCode::kFencedLeaderEpoch);
  if (asked.leader_epoch > state_.leader_epoch) return refuse(ErrorCode::kUnknownLeaderEpoch);
  if (!leader_) return refuse(ErrorCode::kNotLeaderOrFollower);
  if (!leader_->is_replica(follower)) return refuse(ErrorCode::kUnknownLeaderEpoch);
  if (asked.last_fetched_epoch >= 0) {
    broker::EpochEnd ours = epochs_.end_of(asked.last_fetched_epoch, end());
    if (ours.epoch < 0) ours = {asked.last_fetched_epoch, 0};
    if (ours.epoch < asked.last_fetched_epoch || ours.end_offset < asked.offset) {
      given.answer.diverging = ours;
      return given;
    }
  }
  if (asked.offset > end()) return refuse(ErrorCode::kOffsetOutOfRange);
  const auto from = static_cast<std::size_t>(asked.offset);
  const std::size_t to = std::min(log_.size(), from + records_max);
  given.records.assign(log_.begin() + static_cast<std::ptrdiff_t>(from),
                       log_.begin() + static_cast<std::ptrdiff_t>(to));
  leader_->on_fetch(follower, follower_epoch, asked.offset, now_ms);
  given.answer.high_watermark = leader_->high_watermark();
  acknowledge();
  return given;
}

FetchAsked SimPartition::ask() const {
  return {setup_.id, end(), state_.leader_epoch, epochs_.latest().value_or(-1)};
}

void SimPartition::take(const FetchGiven& given) {
  if (leader_ || given.asked.leader_epoch != state_.leader_epoch || given.asked.offset != end()) {
    return;
  }
  const broker::FollowerDecision decision = decide(given.answer, epochs_, end());
  switch (decision.step) {
    case broker::FollowerStep::kTruncate: return cut(decision.truncate_to);
    case broker::FollowerStep::kAppend: break;
    case broker::FollowerStep::kWait: return;
  }
  for (const SimRecord& record : given.records) {
    epochs_.assign(record.leader_epoch, end());
    log_.push_back(record);
  }
  high_watermark_ =
      broker::follower_high_watermark(high_watermark_, given.answer.high_watermark, end());
}

void SimPartition::on_outcome(const broker::IsrProposal& proposal,
                              broker::ProposalOutcome outcome,
                              const std::optional<Partition>& accepted,
                              std::int64_t now_ms) {
  if (!leader_ || proposal.leader_epoch != state_.leader_epoch) return;
  leader_->on_outcome(proposal, outcome, accepted, now_ms);
  acknowledge();
}

void SimPartition::forget_roles(std::int64_t high_watermark) {
  high_watermark_ = std::min(high_watermark, end());
  leader_.reset();
  waiting_.clear();
  state_ = unknown();
}

void SimPartition::cut(std::int64_t end) {
  log_.resize(static_cast<std::size_t>(std::min(end, this->end())));
  epochs_.truncate_to(end);
  high_watermark_ = std::min(high_watermark_, end);
}

}  // namespace quorate::controller::testing
