#include "raft/core/ballot.h"

#include <algorithm>

#include "raft/base/check.h"

namespace quorate::raft {

bool Ballot::is_answered_by(const RequestVoteResult& result) const {
  return result.kind == kind_ && result.campaign_term == term_ && result.round == round_;
}

bool Ballot::record(const ReplicaId& voter, Opinion opinion) {
  QUORATE_CHECK(opinion != Opinion::kUnknown);
  if (opinion_of(voter) != Opinion::kUnknown) return false;
  answers_.emplace_back(voter, opinion);
  QUORATE_CHECK(opinion_of(voter) == opinion);
  return true;
}

Tally Ballot::result(const Membership& membership) const {
  return tally(membership, [&](const ReplicaId& voter) { return opinion_of(voter); });
}

Opinion Ballot::opinion_of(const ReplicaId& voter) const {
  const auto answer = std::find_if(
      answers_.begin(), answers_.end(), [&](const auto& each) { return each.first == voter; });
  return answer == answers_.end() ? Opinion::kUnknown : answer->second;
}

}  // namespace quorate::raft
