#include "raft/core/membership_change.h"

#include <algorithm>
#include <ostream>
#include <sstream>
#include <utility>

#include "raft/base/check.h"
#include "raft/core/quorum.h"

namespace quorate::raft {
namespace {

using Replicas = std::vector<ReplicaId>;

// Sorted, each once.
Replicas sorted(Replicas list) {
  std::sort(list.begin(), list.end());
  list.erase(std::unique(list.begin(), list.end()), list.end());
  return list;
}

Replicas without(const Replicas& list, const Replicas& gone) {
  Replicas kept;
  std::copy_if(list.begin(), list.end(), std::back_inserter(kept), [&](const ReplicaId& each) {
    return !holds(gone, each);
  });
  return kept;
}

Replicas with(const Replicas& list, const Replicas& more) {
  Replicas all = list;
  all.insert(all.end(), more.begin(), more.end());
  return sorted(std::move(all));
}

template <typename... Parts>
Refused refuse(ChangeRefusal reason, const Parts&... parts) {
  std::ostringstream detail;
  (detail << ... << parts);
  return {reason, detail.str()};
}

// Whether the request makes sense by itself.
std::optional<Refused> judge_lists(const MembershipChange& change) {
  Replicas named;
  for (const auto* list :
       {&change.add_voters, &change.add_learners, &change.remove, &change.demote}) {
    for (const ReplicaId& replica : *list) {
      if (replica.node.value == 0 || replica.incarnation.is_none()) {
        return refuse(ChangeRefusal::kInvalidReplica,
                      "a replica needs a node id and an incarnation: ",
                      replica);
      }
      if (holds(named, replica)) {
        return refuse(ChangeRefusal::kNamedTwice, "the change names a replica twice: ", replica);
      }
      named.push_back(replica);
    }
  }
  if (named.empty()) return refuse(ChangeRefusal::kNothingAsked, "the change names nobody");
  return std::nullopt;
}

// Whether it makes sense for this membership.
std::optional<Refused> judge_members(const Membership& current, const MembershipChange& change) {
  for (const ReplicaId& replica : change.remove) {
    if (current.contains(replica)) continue;
    return refuse(ChangeRefusal::kUnknownReplica, "not a member, so it cannot go: ", replica);
  }
  for (const ReplicaId& replica : change.demote) {
    if (current.is_voter(replica)) continue;
    return refuse(ChangeRefusal::kUnknownReplica, "not a voter, so it cannot stop: ", replica);
  }
  for (const ReplicaId& replica : change.add_voters) {
    if (!current.is_voter(replica)) continue;
    return refuse(ChangeRefusal::kAlreadyMember, "a voter already: ", replica);
  }
  for (const ReplicaId& replica : change.add_learners) {
    if (!current.contains(replica)) continue;
    return refuse(ChangeRefusal::kAlreadyMember, "a member already: ", replica);
  }
  return std::nullopt;
}

// Whether what comes out is a membership, with each node at most once.
std::optional<Refused> judge_target(const Membership& target) {
  if (target.voters.empty()) {
    return refuse(ChangeRefusal::kLastVoter, "no voter would be left");
  }
  if (target.voters.size() > Membership::kVotersMax) {
    return refuse(ChangeRefusal::kTooManyMembers,
                  target.voters.size(),
                  " voters, at most ",
                  Membership::kVotersMax,
                  " are possible");
  }
  if (target.learners.size() > Membership::kLearnersMax) {
    return refuse(ChangeRefusal::kTooManyMembers,
                  target.learners.size(),
                  " learners, at most ",
                  Membership::kLearnersMax,
                  " are possible");
  }
  const Replicas members = target.all();
  const auto twin = std::adjacent_find(
      members.begin(), members.end(), [](const ReplicaId& one, const ReplicaId& next) {
        return one.node == next.node;
      });
  if (twin == members.end()) return std::nullopt;
  return refuse(ChangeRefusal::kTwoDisks,
                "node ",
                twin->node,
                " would take part with two disks; remove ",
                *twin,
                " or ",
                *std::next(twin),
                " in the same change");
}

Code code_of(ChangeRefusal reason) {
  switch (reason) {
    case ChangeRefusal::kNone: break;
    case ChangeRefusal::kStopped: return Code::kShutdown;
    case ChangeRefusal::kNotLeader:
    case ChangeRefusal::kAbandoned:
    case ChangeRefusal::kSuperseded: return Code::kNotLeader;
    case ChangeRefusal::kTransferUnderWay:
    case ChangeRefusal::kChangeUnderWay:
    case ChangeRefusal::kTermNotCommitted: return Code::kBusy;
    case ChangeRefusal::kWrongTerm:
    case ChangeRefusal::kWrongMembership: return Code::kFailedPrecondition;
    case ChangeRefusal::kNothingAsked:
    case ChangeRefusal::kInvalidReplica:
    case ChangeRefusal::kNamedTwice:
    case ChangeRefusal::kTwoDisks:
    case ChangeRefusal::kLastVoter:
    case ChangeRefusal::kTooManyMembers: return Code::kInvalidArgument;
    case ChangeRefusal::kUnknownReplica: return Code::kNotFound;
    case ChangeRefusal::kAlreadyMember: return Code::kAlreadyExists;
    case ChangeRefusal::kQuorumLost: return Code::kUnavailable;
    case ChangeRefusal::kCatchUpExpired: return Code::kTimedOut;
  }
  return Code::kInternal;
}

}  // namespace

Status Refused::status() const {
  return {code_of(reason), "membership change: " + detail};
}

std::ostream& operator<<(std::ostream& out, const Refused& refused) {
  return out << to_string(refused.reason) << ": " << refused.detail;
}

PlannedMembership target_of(const Membership& current, const MembershipChange& change) {
  QUORATE_CHECK(!current.is_joint());
  if (auto refused = judge_lists(change)) return *std::move(refused);
  if (auto refused = judge_members(current, change)) return *std::move(refused);
  Membership target;
  const Replicas gone = with(change.remove, change.demote);
  target.voters = with(without(current.voters, gone), change.add_voters);
  target.learners = with(without(without(current.learners, change.remove), change.add_voters),
                         with(change.add_learners, change.demote));
  if (auto refused = judge_target(target)) return *std::move(refused);
  QUORATE_CHECK(validate(target).is_ok());
  return target;
}

Membership listening_first(const Membership& current, const Membership& target) {
  const Replicas fresh = without(target.all(), current.all());
  Membership listening = current;
  std::erase_if(listening.learners, [&](const ReplicaId& learner) {
    return std::any_of(fresh.begin(), fresh.end(), [&](const ReplicaId& each) {
      return each.node == learner.node;
    });
  });
  listening.learners = with(listening.learners, fresh);
  return listening;
}

bool changes_voters(const Membership& current, const Membership& target) {
  return current.voters != target.voters;
}

Membership enter_joint(const Membership& current, const Membership& target) {
  QUORATE_CHECK(!current.is_joint() && !target.is_joint());
  Membership joint;
  joint.voters = target.voters;
  joint.outgoing = current.voters;
  joint.learners = without(target.learners, current.voters);
  joint.learners_next = without(target.learners, joint.learners);
  QUORATE_CHECK(validate(joint).is_ok());
  QUORATE_CHECK(leave_joint(joint) == target);
  return joint;
}

Membership leave_joint(const Membership& joint) {
  QUORATE_CHECK(joint.is_joint());
  Membership target;
  target.voters = joint.voters;
  target.learners = with(joint.learners, joint.learners_next);
  return target;
}

std::optional<Refused> judge_reachable(std::size_t voters, std::size_t reachable) {
  const std::size_t needed = majority_of(voters);
  if (reachable >= needed) return std::nullopt;
  return refuse(ChangeRefusal::kQuorumLost,
                voters,
                voters == 1 ? " voter, " : " voters, ",
                reachable,
                " of ",
                voters,
                " reachable after the change, ",
                needed,
                " needed");
}

std::string_view to_string(ChangeRefusal refusal) {
  switch (refusal) {
    case ChangeRefusal::kNone: return "none";
    case ChangeRefusal::kStopped: return "stopped";
    case ChangeRefusal::kNotLeader: return "not_leader";
    case ChangeRefusal::kWrongTerm: return "wrong_term";
    case ChangeRefusal::kTermNotCommitted: return "term_not_committed";
    case ChangeRefusal::kTransferUnderWay: return "transfer_under_way";
    case ChangeRefusal::kChangeUnderWay: return "change_under_way";
    case ChangeRefusal::kWrongMembership: return "wrong_membership";
    case ChangeRefusal::kNothingAsked: return "nothing_asked";
    case ChangeRefusal::kInvalidReplica: return "invalid_replica";
    case ChangeRefusal::kNamedTwice: return "named_twice";
    case ChangeRefusal::kUnknownReplica: return "unknown_replica";
    case ChangeRefusal::kAlreadyMember: return "already_member";
    case ChangeRefusal::kTwoDisks: return "two_disks";
    case ChangeRefusal::kLastVoter: return "last_voter";
    case ChangeRefusal::kTooManyMembers: return "too_many_members";
    case ChangeRefusal::kQuorumLost: return "quorum_lost";
    case ChangeRefusal::kCatchUpExpired: return "catch_up_expired";
    case ChangeRefusal::kAbandoned: return "abandoned";
    case ChangeRefusal::kSuperseded: return "superseded";
  }
  return "invalid_refusal";
}

}  // namespace quorate::raft
