// One campaign's votes: a set of answers keyed by voter, for one kind, term and round.
//
// Invariants:
//   I1  a voter's first answer stands; a repeated message counts once (P20)
//   I2  answers to another kind, term or round never enter (P21)
//
// Owner: the PreCandidate and Candidate roles. Thread: the driver's. Source: Raft paper §5.2.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "raft/core/membership.h"
#include "raft/core/message.h"
#include "raft/core/quorum.h"
#include "raft/core/types.h"

namespace quorate::raft {

class Ballot {
 public:
  Ballot(VoteKind kind, Term term, std::uint64_t round) : kind_(kind), term_(term), round_(round) {}

  [[nodiscard]] VoteKind kind() const { return kind_; }
  [[nodiscard]] Term term() const { return term_; }
  [[nodiscard]] std::uint64_t round() const { return round_; }

  // Whether `result` answers this campaign.
  [[nodiscard]] bool is_answered_by(const RequestVoteResult& result) const;

  // Returns whether the voter had not answered before.
  bool record(const ReplicaId& voter, Opinion opinion);

  [[nodiscard]] Tally result(const Membership& membership) const;

  template <typename Visitor>
  void each_field(Visitor& visit) const {
    visit(kind_, term_, round_, answers_);
  }

 private:
  [[nodiscard]] Opinion opinion_of(const ReplicaId& voter) const;

  VoteKind kind_;
  Term term_;
  std::uint64_t round_;
  std::vector<std::pair<ReplicaId, Opinion>> answers_;
};

}  // namespace quorate::raft
