#include "broker-stub/replica/leader_state.h"

#include <algorithm>
#include <limits>

#include "raft/base/check.h"

namespace quorate::broker {
namespace {

bool has(const std::vector<BrokerId>& ids, BrokerId id) {
  return std::find(ids.begin(), ids.end(), id) != ids.end();
}

}  // namespace

LeaderState::LeaderState(BrokerId me,
                         LeaderOptions options,
                         const controller::Partition& state,
                         std::int64_t min_insync_replicas,
                         std::int64_t epoch_start,
                         std::int64_t high_watermark,
                         std::int64_t now_ms)
    : me_(me),
      options_(options),
      epoch_start_(epoch_start),
      high_watermark_(high_watermark),
      log_end_(epoch_start),
      min_insync_replicas_(std::max<std::int64_t>(min_insync_replicas, 1)) {
  QUORATE_CHECK(state.leader == me);
  adopt(state, now_ms);
}

std::vector<BrokerId> LeaderState::maximal_isr() const {
  std::vector<BrokerId> members(state_.isr.begin(), state_.isr.end());
  if (open_) {
    for (const IsrMemberEpoch& member : open_->isr) {
      if (!has(members, member.broker)) members.push_back(member.broker);
    }
  }
  return members;
}

std::size_t LeaderState::min_isr() const {
  return std::min(static_cast<std::size_t>(min_insync_replicas_), state_.replicas.size());
}

std::vector<FollowerView> LeaderState::followers() const {
  std::vector<FollowerView> views;
  for (const auto& [broker, follower] : followers_) {
    views.push_back({broker, follower.log_end, follower.caught_up_ms, state_.isr.contains(broker)});
  }
  return views;
}

void LeaderState::set_min_insync_replicas(std::int64_t count) {
  min_insync_replicas_ = std::max<std::int64_t>(count, 1);
  advance_high_watermark();
}

// One without the other never was: an ISR that may be smaller, with the number that is asked for of
// old, would acknowledge what nobody else has (PAR-14).
void LeaderState::on_metadata(const controller::Partition& state,
                              std::int64_t min_insync_replicas,
                              std::int64_t now_ms) {
  if (state.leader_epoch != state_.leader_epoch) return;
  min_insync_replicas_ = std::max<std::int64_t>(min_insync_replicas, 1);
  if (state.partition_epoch > state_.partition_epoch) {
    adopt(state, now_ms);
  } else {
    advance_high_watermark();
  }
}

// A newer committed state settles every proposal that was based on an older one.
void LeaderState::adopt(const controller::Partition& state, std::int64_t now_ms) {
  state_ = state;
  open_.reset();
  in_flight_ = false;
  wait_for_metadata_ = false;
  std::erase_if(followers_,
                [&](const auto& item) { return !state_.replicas.contains(item.first); });
  for (const BrokerId id : state_.replicas.ids()) {
    // A member of the ISR gets the whole lag time to show itself.
    if (id != me_) followers_.try_emplace(id, Follower{.caught_up_ms = now_ms});
  }
  advance_high_watermark();
}

void LeaderState::on_log_end(std::int64_t log_end) {
  log_end_ = log_end;
  advance_high_watermark();
}

void LeaderState::on_fetch(BrokerId broker,
                           std::optional<std::uint64_t> broker_epoch,
                           std::int64_t fetch_offset,
                           std::int64_t now_ms) {
  const auto found = followers_.find(broker);
  if (found == followers_.end()) return;
  Follower& follower = found->second;
  if (fetch_offset >= log_end_) {
    follower.caught_up_ms = now_ms;
  } else if (follower.log_end >= 0 && fetch_offset >= follower.leader_end_at_fetch) {
    follower.caught_up_ms = std::max(follower.caught_up_ms, follower.last_fetch_ms);
  }
  follower.log_end = fetch_offset;
  follower.last_fetch_ms = now_ms;
  follower.leader_end_at_fetch = log_end_;
  follower.broker_epoch = broker_epoch;
  advance_high_watermark();
}

bool LeaderState::is_lagging(const Follower& follower, std::int64_t now_ms) const {
  return follower.log_end != log_end_ && now_ms - follower.caught_up_ms > options_.lag_max_ms;
}

bool LeaderState::may_join(const Follower& follower) const {
  return follower.log_end >= high_watermark_ && follower.log_end >= epoch_start_;
}

std::optional<IsrProposal> LeaderState::propose_among(std::int64_t now_ms,
                                                      const std::vector<BrokerId>& eligible) {
  if (in_flight_ || wait_for_metadata_ || now_ms < propose_after_ms_) return std::nullopt;
  if (open_) {  // its outcome is unknown: the same again
    in_flight_ = true;
    return open_;
  }
  IsrProposal wish{.leader_epoch = state_.leader_epoch, .partition_epoch = state_.partition_epoch};
  bool differs = false;
  for (const auto& [broker, follower] : followers_) {
    const bool member = state_.isr.contains(broker);
    const bool wanted =
        member ? !is_lagging(follower, now_ms) : has(eligible, broker) && may_join(follower);
    differs = differs || member != wanted;
    if (wanted) wish.isr.push_back({broker, follower.broker_epoch});
  }
  if (!differs) return std::nullopt;
  wish.isr.push_back({me_, std::nullopt});
  std::sort(wish.isr.begin(), wish.isr.end(), [](const auto& left, const auto& right) {
    return left.broker < right.broker;
  });
  open_ = wish;
  in_flight_ = true;
  may_be_made_ = false;
  return open_;
}

void LeaderState::on_outcome(const IsrProposal& proposal,
                             ProposalOutcome outcome,
                             const std::optional<controller::Partition>& accepted,
                             std::int64_t now_ms) {
  if (!open_ || *open_ != proposal) return;
  in_flight_ = false;
  propose_after_ms_ =
      outcome == ProposalOutcome::kAccepted ? 0 : now_ms + options_.proposal_backoff_ms;
  switch (outcome) {
    case ProposalOutcome::kAccepted:
      QUORATE_CHECK(accepted.has_value());
      if (accepted->leader == me_ && accepted->leader_epoch == state_.leader_epoch &&
          accepted->partition_epoch >= state_.partition_epoch) {
        adopt(*accepted, now_ms);
      } else {
        wait_for_metadata_ = true;
      }
      break;
    case ProposalOutcome::kRejected:
      open_.reset();
      advance_high_watermark();
      break;
    case ProposalOutcome::kNotTaken:
      if (may_be_made_) break;  // who refuses now says nothing of who was asked before
      open_.reset();
      advance_high_watermark();
      break;
    case ProposalOutcome::kStale: wait_for_metadata_ = true; break;
    case ProposalOutcome::kUnknown: may_be_made_ = true; break;
  }
}

void LeaderState::advance_high_watermark() {
  if (!has_min_isr()) return;
  std::int64_t smallest = log_end_;
  for (const BrokerId member : maximal_isr()) {
    if (member == me_) continue;
    const auto found = followers_.find(member);
    smallest = std::min(smallest, found == followers_.end() ? -1 : found->second.log_end);
  }
  high_watermark_ = std::max(high_watermark_, smallest);
}

}  // namespace quorate::broker
