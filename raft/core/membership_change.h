// What a change of the membership asks for, and the memberships it passes through: pure functions.
//
//   current ──(new voters listen first)──▶ current + learners ──(caught up)──▶ joint ──▶ target
//      └── only learners change ──────────────────────────────────────────────────────▶ target
//
// Every change of who votes goes through a joint membership, also that of a single voter: one rule,
// and none of the special cases of single-server changes (§6; dissertation §4.1, §4.3).
// A refusal is definite: no entry was written for the change, or what was written is taken back.
// Thread: pure functions over values. Source: docs/membership.md, docs/adr/0008.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "raft/base/status.h"
#include "raft/core/membership.h"
#include "raft/core/types.h"

namespace quorate::raft {

using ChangeToken = std::uint64_t;  // chosen by the caller, unique while in use

// All lists together are one change: all of it or nothing.
struct MembershipChange {
  ChangeToken token = 0;
  std::vector<ReplicaId> add_voters;    // new replicas, or learners that shall vote
  std::vector<ReplicaId> add_learners;  // new replicas that only listen
  std::vector<ReplicaId> remove;        // voters and learners
  std::vector<ReplicaId> demote;        // voters that shall only listen
  // Compare and set: refuse unless the membership in force is that of this entry.
  std::optional<Index> expected_index;
  std::optional<Term> expected_term;  // refuse unless we lead exactly this term
  // New voters have this long to catch up, then the change is taken back. 0:
  // Options::catch_up_ticks.
  std::uint32_t catch_up_ticks = 0;
};

enum class ChangeRefusal : std::uint8_t {
  kNone,
  kStopped,           // the group has stopped
  kNotLeader,         // this replica does not lead
  kWrongTerm,         // it leads another term than expected
  kTermNotCommitted,  // no entry of its term is committed yet (P70); try again
  kTransferUnderWay,  // the leadership is being given away
  kChangeUnderWay,    // another change is not finished (P69)
  kWrongMembership,   // the membership is not the expected one
  kNothingAsked,      // the change names nobody
  kInvalidReplica,    // a replica without node id or incarnation
  kNamedTwice,        // a replica stands in two lists
  kUnknownReplica,    // to be removed or demoted, but not there (or not a voter)
  kAlreadyMember,     // to be added, but there
  kTwoDisks,          // a node would take part with two incarnations
  kLastVoter,         // nobody would vote
  kTooManyMembers,    // more than kVotersMax or kLearnersMax
  kQuorumLost,        // too few of the voters-to-be can be reached
  kCatchUpExpired,    // the new voters did not catch up in time; the change was taken back
  kAbandoned,         // the leadership ended before the voters had changed
  kSuperseded,        // a later leader's entry took the place of the change's
};
[[nodiscard]] std::string_view to_string(ChangeRefusal refusal);  // "last_voter", ...

struct Refused {
  ChangeRefusal reason = ChangeRefusal::kNone;
  std::string detail;  // with the arithmetic, for people
  [[nodiscard]] Status status() const;
};
std::ostream& operator<<(std::ostream& out, const Refused& refused);

using PlannedMembership = std::variant<Membership, Refused>;

// The membership in force once `change` is done. Requires that `current` is not joint.
[[nodiscard]] PlannedMembership target_of(const Membership& current,
                                          const MembershipChange& change);

// `current` with the members that only `target` has as learners, so that they can catch up before
// they vote. A learner whose node comes back with another disk makes way for it.
[[nodiscard]] Membership listening_first(const Membership& current, const Membership& target);

// Whether going from `current` to `target` needs a joint membership in between.
[[nodiscard]] bool changes_voters(const Membership& current, const Membership& target);
// C_old,new: decisions need both halves from now on.
[[nodiscard]] Membership enter_joint(const Membership& current, const Membership& target);
// C_new. Requires joint.is_joint().
[[nodiscard]] Membership leave_joint(const Membership& joint);

// Refuses a target for which no quorum can be reached, with the arithmetic: "3 voters, 1 of 3
// reachable after the change, 2 needed".
[[nodiscard]] std::optional<Refused> judge_reachable(std::size_t voters, std::size_t reachable);
// The same; `is_reachable(replica)` judges one voter.
template <typename IsReachable>
[[nodiscard]] std::optional<Refused> judge_quorum(const Membership& target,
                                                  IsReachable is_reachable) {
  std::size_t reachable = 0;
  for (const ReplicaId& voter : target.voters)
    reachable += is_reachable(voter) ? 1U : 0U;
  return judge_reachable(target.voters.size(), reachable);
}

}  // namespace quorate::raft
