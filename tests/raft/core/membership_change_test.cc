// What a change of the membership comes to, before anything is written.
#include "raft/core/membership_change.h"

#include <sstream>

#include <catch2/catch.hpp>

#include "raft/base/random.h"
#include "raft/core/quorum.h"
#include "tests/raft/core/replica_group.h"

namespace quorate::raft::testing {
namespace {

Membership planned(const Membership& current, const MembershipChange& change) {
  const PlannedMembership result = target_of(current, change);
  REQUIRE(std::holds_alternative<Membership>(result));
  return std::get<Membership>(result);
}

ChangeRefusal refusal(const Membership& current, const MembershipChange& change) {
  const PlannedMembership result = target_of(current, change);
  if (std::holds_alternative<Membership>(result)) return ChangeRefusal::kNone;
  CHECK(std::get<Refused>(result).status().is_rejected());
  return std::get<Refused>(result).reason;
}

TEST_CASE("a change adds and removes and promotes and demotes at once",
          "[raft][membership_change]") {
  Membership current = voters(3);
  current.learners = {replica(4)};
  const Membership target = planned(current,
                                    {.add_voters = {replica(4), replica(6)},
                                     .add_learners = {replica(5)},
                                     .remove = {replica(1)},
                                     .demote = {replica(2)}});
  CHECK(target.voters == std::vector{replica(3), replica(4), replica(6)});
  CHECK(target.learners == std::vector{replica(2), replica(5)});
  CHECK_FALSE(target.is_joint());
}

TEST_CASE("a change that makes no sense is refused by name", "[raft][membership_change][P78]") {
  Membership current = voters(3);
  current.learners = {replica(4)};
  const auto why = [&](const MembershipChange& change) { return refusal(current, change); };
  CHECK(why({}) == ChangeRefusal::kNothingAsked);
  CHECK(why({.remove = {replica(1), replica(2), replica(3)}}) == ChangeRefusal::kLastVoter);
  CHECK(why({.demote = {replica(1), replica(2), replica(3)}}) == ChangeRefusal::kLastVoter);
  CHECK(why({.remove = {replica(9)}}) == ChangeRefusal::kUnknownReplica);
  CHECK(why({.remove = {wiped(1)}}) == ChangeRefusal::kUnknownReplica);
  CHECK(why({.demote = {replica(4)}}) == ChangeRefusal::kUnknownReplica);
  CHECK(why({.add_voters = {replica(2)}}) == ChangeRefusal::kAlreadyMember);
  CHECK(why({.add_learners = {replica(2)}}) == ChangeRefusal::kAlreadyMember);
  CHECK(why({.add_learners = {replica(4)}}) == ChangeRefusal::kAlreadyMember);
  CHECK(why({.add_voters = {replica(5)}, .add_learners = {replica(5)}}) ==
        ChangeRefusal::kNamedTwice);
  CHECK(why({.add_voters = {replica(5), replica(5)}}) == ChangeRefusal::kNamedTwice);
  CHECK(why({.add_voters = {ReplicaId{}}}) == ChangeRefusal::kInvalidReplica);
  CHECK(why({.add_voters = {{NodeId{5}, {}}}}) == ChangeRefusal::kInvalidReplica);
}

TEST_CASE("there are at most so many voters and learners", "[raft][membership_change][P78]") {
  MembershipChange crowd;
  for (std::uint64_t node = 10; node < 10 + Membership::kVotersMax; ++node)
    crowd.add_voters.push_back(replica(node));
  CHECK(refusal(voters(1), crowd) == ChangeRefusal::kTooManyMembers);
  crowd.add_voters.pop_back();
  CHECK(refusal(voters(1), crowd) == ChangeRefusal::kNone);
  MembershipChange audience;
  for (std::uint64_t node = 10; node <= 10 + Membership::kLearnersMax; ++node)
    audience.add_learners.push_back(replica(node));
  CHECK(refusal(voters(1), audience) == ChangeRefusal::kTooManyMembers);
}

TEST_CASE("a node takes part with one disk and changes it in one step",
          "[raft][membership_change][P76][P78]") {
  CHECK(refusal(voters(3), {.add_voters = {wiped(3)}}) == ChangeRefusal::kTwoDisks);
  CHECK(refusal(voters(3), {.add_learners = {wiped(3)}}) == ChangeRefusal::kTwoDisks);
  const MembershipChange replace{.add_voters = {wiped(3)}, .remove = {replica(3)}};
  const Membership target = planned(voters(3), replace);
  CHECK(target.voters == std::vector{replica(1), replica(2), wiped(3)});
  // The new disk listens while the old one still has the vote.
  const Membership listening = listening_first(voters(3), target);
  CHECK(validate(listening).is_ok());
  CHECK(listening.voters == voters(3).voters);
  CHECK(listening.learners == std::vector{wiped(3)});
}

TEST_CASE("a learner with a new disk takes the place of the old one",
          "[raft][membership_change][P76]") {
  Membership current = voters(1);
  current.learners = {replica(2)};
  const MembershipChange replace{.add_voters = {wiped(2)}, .remove = {replica(2)}};
  const Membership listening = listening_first(current, planned(current, replace));
  CHECK(validate(listening).is_ok());
  CHECK(listening.learners == std::vector{wiped(2)});
}

TEST_CASE("a joint membership has the old voters as outgoing half",
          "[raft][membership_change][paper-6]") {
  const Membership target = planned(
      voters(3), {.add_voters = {replica(4)}, .remove = {replica(1)}, .demote = {replica(2)}});
  REQUIRE(changes_voters(voters(3), target));
  const Membership joint = enter_joint(voters(3), target);
  CHECK(joint.voters == std::vector{replica(3), replica(4)});
  CHECK(joint.outgoing == voters(3).voters);
  CHECK(joint.learners.empty());
  CHECK(joint.learners_next == std::vector{replica(2)});
  CHECK(leave_joint(joint) == target);
}

TEST_CASE("learners alone need no joint membership", "[raft][membership_change]") {
  CHECK_FALSE(changes_voters(voters(3), planned(voters(3), {.add_learners = {replica(4)}})));
}

TEST_CASE("a loss of the quorum is refused with the arithmetic", "[raft][membership_change][P78]") {
  const auto only_one = [](const ReplicaId& voter) { return voter == replica(1); };
  const auto refused = judge_quorum(voters(3), only_one);
  REQUIRE(refused.has_value());
  CHECK(refused->reason == ChangeRefusal::kQuorumLost);
  CHECK(refused->detail == "3 voters, 1 of 3 reachable after the change, 2 needed");
  CHECK(refused->status().code() == Code::kUnavailable);
  CHECK_FALSE(judge_quorum(voters(1), only_one).has_value());
}

TEST_CASE("every planned membership on the way is valid and its quorums meet the next one's",
          "[raft][membership_change][P67][R32]") {
  Random random(67);
  Membership current = voters(3);
  for (int round = 0; round < 400; ++round) {
    MembershipChange change;
    for (std::uint64_t node = 1; node <= 8; ++node) {
      const ReplicaId id = random.chance(1, 8) ? wiped(node) : replica(node);
      switch (random.below(10)) {
        case 0: change.add_voters.push_back(id); break;
        case 1: change.add_learners.push_back(id); break;
        case 2: change.remove.push_back(id); break;
        case 3: change.demote.push_back(id); break;
        default: break;
      }
    }
    const PlannedMembership plan = target_of(current, change);
    if (std::holds_alternative<Refused>(plan)) continue;
    const Membership& target = std::get<Membership>(plan);
    REQUIRE(validate(listening_first(current, target)).is_ok());
    REQUIRE(listening_first(current, target).voters == current.voters);
    if (changes_voters(current, target)) {
      const Membership joint = enter_joint(current, target);
      REQUIRE(validate(joint).is_ok());
      // What wins in the joint membership wins in both others, so no two of them can decide apart.
      const auto some = [&](const ReplicaId& voter) { return voter.node.value % 2 == 0; };
      if (is_quorum(joint, some)) {
        REQUIRE(is_quorum(current, some));
        REQUIRE(is_quorum(target, some));
      }
    }
    current = target;
  }
}

}  // namespace
}  // namespace quorate::raft::testing
