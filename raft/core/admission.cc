// Which messages are believed, and what becomes of their term.
#include <limits>

#include "raft/base/crc32c.h"
#include "raft/core/replica.h"

namespace quorate::raft {
namespace {

// Nothing of ours ever comes near; a number beyond is damage or malice, and adding to it could
// wrap (P110).
constexpr std::uint64_t kNumberMax = std::numeric_limits<std::uint64_t>::max() - (1ULL << 32U);

bool is_sane(Term term) {
  return term.value <= kNumberMax;
}
bool is_sane(Index index) {
  return index.value <= kNumberMax;
}
bool is_sane(const LogId& id) {
  return is_sane(id.term) && is_sane(id.index) && (id.term.value == 0) == (id.index.value == 0);
}

// Each overload: what makes the body impossible, given its sender's term.
std::optional<IgnoreReason> flaw(const RequestVote& body, Term term) {
  const bool is_pre = body.kind == VoteKind::kPreVote;
  const bool is_known = is_pre || body.kind == VoteKind::kVote;
  const bool is_term_right = body.campaign_term == (is_pre ? term.next() : term);
  if (!is_known || !is_term_right || !is_sane(body.last_log) || body.last_log.term > term) {
    return IgnoreReason::kAbsurd;
  }
  return std::nullopt;
}

std::optional<IgnoreReason> flaw(const RequestVoteResult& body, Term term) {
  // A voter that grants is in the candidate's term; one that grants a pre-vote is still below.
  const bool is_granted = body.answer == VoteAnswer::kGranted;
  if (is_granted && body.kind == VoteKind::kVote && term != body.campaign_term) {
    return IgnoreReason::kAbsurd;
  }
  if (is_granted && body.kind == VoteKind::kPreVote && term >= body.campaign_term) {
    return IgnoreReason::kAbsurd;
  }
  return std::nullopt;
}

std::optional<IgnoreReason> flaw(const Entry& entry, LogId before, Term term) {
  if (entry.id.index != before.index.next() || entry.id.term < before.term ||
      entry.id.term > term || entry.id.term.value == 0) {
    return IgnoreReason::kAbsurd;
  }
  if (!is_intact(entry)) return IgnoreReason::kBadChecksum;
  switch (entry.kind) {
    case EntryKind::kNormal:
    case EntryKind::kNoop: return std::nullopt;
    case EntryKind::kMembership:
      if (decode_membership(entry.data.view()).is_ok()) return std::nullopt;
      break;
  }
  return IgnoreReason::kAbsurd;
}

std::optional<IgnoreReason> flaw(const AppendEntries& body, Term term) {
  if (!is_sane(body.prev_log) || !is_sane(body.leader_commit) || body.prev_log.term > term ||
      term.value == 0) {
    return IgnoreReason::kAbsurd;
  }
  LogId before = body.prev_log;
  for (const Entry& entry : body.entries) {
    if (const auto reason = flaw(entry, before, term)) return reason;
    before = entry.id;
  }
  return std::nullopt;
}

std::optional<IgnoreReason> flaw(const AppendEntriesResult& body, Term /*term*/) {
  if (!is_sane(body.match) || !is_sane(body.last)) return IgnoreReason::kAbsurd;
  if (body.outcome == AppendEntriesResult::Outcome::kAccepted) return std::nullopt;
  // The hint is an entry of the peer's that is no newer than prev.
  const bool is_hint_right = body.hint.index <= body.prev_log.index &&
                             body.hint.term <= body.prev_log.term && body.hint.index <= body.last;
  return is_hint_right ? std::nullopt : std::optional(IgnoreReason::kAbsurd);
}

std::optional<IgnoreReason> flaw(const Heartbeat& body, Term term) {
  return is_sane(body.commit) && term.value > 0 ? std::nullopt
                                                : std::optional(IgnoreReason::kAbsurd);
}

std::optional<IgnoreReason> flaw(const HeartbeatResult& body, Term /*term*/) {
  return is_sane(body.durable_last) ? std::nullopt : std::optional(IgnoreReason::kAbsurd);
}

std::optional<IgnoreReason> flaw(const InstallSnapshot& body, Term term) {
  const SnapshotMeta& meta = body.meta;
  const bool is_place_right =
      is_sane(meta.last) && meta.last.term <= term && meta.last.index.value > 0;
  const bool is_chunk_right = body.transfer != kNoRequest && body.offset <= meta.bytes &&
                              body.chunk.size() <= meta.bytes - body.offset &&
                              (body.chunk.size() > 0 || body.offset == meta.bytes);
  if (!is_place_right || !is_chunk_right || !validate(meta.membership).is_ok()) {
    return IgnoreReason::kAbsurd;
  }
  if (crc32c(body.chunk.view()) != body.chunk_checksum) return IgnoreReason::kBadChecksum;
  return std::nullopt;
}

std::optional<IgnoreReason> flaw(const InstallSnapshotResult& body, Term /*term*/) {
  return is_sane(body.last) ? std::nullopt : std::optional(IgnoreReason::kAbsurd);
}

std::optional<IgnoreReason> flaw(const TimeoutNow& body, Term term) {
  return is_sane(body.last_log) && body.last_log.term <= term && term.value > 0
             ? std::nullopt
             : std::optional(IgnoreReason::kAbsurd);
}

std::optional<IgnoreReason> flaw(const ReadIndexRequest& body, Term /*term*/) {
  const bool is_known = body.mode == ReadMode::kReadIndex || body.mode == ReadMode::kLease;
  return is_known ? std::nullopt : std::optional(IgnoreReason::kAbsurd);
}

std::optional<IgnoreReason> flaw(const ReadIndexResult& body, Term /*term*/) {
  return is_sane(body.read_index) ? std::nullopt : std::optional(IgnoreReason::kAbsurd);
}

std::optional<IgnoreReason> flaw(const ForwardProposals& body, Term term) {
  const bool is_possible = !body.data.empty() && body.request > kNoRequest && term.value > 0;
  return is_possible ? std::nullopt : std::optional(IgnoreReason::kAbsurd);
}

std::optional<IgnoreReason> flaw(const ForwardProposalsResult& body, Term term) {
  const bool is_known = body.refusal == ForwardRefusal::kNone ||
                        body.refusal == ForwardRefusal::kBusy ||
                        body.refusal == ForwardRefusal::kTooLarge;
  const bool is_place = body.taken == 0 || (body.first.value > 0 && term.value > 0);
  return is_known && is_place && is_sane(body.first) ? std::nullopt
                                                     : std::optional(IgnoreReason::kAbsurd);
}

}  // namespace

void Replica::step(Message message) {
  if (is_stopped_) return;
  if (options_.trace_messages) emit_trace(EventKind::kMessageReceived, message);
  if (const auto reason = reason_to_ignore(message)) return ignore(message, *reason);
  if (!settle_term(message)) return;
  std::visit([&](auto& body) { on(message, body); }, message.body);
}

std::optional<IgnoreReason> Replica::reason_to_ignore(const Message& message) const {
  if (message.cluster != options_.cluster) return IgnoreReason::kForeignCluster;
  if (message.group != options_.group) return IgnoreReason::kForeignGroup;
  if (message.to.node != options_.self.node) return IgnoreReason::kWrongRecipient;
  if (message.to != options_.self) return IgnoreReason::kWrongIncarnation;  // P76
  if (message.from == options_.self) return IgnoreReason::kUnknownSender;
  const bool is_member = membership().contains(message.from);
  if (!is_member && !is_heard(message)) return IgnoreReason::kUnknownSender;
  if (!is_sane(message.term)) return IgnoreReason::kAbsurd;
  return std::visit([&](const auto& body) { return flaw(body, message.term); }, message.body);
}

// What is believed of a replica that is not in our membership. Ours may be the older one, so who is
// a stranger here may well lead, or need our vote; a replica without any membership waits for
// exactly that.
//
// Why this is safe: leadership is won by votes of the candidate's own membership, which election
// safety covers, and term and log decide here as for a member. That the sender is who it says is
// the transport's business (mutual TLS binds node ids). Why it disturbs nobody: no stranger raises
// the term while a leader is near, that is, here or heard within the minimum election timeout, so
// a removed replica cannot unseat a healthy leader (P34, R36).
bool Replica::is_heard(const Message& message) const {
  // Judged by term, log and stickiness, like every vote.
  if (std::holds_alternative<RequestVote>(message.body)) return true;
  if (const auto* leader = std::get_if<Leader>(&role_)) {
    // A replica that is leaving still answers, but tells us nothing about terms.
    const bool is_served = leader->replication.find(message.from) != nullptr;
    return is_served && message.term == term();
  }
  const auto* follower = std::get_if<Follower>(&role_);
  const bool has_leader = follower != nullptr && follower->leader.has_value();
  if (has_leader && *follower->leader == message.from && message.term == term()) return true;
  const bool is_leaders = std::holds_alternative<AppendEntries>(message.body) ||
                          std::holds_alternative<Heartbeat>(message.body) ||
                          std::holds_alternative<InstallSnapshot>(message.body);
  if (!is_leaders) return false;
  // One that leads an older term learns ours; one that leads ours is our leader if none is known.
  if (message.term <= term()) return message.term < term() || !has_leader;
  return membership().voters.empty() || !is_leader_near();
}

void Replica::ignore(const Message& message, IgnoreReason reason) {
  ++messages_ignored_;
  emit(EventKind::kMessageIgnored, to_string(reason)).peer = message.from;
}

// Returns whether the message is of our (perhaps just adopted) term and goes on to its receiver.
bool Replica::settle_term(const Message& message) {
  // Votes settle terms by their own rules: a pre-vote changes nothing, a real one may be refused
  // without its term being adopted, and their answers come from whatever term the voter is in.
  if (std::holds_alternative<RequestVote>(message.body)) return true;
  if (message.term > term()) {
    adopt_term(message.term, "higher term");
    return true;
  }
  if (message.term == term() || std::holds_alternative<RequestVoteResult>(message.body)) {
    return true;
  }
  answer_stale(message);
  return false;
}

// The sender is behind. Its requests are answered so that it learns our term, and nothing more: the
// answer is not of the request's term, so it names no request (P49, P94).
void Replica::answer_stale(const Message& message) {
  if (std::holds_alternative<AppendEntries>(message.body)) {
    return send(message.from, AppendEntriesResult{.request = kNoRequest});
  }
  if (std::holds_alternative<Heartbeat>(message.body)) {
    return send(message.from, HeartbeatResult{.round = kNoRequest});
  }
  if (std::holds_alternative<InstallSnapshot>(message.body)) {
    return send(message.from, InstallSnapshotResult{.transfer = kNoRequest});
  }
  if (std::holds_alternative<ReadIndexRequest>(message.body)) {
    return send(message.from, ReadIndexResult{.request = kNoRequest, .refused = true});
  }
  ignore(message, IgnoreReason::kStaleTerm);
}

}  // namespace quorate::raft
