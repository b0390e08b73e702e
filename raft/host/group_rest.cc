#include "raft/host/group_rest.h"

namespace quorate::raft {

Rest GroupRest::end_turn(const Turn& turn, NodeWatch& watch, Outbox& outbox) {
  if (is_resting_ && !turn.facts.has_input) return Rest::kResting;
  if (is_resting_) {
    watch.forget(group_);
    is_resting_ = false;
    idle_ticks_ = 0;
  }
  idle_ticks_ = turn.facts.has_requests ? 0 : idle_ticks_ + turn.facts.ticks;
  const bool leads = turn.role == Role::kLeader;
  if (promised_ && !(leads && *promised_ == turn.term)) {
    promised_.reset();
    watch.break_promise();  // I3
  }
  if (leads) {
    lead(turn, watch, outbox);
  } else {
    asking_.reset();
    follow(turn, watch, outbox);
  }
  return is_resting_ ? Rest::kResting : Rest::kAwake;
}

void GroupRest::end(NodeWatch& watch) {
  watch.forget(group_);
  if (promised_) watch.break_promise();
  promised_.reset();
}

// Orders leave together with heartbeats and behind them, so that no heartbeat follows soon (I2).
void GroupRest::lead(const Turn& turn, NodeWatch& watch, Outbox& outbox) {
  if (turn.facts.has_requests || (asking_ && asking_->term != turn.term)) asking_.reset();
  take_answers(turn, watch);
  const bool is_idle = limits_.idle_ticks > 0 && idle_ticks_ >= limits_.idle_ticks;
  if (turn.facts.sent_heartbeats) asking_.reset();
  if (turn.facts.sent_heartbeats && is_idle) ask(turn, outbox);
  if (is_idle && is_time_to_look(turn.facts.ticks)) {
    const RestView view = turn.look();
    is_resting_ = view.can_rest && view.peers.empty();  // alone: nobody to ask
    if (is_resting_) return;
  }
  if (!asking_ || !asking_->missing.empty()) return;
  const RestView view = turn.look();
  bool is_fit = view.can_rest && view.last == asking_->last;
  for (const ReplicaId& peer : view.peers)
    is_fit = is_fit && watch.is_near(peer);
  asking_.reset();
  if (!is_fit) return;
  for (const ReplicaId& peer : view.peers)
    watch.rely(group_, peer, Reliance::kItsFollower);
  is_resting_ = true;
}

// Once per idle time: a group that cannot rest is not looked at in every tick.
bool GroupRest::is_time_to_look(std::uint32_t ticks) const {
  return idle_ticks_ % limits_.idle_ticks < ticks;
}

void GroupRest::ask(const Turn& turn, Outbox& outbox) {
  const RestView view = turn.look();
  if (!view.can_rest) return;
  asking_ = Asking{turn.term, view.last, ++last_number_, {view.peers.begin(), view.peers.end()}};
  if (!view.peers.empty()) promised_ = turn.term;
  for (const ReplicaId& peer : view.peers)
    outbox.order(peer, {group_, turn.term, view.last, asking_->number});
}

// A refusal is no news: who refuses is asked again, with the next heartbeats.
void GroupRest::take_answers(const Turn& turn, const NodeWatch& watch) {
  for (const inbox::Rested& each : turn.facts.answers) {
    const RestResult& result = each.result;
    if (!asking_ || result.number != asking_->number || result.term != asking_->term) continue;
    if (result.answer == RestAnswer::kRests && watch.is_current(each.from, each.epoch)) {
      asking_->missing.erase(each.from);
    }
  }
}

void GroupRest::follow(const Turn& turn, NodeWatch& watch, Outbox& outbox) {
  for (const inbox::Rest& each : turn.facts.orders) {
    const RestOrder& order = each.order;
    const RestView view = turn.look();
    const bool fits = !is_resting_ && turn.role == Role::kFollower && view.can_rest &&
                      order.term == turn.term && view.leader == each.from &&
                      view.last == order.last && watch.is_current(each.from, each.epoch);
    if (fits) {
      watch.rely(group_, each.from, Reliance::kItsLeader);
      is_resting_ = true;
    }
    outbox.answer(
        each.from,
        {group_, order.term, order.number, fits ? RestAnswer::kRests : RestAnswer::kRefused});
  }
}

}  // namespace quorate::raft
