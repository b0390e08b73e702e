// Proposals asked at a follower or learner, carried out by its leader (Options::forward_proposals).
#include <algorithm>
#include <utility>

#include "raft/base/check.h"
#include "raft/core/replica.h"

namespace quorate::raft {
namespace {

Status status_of(ForwardRefusal refusal) {
  switch (refusal) {
    case ForwardRefusal::kBusy: return {Code::kBusy, "the leader is busy"};
    case ForwardRefusal::kTooLarge: return {Code::kInvalidArgument, "too large for the leader"};
    case ForwardRefusal::kNone: break;
  }
  return {Code::kUnknownOutcome, "the leader did not say why"};
}

}  // namespace

// --- the asker's side ---

// A proposal for one term is for whoever is asked, as is everything but commands.
bool Replica::is_to_forward(const Proposal& proposal) const {
  const auto* follower = std::get_if<Follower>(&role_);
  return options_.forward_proposals && !is_stopped_ && follower != nullptr && follower->leader &&
         !proposal.expected_term && proposal.kind == EntryKind::kNormal;
}

void Replica::forward(Follower& follower, Proposal proposal) {
  const std::size_t bytes = proposal.data.size() + Entry::kOverheadBytes;
  const ForwardedProposals& waiting = follower.forwards;
  const bool is_full =
      waiting.entries() >= options_.forward_entries_max ||
      (waiting.entries() > 0 &&
       bytes > options_.forward_bytes_max - std::min(waiting.bytes(), options_.forward_bytes_max));
  if (bytes > options_.entry_bytes_max) {
    return reject(proposal.token, {Code::kInvalidArgument, "the entry is too large"});
  }
  if (is_full) return reject(proposal.token, {Code::kBusy, "too much waits for the leader"});
  follower.forwards.add(proposal.token, std::move(proposal.data));
  is_flush_due_ = true;
}

void Replica::send_forwards(Follower& follower) {
  while (follower.forwards.has_unsent()) {
    QUORATE_CHECK(follower.leader.has_value());
    const std::uint64_t deadline = now_ + 2ULL * options_.election_timeout_ticks;
    const std::uint64_t request = ++forward_request_;
    send(*follower.leader,
         ForwardProposals{
             forward_stint_,
             request,
             follower.forwards.send(
                 request, deadline, options_.append_bytes_max, options_.append_entries_max)});
  }
}

// The entries have their place in the leader's log: from here on our own log decides.
void Replica::on(const Message& message, ForwardProposalsResult& result) {
  auto* follower = std::get_if<Follower>(&role_);
  if (follower == nullptr || follower->leader != message.from) {
    return ignore(message, IgnoreReason::kNotFromLeader);
  }
  if (result.stint != forward_stint_) return ignore(message, IgnoreReason::kStaleAnswer);
  const std::vector<ProposalToken> tokens = follower->forwards.answer(result.request);
  if (tokens.empty()) return ignore(message, IgnoreReason::kStaleAnswer);
  Index place = result.first;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    if (i >= result.taken) {
      reject(tokens[i], status_of(result.refusal));
    } else {
      note_place(tokens[i], {message.term, place});
      place = place.next();
    }
  }
}

// What was committed here before we knew whose it is, is perhaps applied, and its result gone.
void Replica::note_place(ProposalToken token, LogId place) {
  if (place.index <= log_.commit()) {
    const Status unknown(Code::kUnknownOutcome, "its place was told too late");
    ready_.outcomes.push_back({token, unknown, {}});
    return;
  }
  proposals_.add_elsewhere(token, place);
}

void Replica::end_forwards(std::vector<ProposalOutcome> outcomes) {
  ready_.outcomes.insert(ready_.outcomes.end(), outcomes.begin(), outcomes.end());
}

// --- the leader's side ---

void Replica::on(const Message& message, ForwardProposals& request) {
  auto* leader = std::get_if<Leader>(&role_);
  // It may be a repeated one that we took when we still led: then "rejected" would be wrong.
  if (leader == nullptr) return ignore(message, IgnoreReason::kNotLeading);
  // Who was removed is still told so, but proposes nothing.
  if (!membership().contains(message.from)) return ignore(message, IgnoreReason::kUnknownSender);
  ForwardProposalsResult result{.stint = request.stint, .request = request.request};
  switch (leader->forwarders.note(message.from, request.stint, request.request)) {
    case Forwarders::Seen::kRepeated: return ignore(message, IgnoreReason::kStaleAnswer);
    case Forwarders::Seen::kTooMany:
      result.refusal = ForwardRefusal::kBusy;
      return send(message.from, result);
    case Forwarders::Seen::kNew: break;
  }
  result.first = log_.last().index.next();
  for (SharedBytes& data : request.data) {
    Proposal proposal{.data = std::move(data)};
    const Status status = judge(proposal);
    if (!status.is_ok()) {
      const bool is_large = status.code() == Code::kInvalidArgument;
      result.refusal = is_large ? ForwardRefusal::kTooLarge : ForwardRefusal::kBusy;
      break;
    }
    const LogId id = append_own(EntryKind::kNormal, std::move(proposal.data));
    proposals_.add_foreign(id, log_.window().at(id.index).bytes());
    ++result.taken;
  }
  send(message.from, result);
}

}  // namespace quorate::raft
