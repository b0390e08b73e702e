// What operators want of brokers, as it goes on by itself: maintenance and decommission.
#include <algorithm>
#include <string>

#include "controller/control/active_controller.h"
#include "controller/control/broker_control.h"
#include "controller/control/decommission.h"
#include "controller/control/draft.h"
#include "controller/control/election.h"
#include "controller/control/operator_control.h"
#include "controller/control/request_decision.h"

namespace quorate::controller {

// What of the command's consequences goes with it, so that a plan shows it. The answer is where
// the rest goes on.
ActiveController::BrokerPass ActiveController::begin_wish(Draft& draft,
                                                          const AlterBroker& command) const {
  const BrokerId id = command.broker_id;
  switch (command.action) {
    case BrokerAction::kDrain: return drain_step(draft, {id, kFirstKey});
    case BrokerAction::kDecommission:
      if (const Resume next = begin_moves(draft, id, kFirstKey, options_)) return {id, *next};
      return {};
    case BrokerAction::kRecommission: take_moves_back(draft, id, options_); return {};
    case BrokerAction::kCordon:
    case BrokerAction::kUncordon:
    case BrokerAction::kResume: return {};
  }
  return {};
}

Decision<AlterBrokerAnswer> ActiveController::decide(const AlterBroker& command,
                                                     const RequestContext& ctx) {
  sessions_.observe(ctx.now_ms);
  BrokerPass next;
  Decision<AlterBrokerAnswer> decision = decide_request<AlterBrokerAnswer>(
      pending_,
      ctx,
      {"AlterBroker", codec_.alter_broker},
      options_.request_id_bytes_max,
      [&](Draft& draft) {
        AlterBrokerAnswer answer = alter_broker(draft, command, options_);
        if (draft.record_count() > 0) next = begin_wish(draft, command);
        return answer;
      });
  if (decision.batch == nullptr) return decision;
  if (command.action == BrokerAction::kDrain) schedule_drain(next, ctx.now_ms);
  if (command.action == BrokerAction::kDecommission) {
    schedule_emptying(next, Progress::kMade, ctx.now_ms);
  }
  const bool returns = command.action == BrokerAction::kResume && options_.balance_interval_ms > 0;
  if (returns && !pending_.topics.index().imbalanced().empty()) unfinished_.request_balance();
  return decision;
}

// Whether leaderships are to leave brokers in maintenance now; O(brokers) once per
// DrainOptions::retry_ms at the most when there is nothing to do.
bool ActiveController::is_drain_due(std::uint64_t now_ms) {
  if (now_ms < drain_.due_ms) return false;
  const BrokerId next = next_to_drain(pending_, std::max(drain_.at.broker, 0));
  if (next != drain_.at.broker) drain_.at = {next, kFirstKey};
  if (next != kNoBroker) return true;
  drain_.due_ms = now_ms + options_.drain.retry_ms;
  return false;
}

// One batch of them (OPS-3); the answer is where the next one goes on.
ActiveController::BrokerPass ActiveController::drain_step(Draft& draft,
                                                          const BrokerPass& at) const {
  StepOptions step = options_.step;
  step.records_max = std::min(step.records_max, options_.drain.leaders_max);
  draft.explain("OPS-3", "broker " + std::to_string(at.broker) + " is in maintenance");
  if (const Resume next = move_leaders_away(draft, at.broker, at.from, step)) {
    return {at.broker, *next};
  }
  return {next_to_drain(draft.image(), at.broker + 1), kFirstKey};
}

void ActiveController::schedule_drain(const BrokerPass& next, std::uint64_t now_ms) {
  drain_.at = next;
  const bool is_over = next.broker == kNoBroker;
  drain_.due_ms = now_ms + (is_over ? options_.drain.retry_ms : options_.drain.pause_ms);
}

// Whether what brokers have that are decommissioned is to be looked at now; O(brokers) once per
// DecommissionOptions::retry_ms at the most when there are none.
bool ActiveController::is_emptying_due(std::uint64_t now_ms) {
  if (now_ms < emptying_.due_ms) return false;
  const BrokerId next = next_to_empty(pending_, std::max(emptying_.at.broker, 0));
  if (next != emptying_.at.broker) emptying_.at = {next, kFirstKey};
  if (next != kNoBroker) return true;
  emptying_.due_ms = now_ms + options_.decommission.retry_ms;
  return false;
}

// More of its partitions begin to move, or its registration goes (OPS-6).
ActiveController::BrokerPass ActiveController::empty_step(Draft& draft,
                                                          const BrokerPass& at,
                                                          Leftover& leftover) const {
  const BrokerRegistration& broker = *draft.image().cluster.find(at.broker);
  const bool has_nothing = draft.image().topics.index().of(at.broker).replicas.empty();
  draft.explain("OPS-6", "broker " + std::to_string(at.broker) + " is decommissioned");
  if (!has_nothing) {
    if (const Resume next = begin_moves(draft, at.broker, at.from, options_)) {
      return {at.broker, *next};
    }
  } else if (broker.fenced && broker.departure == Departure::kNone) {
    static_cast<void>(unregister_broker(draft, UnregisterBroker{at.broker}, view(), leftover));
  }
  return {next_to_empty(draft.image(), at.broker + 1), kFirstKey};
}

void ActiveController::schedule_emptying(const BrokerPass& next,
                                         Progress progress,
                                         std::uint64_t now_ms) {
  // It may be gone now.
  const BrokerId done = emptying_.at.broker;
  if (pending_.cluster.find(done) == nullptr) sessions_.forget(done);
  emptying_.at = next;
  const bool is_over = next.broker == kNoBroker && progress == Progress::kNone;
  const DecommissionOptions& options = options_.decommission;
  emptying_.due_ms = now_ms + (is_over ? options.retry_ms : options.pause_ms);
}

}  // namespace quorate::controller
