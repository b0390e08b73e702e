#include "raft/core/pending_changes.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

namespace quorate::raft {
namespace {

ChangeOutcome unknown(ChangeToken token, std::string_view why) {
  return {.token = token, .status = Status(Code::kUnknownOutcome, std::string(why))};
}

ChangeOutcome superseded(ChangeToken token) {
  const Refused refused{ChangeRefusal::kSuperseded, "a later leader wrote another entry"};
  return {.token = token, .status = refused.status(), .refusal = refused.reason};
}

// The first membership at or behind `from` that is not joint, if it is committed.
const MembershipAt* settled(const std::vector<MembershipAt>& memberships,
                            Index from,
                            Index commit) {
  const auto found =
      std::find_if(memberships.begin(), memberships.end(), [&](const MembershipAt& at) {
        return at.index >= from && !at.membership.is_joint();
      });
  return found == memberships.end() || found->index > commit ? nullptr : &*found;
}

}  // namespace

std::vector<ChangeOutcome> PendingChanges::resolve(const TermRuns& terms,
                                                   const std::vector<MembershipAt>& memberships,
                                                   Index commit) {
  const std::optional<Term> committed_term = terms.term_at(commit);
  const auto decide = [&](const Waiting& waiting) -> std::optional<ChangeOutcome> {
    if (waiting.entry.index > commit) {
      if (committed_term && *committed_term > waiting.entry.term) return superseded(waiting.token);
      return std::nullopt;
    }
    const std::optional<Term> term = terms.term_at(waiting.entry.index);
    // A joint entry that was compacted before it was left is still known as the base's membership.
    const bool is_base = memberships.front().index == waiting.entry.index;
    if (!term && !is_base) return unknown(waiting.token, "covered by a snapshot");
    if (term && *term != waiting.entry.term) return superseded(waiting.token);
    const MembershipAt* reached = settled(memberships, waiting.entry.index, commit);
    if (reached == nullptr) return std::nullopt;
    return ChangeOutcome{
        .token = waiting.token, .membership = reached->membership, .index = reached->index};
  };
  std::vector<ChangeOutcome> outcomes;
  std::erase_if(waiting_, [&](const Waiting& waiting) {
    auto outcome = decide(waiting);
    if (!outcome) return false;
    outcomes.push_back(*std::move(outcome));
    return true;
  });
  return outcomes;
}

std::vector<ChangeOutcome> PendingChanges::abandon(std::string_view why) {
  std::vector<ChangeOutcome> outcomes;
  outcomes.reserve(waiting_.size());
  for (const Waiting& waiting : waiting_)
    outcomes.push_back(unknown(waiting.token, why));
  waiting_.clear();
  return outcomes;
}

}  // namespace quorate::raft
