#include "controller/control/active_controller.h"

#include <algorithm>
#include <utility>

#include "quorate/controller/v1/common.pb.h"
#include "quorate/controller/v1/record.pb.h"

#include "controller/control/broker_control.h"
#include "controller/control/draft.h"
#include "controller/control/feature_control.h"
#include "controller/control/request_decision.h"
#include "raft/base/check.h"

namespace quorate::controller {

ActiveController::ActiveController(ControlOptions options, AnswerCodec codec)
    : options_(std::move(options)),
      codec_(std::move(codec)),
      sessions_(options_.session),
      mutations_(options_.mutation_quota) {}

void ActiveController::claim(MetadataImage image, std::uint64_t now_ms) {
  pending_ = std::move(image);
  committed_offset_ = pending_.end_offset;
  sessions_.claim(pending_, now_ms);
  mutations_.clear();
  unfinished_.rebuild(pending_);
  drain_ = {{}, now_ms};
  emptying_ = {{}, now_ms};
  balance_due_ms_ = now_ms + options_.balance_interval_ms;
  leaderless_due_ms_ = now_ms + options_.leaderless_interval_ms;
}

void ActiveController::reset(MetadataImage image) {
  pending_ = std::move(image);
  committed_offset_ = pending_.end_offset;
  sessions_.reconcile(pending_);
  unfinished_.rebuild(pending_);
  drain_.at = {};
  emptying_.at = {};
}

void ActiveController::committed(std::uint64_t end_offset) {
  QUORATE_CHECK(end_offset <= pending_.end_offset);
  if (end_offset > committed_offset_) committed_offset_ = end_offset;
}

BrokerView ActiveController::view() const {
  return {options_, sessions_, unfinished_};
}

// A batch that stands has left this for later.
void ActiveController::take_over(const Leftover& leftover) {
  if (leftover.broker != kNoBroker) unfinished_.set_handover(leftover.broker, leftover.handover);
  if (leftover.election) unfinished_.request_election();
  note_handed_over(leftover.broker);
}

void ActiveController::note_handed_over(BrokerId id) {
  const BrokerRegistration* broker = pending_.cluster.find(id);
  const bool is_shutting_down =
      broker != nullptr && !broker->fenced && broker->in_controlled_shutdown;
  if (is_shutting_down && !unfinished_.is_handing_over(id)) {
    sessions_.set_shutdown_offset(id, pending_.end_offset);
  }
}

Decision<RegisterBrokerAnswer> ActiveController::decide(const RegisterBroker& command,
                                                        const RequestContext& ctx) {
  sessions_.observe(ctx.now_ms);
  Leftover leftover;
  Decision<RegisterBrokerAnswer> decision = decide_request<RegisterBrokerAnswer>(
      pending_,
      ctx,
      {"RegisterBroker", codec_.register_broker},
      options_.request_id_bytes_max,
      [&](Draft& draft) { return register_broker(draft, command, view(), leftover); });
  if (decision.batch != nullptr) take_over(leftover);
  const bool stands = decision.status.is_ok() && !decision.first_answer.has_value() &&
                      decision.answer.error == v1::NONE && ctx.mode == Mode::kCommit;
  if (stands) sessions_.touch(command.broker_id, decision.answer.broker_epoch, 0);
  return decision;
}

Decision<HeartbeatAnswer> ActiveController::decide(const Heartbeat& command,
                                                   const RequestContext& ctx) {
  sessions_.observe(ctx.now_ms);
  Decision<HeartbeatAnswer> decision;
  decision.wait_offset = pending_.end_offset;
  Draft draft(pending_);
  Leftover leftover;
  decision.answer = take_heartbeat(draft, command, view(), leftover);
  if (decision.answer.error == v1::NONE) {
    const std::uint64_t arrived = command.arrived_ms.value_or(ctx.now_ms);
    sessions_.touch(
        command.broker_id, command.broker_epoch, ctx.now_ms > arrived ? ctx.now_ms - arrived : 0);
    sessions_.set_metadata_offset(command.broker_id, command.metadata_offset);
  }
  conclude(draft, ctx, pending_, decision);
  if (decision.batch != nullptr) take_over(leftover);
  return decision;
}

Decision<BrokerGoneAnswer> ActiveController::decide(const BrokerGone& command,
                                                    const RequestContext& ctx) {
  sessions_.observe(ctx.now_ms);
  Decision<BrokerGoneAnswer> decision;
  decision.wait_offset = pending_.end_offset;
  const BrokerRegistration* broker = pending_.cluster.find(command.broker_id);
  if (broker == nullptr || broker->epoch != command.broker_epoch) return decision;
  Draft draft(pending_);
  const Leftover leftover = fence_broker(draft, command.broker_id, "BRK-14", options_);
  conclude(draft, ctx, pending_, decision);
  decision.answer.fenced = decision.batch != nullptr;
  if (decision.batch != nullptr) take_over(leftover);
  if (decision.status.is_ok()) sessions_.forget(command.broker_id);
  return decision;
}

Decision<UnregisterBrokerAnswer> ActiveController::decide(const UnregisterBroker& command,
                                                          const RequestContext& ctx) {
  sessions_.observe(ctx.now_ms);
  Leftover leftover;
  Decision<UnregisterBrokerAnswer> decision = decide_request<UnregisterBrokerAnswer>(
      pending_,
      ctx,
      {"UnregisterBroker", codec_.unregister_broker},
      options_.request_id_bytes_max,
      [&](Draft& draft) { return unregister_broker(draft, command, view(), leftover); });
  if (decision.batch == nullptr) return decision;
  take_over(leftover);
  sessions_.forget(command.broker_id);
  return decision;
}

Decision<AppendNoOpAnswer> ActiveController::decide(const AppendNoOp& /*command*/,
                                                    const RequestContext& ctx) {
  sessions_.observe(ctx.now_ms);
  Decision<AppendNoOpAnswer> decision;
  decision.wait_offset = pending_.end_offset;
  Draft draft(pending_);
  v1::Record record;
  record.mutable_no_op();
  draft.append(std::move(record));
  conclude(draft, ctx, pending_, decision);
  return decision;
}

void ActiveController::request_what_is_due(std::uint64_t now_ms) {
  if (options_.balance_interval_ms > 0 && now_ms >= balance_due_ms_) {
    balance_due_ms_ = now_ms + options_.balance_interval_ms;
    if (!pending_.topics.index().imbalanced().empty()) unfinished_.request_balance();
  }
  if (options_.leaderless_interval_ms > 0 && now_ms >= leaderless_due_ms_) {
    leaderless_due_ms_ = now_ms + options_.leaderless_interval_ms;
    if (!pending_.topics.index().leaderless().empty()) unfinished_.request_election();
  }
}

// The next step of what is unfinished; `after` is what is unfinished then.
void ActiveController::take_step(Draft& draft, Leftover& leftover, Unfinished& after) {
  if (const Unfinished::Handover* handover = unfinished_.handover()) {
    leftover = continue_departure(draft, *handover, options_);
  } else if (const Unfinished::Pass& election = unfinished_.election(); election.at) {
    draft.explain("ELE-8", "partitions without a leader get one where they can");
    after.set_election(elect_for_leaderless(draft,
                                            draft.image().topics.index().leaderless(),
                                            *election.at,
                                            election.unclean,
                                            options_));
  } else {
    draft.explain("ELE-9", "partitions go back to their preferred leaders");
    after.set_balance(elect_preferred(draft, *unfinished_.balance().at, options_.step));
  }
}

Decision<TickAnswer> ActiveController::tick(const RequestContext& ctx) {
  sessions_.observe(ctx.now_ms);
  request_what_is_due(ctx.now_ms);
  Decision<TickAnswer> decision;
  decision.wait_offset = pending_.end_offset;
  const std::optional<BrokerId> expired = sessions_.first_expired(pending_);
  const bool finalizes = !expired && may_keep_eligible_leaders(pending_, options_);
  const bool has_more = !unfinished_.empty();
  const bool is_free = !expired && !finalizes && !has_more;
  const bool is_drain = is_free && is_drain_due(ctx.now_ms);
  const bool is_emptying = is_free && is_emptying_due(ctx.now_ms);
  // Who has waited longer goes first, so that nobody waits for ever.
  const bool drains = is_drain && (!is_emptying || drain_.due_ms <= emptying_.due_ms);
  const bool empties = is_emptying && !drains;
  if (is_free && !drains && !empties) return decision;

  Draft draft(pending_);
  Leftover leftover;
  Unfinished after = unfinished_;
  BrokerPass next;
  if (expired) {
    leftover = fence_broker(draft, *expired, "BRK-14", options_);
    decision.answer.fenced = *expired;
  } else if (finalizes) {
    keep_eligible_leaders(draft, options_);
  } else if (drains) {
    next = drain_step(draft, drain_.at);
  } else if (empties) {
    next = empty_step(draft, emptying_.at, leftover);
  } else {
    take_step(draft, leftover, after);
  }
  conclude(draft, ctx, pending_, decision);
  // A refused pass would be refused again: the next tick tries, not a loop.
  if (!decision.status.is_ok()) return decision;
  unfinished_ = std::move(after);
  take_over(leftover);
  if (drains) schedule_drain(next, ctx.now_ms);
  if (empties)
    schedule_emptying(
        next, decision.batch != nullptr ? Progress::kMade : Progress::kNone, ctx.now_ms);
  decision.answer.again = sessions_.expired_count(pending_) > 0 || !unfinished_.empty();
  return decision;
}

}  // namespace quorate::controller
