// Where effects leave, and in which order: first what may be sent, then what must be written, then
// what may be applied. Promises wait for persisted().
#include <algorithm>
#include <sstream>
#include <utility>

#include "raft/base/check.h"
#include "raft/core/replica.h"

namespace quorate::raft {

Replica::Replica(Options options, const Recovered& recovered, Random random)
    : options_(options),
      random_(random),
      log_(recovered, options.window_bytes_max),
      hard_state_(recovered.hard_state),
      support_(options.lease_ns) {
  vote_round_ = random_.next() >> 1U;
  read_request_ = random_.next() >> 1U;
  forward_stint_ = read_request_;  // as hard to meet again
  set_first_election_timer();
}

bool Replica::has_ready() const {
  if (is_stopped_) return !ready_.empty();
  return is_flush_due_ || is_hard_state_unwritten_ || log_.has_unwritten() ||
         (log_.has_apply() && !is_install_due()) || !ready_.empty();
}

Ready Replica::take_ready() {
  if (!is_stopped_) {
    advance_membership();
    if (auto* leader = std::get_if<Leader>(&role_)) {
      begin_reads(*leader);
      if (now_ >= leader->heartbeat_at) broadcast_heartbeat(*leader);
      replicate(*leader);
    } else if (auto* follower = std::get_if<Follower>(&role_)) {
      forward_reads(*follower);
      send_forwards(*follower);
    }
    ready_.persist = next_batch();
    if (!is_install_due())
      ready_.apply = log_.next_apply(options_.apply_bytes_max, options_.append_entries_max);
  }
  is_flush_due_ = false;
  return std::exchange(ready_, Ready{});
}

std::optional<PersistBatch> Replica::next_batch() {
  if (!is_hard_state_unwritten_ && !log_.has_unwritten()) return std::nullopt;
  PersistBatch batch{.seq = next_seq_++, .group = options_.group};
  if (std::exchange(is_hard_state_unwritten_, false)) {
    batch.hard_state = hard_state_;
    hard_state_seq_ = batch.seq;
  }
  log_.fill(batch);
  QUORATE_CHECK(!batch.truncate_from || *batch.truncate_from > log_.applied());  // P11
  return batch;
}

void Replica::persisted(std::uint64_t seq) {
  if (is_stopped_ || seq <= durable_seq_ || seq >= next_seq_) return;
  durable_seq_ = seq;
  log_.on_persisted(seq);
  for (Message& message : promises_.release(seq)) {
    // Whoever stood in this term and gave it up asks nobody for votes any more.
    const bool is_request = std::holds_alternative<RequestVote>(message.body);
    if (is_request && role() != Role::kCandidate) continue;
    // No acceptance says more than what is durable now, whatever was cut since it was held.
    if (auto* result = std::get_if<AppendEntriesResult>(&message.body)) {
      result->match = std::min(result->match, log_.persisted());
    }
    send(std::move(message));
  }
  if (auto* candidate = std::get_if<Candidate>(&role_)) {
    if (candidate->vote_seq <= seq && candidate->ballot.record(options_.self, Opinion::kYes)) {
      count_ballot();
    }
  }
  if (restore_ && restore_->seq <= seq) {
    ready_.restore = std::exchange(restore_, std::nullopt)->meta;
  }
  advance_commit();
  is_flush_due_ = true;
}

void Replica::applied(Index index) {
  log_.on_applied(index);
  release_awaited();
  install_when_idle();
}

// The batch after which term and vote are durable.
std::uint64_t Replica::hard_state_seq() const {
  return is_hard_state_unwritten_ ? next_seq_ : hard_state_seq_;
}

void Replica::set_hard_state(HardState hard_state) {
  QUORATE_CHECK(hard_state.term >= term());
  if (hard_state.term > term()) {
    promises_.clear();
  } else {
    QUORATE_CHECK(!hard_state_.voted_for || hard_state_.voted_for == hard_state.voted_for);  // P19
  }
  if (hard_state == hard_state_) return;
  hard_state_ = hard_state;
  is_hard_state_unwritten_ = true;
}

Message Replica::message_to(const ReplicaId& to, MessageBody body) const {
  return Message{options_.cluster, options_.group, options_.self, to, term(), std::move(body)};
}

void Replica::send(const ReplicaId& to, MessageBody body) {
  send(message_to(to, std::move(body)));
}

void Replica::send(Message message) {
  QUORATE_CHECK(message.to != options_.self);
  if (options_.trace_messages) emit_trace(EventKind::kMessageSent, message);
  ready_.messages.push_back(std::move(message));
}

void Replica::send_when_durable(const ReplicaId& to, MessageBody body, std::uint64_t seq) {
  if (seq <= durable_seq_) return send(to, std::move(body));
  QUORATE_CHECK(seq <= next_seq_);
  promises_.hold(seq, message_to(to, std::move(body)));
}

Event& Replica::emit(EventKind kind, std::string_view detail) {
  ready_.events.push_back(Event{.kind = kind,
                                .role = role(),
                                .term = term(),
                                .commit = log_.commit(),
                                .last = log_.last(),
                                .voted_for = hard_state_.voted_for,
                                .detail = std::string(detail)});
  return ready_.events.back();
}

void Replica::emit_trace(EventKind kind, const Message& message) {
  std::ostringstream detail;
  detail << message;
  Event& event = emit(kind, detail.str());
  event.peer = kind == EventKind::kMessageSent ? message.to : message.from;
  event.message = trace_of(message);
}

// What must never happen has happened: somewhere the protocol, a program or a disk is broken. The
// group says why, answers what waits, and does nothing any more.
void Replica::violate(std::string_view evidence) {
  emit(EventKind::kSafetyViolation, evidence);
  become_follower("safety violation", Timer::kKeep);
  is_stopped_ = true;
  promises_.clear();
  ready_.messages.clear();
  abandon_pending(evidence);
  for (const AwaitedRead& read : awaited_.drain())
    refuse_reads({read.token}, Code::kUnavailable, "the group has stopped");
}

}  // namespace quorate::raft
