// Each planted observation breaks one promise about who votes; the checker must name it.
#include <catch2/catch.hpp>

#include "tests/sim/checker_fixture.h"

namespace quorate::raft::testing {
namespace {

class MembershipFixture : public CheckerFixture {
 public:
  static std::vector<ReplicaId> replicas(const std::vector<std::uint64_t>& nodes) {
    std::vector<ReplicaId> list;
    for (const std::uint64_t node : nodes)
      list.push_back(replica(node));
    return list;
  }
  static Entry entry_of(std::uint64_t term, std::uint64_t index, const Membership& membership) {
    return make_entry({Term{term}, Index{index}},
                      EntryKind::kMembership,
                      SharedBytes(encode_membership(membership)));
  }
  // `node` holds these memberships from index 1 on, durably, and goes by the last.
  void hold(std::uint64_t node, const std::vector<Membership>& memberships) {
    status(node).membership = memberships.back();
    status(node).membership_index = Index{memberships.size()};
    std::vector<Entry> entries;
    for (const Membership& membership : memberships)
      entries.push_back(entry_of(1, entries.size() + 1, membership));
    append(node, std::move(entries));
  }

  // All of `nodes` hold and commit first one and then the other.
  void change_twice(const std::vector<std::uint64_t>& nodes,
                    const Membership& first,
                    const Membership& second) {
    for (const std::uint64_t node : nodes)
      hold(node, {first});
    for (const std::uint64_t node : nodes)
      commit(node, 1);
    for (const std::uint64_t node : nodes) {
      status(node).membership = second;
      status(node).membership_index = Index{2};
      append(node, {entry_of(1, 2, second)});
    }
    for (const std::uint64_t node : nodes)
      commit(node, 2);
  }

  const Membership joint{.voters = replicas({1, 2}), .outgoing = replicas({1, 2, 3})};
  const Membership two{.voters = replicas({1, 2})};
};

TEST_CASE_METHOD(MembershipFixture, "an honest change is not blamed", "[sim][checker]") {
  elect(1, 1, 2);
  hold(1, {joint});
  hold(2, {joint});
  commit(1, 1);
  checker.scan();
  CHECK(violated().empty());
}

TEST_CASE_METHOD(MembershipFixture,
                 "a replica that goes by another membership than its log's is caught",
                 "[sim][checker][R33]") {
  elect(1, 1, 2);
  append(1, {entry_of(1, 1, joint)});
  CHECK(violated() == "R33");
}

TEST_CASE_METHOD(MembershipFixture,
                 "a membership that is told of another entry is caught",
                 "[sim][checker][R33]") {
  elect(1, 1, 2);
  hold(1, {joint});
  REQUIRE(violated().empty());
  status(1).membership_index = Index{0};
  commit(1, 0);
  CHECK(violated() == "R33");
}

TEST_CASE_METHOD(MembershipFixture,
                 "a membership that outlives the cut of its entry is caught",
                 "[sim][checker][R34]") {
  vote(1, 1, 1);
  hold(1, {joint});
  REQUIRE(violated().empty());
  checker.on_input(NodeId{1});
  checker.on_submitted(NodeId{1}, {.truncate_from = Index{1}});
  status(1).last = {};
  status(1).persisted = Index{0};
  report(1);
  CHECK(violated() == "R33");
}

TEST_CASE_METHOD(MembershipFixture,
                 "voters that change without a joint membership are caught",
                 "[sim][checker][R32]") {
  elect(1, 1, 2);
  hold(1, {two});
  CHECK(violated() == "R32");
}

TEST_CASE_METHOD(MembershipFixture,
                 "a second uncommitted membership is caught",
                 "[sim][checker][R31]") {
  elect(1, 1, 2);
  hold(1, {joint, two});
  CHECK(violated() == "R31");
}

TEST_CASE_METHOD(MembershipFixture, "a learner that campaigns is caught", "[sim][checker][R35]") {
  Membership leaving = joint;
  leaving.learners_next = replicas({3});
  Membership demoted = two;
  demoted.learners = replicas({3});
  elect(1, 1, 2);
  vote(3, 1, 1);
  change_twice({1, 2, 3}, leaving, demoted);
  REQUIRE(violated().empty());
  checker.on_sent(message(3, 1, RequestVote{.campaign_term = Term{2}, .round = 1}));
  CHECK(violated() == "R35");
}

TEST_CASE_METHOD(MembershipFixture,
                 "a stranger's answer that changes something is caught",
                 "[sim][checker][R36]") {
  checker.on_formatted(replica(4));
  checker.on_delivered(message(4, 1, HeartbeatResult{.round = 1}), NodeId{1});
  status(1).term = Term{5};
  report(1);
  CHECK(violated() == "R36");
}

TEST_CASE_METHOD(MembershipFixture,
                 "a leader that stays after its removal is caught",
                 "[sim][checker][R37]") {
  Membership without_1{.voters = replicas({2, 3})};
  Membership leaving{.voters = replicas({2, 3}), .outgoing = replicas({1, 2, 3})};
  elect(1, 1, 2);
  vote(3, 1, 1);
  change_twice({1, 2, 3}, leaving, without_1);
  REQUIRE(violated().empty());
  for (int i = 0; i < 14 && violated().empty(); ++i) {
    for (const std::uint64_t node : {2ULL, 3ULL})
      checker.on_delivered(message(node, 1, HeartbeatResult{.round = 1}), NodeId{1});
    checker.on_ticked(NodeId{1});
    report(1);
  }
  CHECK(violated() == "R37");
}

TEST_CASE_METHOD(MembershipFixture,
                 "a leader with votes of one half alone is caught",
                 "[sim][checker][R23]") {
  const Membership to_new{.voters = replicas({1, 4, 5}), .outgoing = replicas({1, 2, 3})};
  vote(1, 1, 1);
  hold(1, {to_new});
  elect(1, 2, 2);
  CHECK(violated() == "R23");
}

TEST_CASE_METHOD(MembershipFixture,
                 "a commit that one half alone holds is caught",
                 "[sim][checker][R11]") {
  for (const std::uint64_t node : {4ULL, 5ULL})
    checker.on_formatted(replica(node));
  const Membership to_new{.voters = replicas({1, 4, 5}), .outgoing = replicas({1, 2, 3})};
  elect(1, 1, 2);
  hold(1, {to_new});
  hold(2, {to_new});
  commit(1, 1);
  CHECK(violated() == "R11");
}

}  // namespace
}  // namespace quorate::raft::testing
