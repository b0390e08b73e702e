#include "raft/testing/safety_checker.h"

#include <sstream>
#include <utility>

#include "raft/testing/evidence.h"
#include "raft/testing/invariants.h"

namespace quorate::raft::testing {

std::string to_string(const Violation& violation) {
  std::ostringstream out;
  out << violation.invariant << " (" << invariant_text(violation.invariant)
      << "): " << violation.evidence;
  return out.str();
}

SafetyChecker::SafetyChecker(Membership membership, Options core, RareStates& states)
    : core_(core), states_(states), committed_(membership), committed_by_(membership) {
  for (const ReplicaId& voter : membership.voters) {
    NodeView& view = nodes_[voter.node];
    view.id = voter;
    view.log = view.durable = LogMirror(membership);
    known_.insert(voter);
  }
}

NodeView& SafetyChecker::node(NodeId id) {
  const auto found = nodes_.find(id);
  QUORATE_CHECK(found != nodes_.end());
  return found->second;
}

const NodeView& SafetyChecker::view(NodeId id) const {
  const auto found = nodes_.find(id);
  QUORATE_CHECK(found != nodes_.end());
  return found->second;
}

NodeView& SafetyChecker::begin_event(NodeId id) {
  NodeView& view = node(id);
  view.is_tick = false;
  view.cut.reset();
  view.has_installed = false;
  view.unchanged_by.clear();
  view.claim.reset();
  return view;
}

void SafetyChecker::fail(std::string invariant, std::string evidence) {
  if (!violation_) violation_ = Violation{std::move(invariant), std::move(evidence)};
}

bool SafetyChecker::is_foreign(const Message& message, NodeId to) const {
  return message.cluster != core_.cluster || message.group != core_.group ||
         !known_.contains(message.from) || message.to != view(to).id;
}

void SafetyChecker::on_started(NodeId id, const Recovered& recovered, const CoreStatus& status) {
  NodeView& view = node(id);
  NodeView fresh;
  fresh.id = view.id;
  fresh.is_alive = true;
  fresh.life = view.life + 1;
  fresh.log = view.durable;
  fresh.durable = std::move(view.durable);
  const bool is_first = view.life == 0 || view.is_formatted;
  if (is_first) view.durable_state = recovered.hard_state;
  fresh.durable_state = view.durable_state;
  fresh.ever_durable = std::move(view.ever_durable);
  // A vote that never became durable was never sent (R30), so it need not be remembered.
  fresh.durable_votes = std::move(view.durable_votes);
  fresh.votes.insert(fresh.durable_votes.begin(), fresh.durable_votes.end());
  fresh.applied = recovered.applied;
  fresh.base = view.durable_base;
  fresh.durable_base = view.durable_base;
  fresh.newest_snapshot = view.newest_snapshot;
  view = std::move(fresh);
  check_recovered(view, recovered);
  if (status.role != Role::kFollower) fail("R23", "a replica started as something but a follower");
  view.status = status;
  view.status.commit = Index{0};
  on_status(id, status);
}

void SafetyChecker::on_crashed(NodeId id) {
  NodeView& view = begin_event(id);
  view.is_alive = false;
  if (view.status.role == Role::kLeader && view.log.last() > view.durable.last()) {
    states_.saw(RareState::kLeaderCrashedUnsynced);
  }
}

void SafetyChecker::on_ticked(NodeId id) {
  NodeView& view = begin_event(id);
  view.is_tick = true;
  ++view.ticks;
}

void SafetyChecker::on_input(NodeId id) {
  begin_event(id);
}

void SafetyChecker::on_disk_hung(NodeId id, Role role_behind) {
  if (role_behind == Role::kLeader) fail("P105", evidence("n", id, " leads with a hung disk"));
}

void SafetyChecker::on_nudged(NodeId id, Nudge nudge) {
  begin_event(id).nudge = nudge;
}

void SafetyChecker::on_delivered(const Message& message, NodeId to) {
  NodeView& view = begin_event(to);
  if (is_foreign(message, to)) {
    states_.saw(RareState::kForeignMessageDelivered);
    view.unchanged_by = "R38";
    return;
  }
  if (message.term < view.status.term) states_.saw(RareState::kOldTermMessageDelivered);
  if (message.term == view.status.term) view.answered_at_tick[message.from] = view.ticks;
  note_stranger(view, message);
  if (const auto* request = std::get_if<RequestVote>(&message.body)) {
    if (request->kind == VoteKind::kPreVote) view.unchanged_by = "R24";
    note_vote_asked(view, message, *request);
  } else if (const auto* result = std::get_if<RequestVoteResult>(&message.body)) {
    const bool is_vote = result->kind == VoteKind::kVote && result->answer == VoteAnswer::kGranted;
    if (is_vote) view.grants[result->campaign_term].insert(message.from);
  } else if (std::holds_alternative<TimeoutNow>(message.body)) {
    view.nudge = Nudge::kTimeoutNow;
  } else {
    note_leader_contact(view, message);
  }
}

void SafetyChecker::on_submitted(NodeId id, const PersistBatch& batch) {
  NodeView& view = node(id);
  if (!view.unchanged_by.empty()) fail(view.unchanged_by, "something was given to the disk");
  if (batch.truncate_from) {
    check_cut(view, *batch.truncate_from);
    view.cut = *batch.truncate_from;
    view.log.cut(*batch.truncate_from);
  }
  if (batch.snapshot) {
    check_base(view, *batch.snapshot);
    if (violation_) return;
  }
  for (const Entry& entry : batch.entries) {
    check_append(view, entry);
    if (violation_) return;
    if (entry.kind == EntryKind::kMembership) check_transition(view, entry);
    check_log_matching(view, entry.id.index, view.log.append(entry));
  }
  if (batch.hard_state) check_one_vote_per_term(view, *batch.hard_state);
}

void SafetyChecker::on_durable(NodeId id, const PersistBatch& batch) {
  NodeView& view = node(id);
  if (batch.truncate_from) view.durable.cut(*batch.truncate_from);
  if (batch.snapshot) {
    const bool is_replaced = rebase(view.durable, *batch.snapshot);
    view.durable_base = batch.snapshot->last.index;
    for (Index at{1}; is_replaced && at <= view.durable.last(); at = at.next())
      view.ever_durable.insert(view.durable.at(at)->prefix);
  }
  for (const Entry& entry : batch.entries) {
    if (entry.id.index != view.durable.last().next()) {
      fail("D5", "an entry does not follow the durable log's end");
      return;
    }
    view.ever_durable.insert(view.durable.append(entry).prefix);
  }
  if (batch.hard_state) {
    if (batch.hard_state->term < view.durable_state.term) {
      fail("R3", "the term on the disk went back");
    }
    view.durable_state = *batch.hard_state;
    if (view.durable_state.voted_for) {
      view.durable_votes.emplace(view.durable_state.term, *view.durable_state.voted_for);
    }
  }
  check_durable_term(view);
  if (batch.truncate_from) check_durable_quorum();
}

void SafetyChecker::on_status(NodeId id, CoreStatus now) {
  NodeView& view = node(id);
  check_unchanged(view, now);
  check_positions(view, now);
  check_membership(view, now);
  believe_leader(view, now);
  check_persisted(view, now);
  check_restoring(view, now);
  check_one_vote_per_term(view, {now.term, now.voted_for});
  const bool was_leading = view.status.role == Role::kLeader && view.status.term == now.term;
  if (now.role == Role::kLeader) {
    check_one_leader_per_term(view, now);
    if (!was_leading) on_leadership(view, now);
    if (was_leading && view.cut) fail("R7", "a leader cut its log in its term");
  }
  check_commit(view, now);
  if (now.role == Role::kLeader) {
    check_progress(view, now);
    check_uncommitted(view, now);
  }
  note_states(view, now);
  note_memberships(view, now);
  view.status = std::move(now);
  if (view.is_tick) check_quorum_contact(view);
  check_retirement(view);
}

void SafetyChecker::on_sent(const Message& message) {
  const NodeView& view = node(message.from.node);
  if (view.unchanged_by == "R38") fail("R38", "a foreign message was answered");
  if (const auto* append = std::get_if<AppendEntries>(&message.body)) {
    check_append_sent(message, *append);
  } else if (const auto* accepted = std::get_if<AppendEntriesResult>(&message.body)) {
    check_acceptance(message, *accepted);
  } else if (const auto* vote = std::get_if<RequestVoteResult>(&message.body)) {
    check_vote_sent(message, *vote);
  } else if (const auto* request = std::get_if<RequestVote>(&message.body)) {
    check_campaign_sent(message, *request);
  } else if (const auto* beat = std::get_if<HeartbeatResult>(&message.body)) {
    if (beat->durable_last > view.durable.last()) {
      fail("R29", "a heartbeat answer claims more than is durable");
    }
  } else if (const auto* read = std::get_if<ReadIndexResult>(&message.body)) {
    if (!read->refused) check_read_confirmed(view);
  }
}

void SafetyChecker::scan() {
  for (const auto& [id, view] : nodes_) {
    if (view.is_alive) check_positions(view, view.status);
    check_durable_term(view);
    Term before{};
    for (Index at{1}; at <= view.durable.last(); at = at.next()) {
      const Term term = view.durable.at(at)->term;
      if (term < before) fail("R16", "on the disk of n" + std::to_string(id.value));
      before = term;
    }
  }
  check_durable_quorum();
}

}  // namespace quorate::raft::testing
