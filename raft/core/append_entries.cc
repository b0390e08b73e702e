// The receiver of AppendEntries (Figure 2) and of heartbeats.
//
//   admit (follow) -> match -> graft -> answer
#include <algorithm>
#include <sstream>
#include <utility>

#include "raft/base/check.h"
#include "raft/core/replica.h"

namespace quorate::raft {

void Replica::on(const Message& message, AppendEntries& request) {
  if (!follow(message.from)) return;
  switch (match(request)) {
    case Matching::kViolation: return;
    case Matching::kDiffers: return reject(message, request);
    case Matching::kMatches: break;
  }
  const AppendProof proof{request.request, {request.prev_log.index.value + request.entries.size()}};
  if (graft(request.entries)) answer(message.from, proof, request.leader_commit);
}

// Whether our log has what the entries follow. Everything committed is in every leader's log (P43),
// so a difference there is proof that the protocol was broken.
Replica::Matching Replica::match(const AppendEntries& request) {
  const LogId prev = request.prev_log;
  if (prev.index < log_.snapshot().index || log_.holds(prev)) return Matching::kMatches;  // P52
  if (prev.index > log_.commit()) return Matching::kDiffers;
  violate("the leader's log contradicts a committed entry");
  return Matching::kViolation;
}

// Brings our log in line: what we have stays, the first real difference and all behind it goes
// (P48), the rest is appended. False: a committed entry would have to go.
bool Replica::graft(std::vector<Entry>& entries) {
  bool is_membership_changed = false;
  for (Entry& entry : entries) {
    if (entry.id.index < log_.snapshot().index || log_.holds(entry.id)) continue;
    if (entry.id.index <= log_.last().index) {
      if (entry.id.index <= log_.commit()) {
        violate("the leader overwrites a committed entry");
        return false;
      }
      is_membership_changed |= log_.membership_index() >= entry.id.index;
      truncate(entry.id.index);
    }
    is_membership_changed |= entry.kind == EntryKind::kMembership;
    log_.append(std::move(entry));
  }
  if (is_membership_changed) note_membership();
  return true;
}

void Replica::truncate(Index from) {
  const std::uint64_t count = log_.last().index.value - from.value + 1;
  log_.truncate(from);
  emit(EventKind::kLogTruncated, "").count = count;
}

void Replica::note_membership() {
  std::ostringstream detail;
  detail << membership();
  emit(EventKind::kMembershipChanged, detail.str());
  const bool is_out = role() != Role::kLeader && !membership().contains(options_.self);
  if (is_out) abandon_pending("this replica was removed");
}

// Acknowledges at most what this one message proved (P5), once that is durable here (P3, P4).
void Replica::answer(const ReplicaId& leader, AppendProof proof, Index leader_commit) {
  using Outcome = AppendEntriesResult::Outcome;
  commit_to(std::min(leader_commit, proof.verified));  // P47
  const std::uint64_t seq =
      std::max(hard_state_seq(), log_.seq_covering(proof.verified, next_seq_));
  send_when_durable(
      leader,
      AppendEntriesResult{
          .outcome = Outcome::kAccepted, .request = proof.request, .match = proof.verified},
      seq);
}

void Replica::reject(const Message& message, const AppendEntries& request) {
  send(message.from,
       AppendEntriesResult{.outcome = AppendEntriesResult::Outcome::kRejected,
                           .request = request.request,
                           .prev_log = request.prev_log,
                           .hint = log_.terms().last_at_most(request.prev_log).value_or(LogId{}),
                           .last = log_.last().index});
}

// The leader says commit <= what we acknowledged to it in this term, so it is provable here (P57),
// unless our disk lost what we had acknowledged: then the answer tells the leader.
void Replica::on(const Message& message, Heartbeat& heartbeat) {
  if (!follow(message.from)) return;
  if (heartbeat.commit <= log_.durable_end()) {
    commit_to(heartbeat.commit);
  } else {
    ignore(message, IgnoreReason::kCommitBeyondLog);
  }
  if (heartbeat.round == kNoRequest) return;
  heir_priority_ = heartbeat.heir_priority;
  const std::uint32_t priority = storage_ == StorageHealth::kHealthy ? options_.priority : 0;
  const std::uint64_t promised = support_.promise(heartbeat.lease_ns);
  send(message.from, HeartbeatResult{heartbeat.round, log_.durable_end(), promised, priority});
}

}  // namespace quorate::raft
