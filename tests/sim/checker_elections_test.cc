// Each planted observation breaks one promise about terms, votes or leaders; the checker must name
// it. The honest steps around it must not be blamed.
#include <catch2/catch.hpp>

#include "tests/sim/checker_fixture.h"

namespace quorate::raft::testing {
namespace {

class ElectionFixture : public CheckerFixture {
 public:
  // Node 2 hears node 1 and believes that it leads.
  void hear_leader() {
    checker.on_delivered(message(1, 2, Heartbeat{}), NodeId{2});
    status(2).leader = replica(1);
    report(2);
  }
};

RequestVote request_vote(std::uint64_t term, LogId last_log = {}) {
  return {.kind = VoteKind::kVote, .campaign_term = Term{term}, .round = 1, .last_log = last_log};
}

RequestVoteResult granted(std::uint64_t term) {
  return {.kind = VoteKind::kVote,
          .answer = VoteAnswer::kGranted,
          .campaign_term = Term{term},
          .round = 1};
}

TEST_CASE_METHOD(CheckerFixture, "an honest election is not blamed", "[sim][checker]") {
  elect(1, 1, 2);
  elect(3, 2, 2);
  checker.scan();
  CHECK(violated().empty());
}

TEST_CASE_METHOD(CheckerFixture, "a second leader in one term is caught", "[sim][checker][R1]") {
  elect(1, 1, 2);
  status(3).term = Term{1};
  status(3).role = Role::kLeader;
  report(3);
  CHECK(violated() == "R1");
}

TEST_CASE_METHOD(CheckerFixture, "a second vote in one term is caught", "[sim][checker][R2]") {
  vote(1, 4, 2);
  checker.on_crashed(NodeId{1});
  start(1);
  vote(1, 4, 3);
  CHECK(violated() == "R2");
}

TEST_CASE_METHOD(CheckerFixture,
                 "a vote lost before it was durable may be given again",
                 "[sim][checker][R2]") {
  checker.on_input(NodeId{1});
  checker.on_submitted(NodeId{1}, {.hard_state = HardState{Term{4}, replica(2)}});
  checker.on_crashed(NodeId{1});
  start(1);
  vote(1, 4, 3);
  CHECK(violated().empty());
}

TEST_CASE_METHOD(CheckerFixture,
                 "a term that goes back on the disk is caught",
                 "[sim][checker][R3]") {
  vote(1, 4, 2);
  checker.on_durable(NodeId{1}, {.hard_state = HardState{Term{3}, replica(2)}});
  CHECK(violated() == "R3");
}

TEST_CASE_METHOD(CheckerFixture, "a leader with too few votes is caught", "[sim][checker][R23]") {
  vote(1, 1, 1);
  status(1).role = Role::kLeader;
  report(1);
  CHECK(violated() == "R23");
}

TEST_CASE_METHOD(CheckerFixture,
                 "a leader without a committed entry is caught",
                 "[sim][checker][R9]") {
  elect(1, 1, 2);
  append(1, {entry(1, 1, 100)});
  append(2, {entry(1, 1, 100)});
  commit(1, 1);
  REQUIRE(violated().empty());
  elect(3, 2, 2);
  CHECK(violated() == "R9");
}

TEST_CASE_METHOD(CheckerFixture, "a vote that is not durable is caught", "[sim][checker][R30]") {
  checker.on_delivered(message(2, 1, request_vote(1)), NodeId{1});
  status(1).term = Term{1};
  status(1).voted_for = replica(2);
  checker.on_submitted(NodeId{1}, {.hard_state = HardState{Term{1}, replica(2)}});
  report(1);
  checker.on_sent(message(1, 2, granted(1)));
  CHECK(violated() == "R30");
}

TEST_CASE_METHOD(CheckerFixture, "a vote for a shorter log is caught", "[sim][checker][R22]") {
  vote(1, 1, 1);
  append(1, {entry(1, 1, 100)});
  checker.on_delivered(message(2, 1, request_vote(2)), NodeId{1});
  checker.on_sent(message(1, 2, granted(2)));
  CHECK(violated() == "R22");
}

TEST_CASE_METHOD(ElectionFixture,
                 "a vote against a leader just heard is caught",
                 "[sim][checker][R25]") {
  elect(1, 1, 2);
  hear_leader();
  checker.on_ticked(NodeId{2});
  checker.on_delivered(message(3, 2, request_vote(2)), NodeId{2});
  checker.on_sent(message(2, 3, granted(2)));
  CHECK(violated() == "R25");
}

TEST_CASE_METHOD(CheckerFixture,
                 "a pre-vote request that raises the term is caught",
                 "[sim][checker][R24]") {
  RequestVote request = request_vote(1);
  request.kind = VoteKind::kPreVote;
  checker.on_delivered(message(2, 1, request), NodeId{1});
  status(1).term = Term{1};
  report(1);
  CHECK(violated() == "R24");
}

TEST_CASE_METHOD(CheckerFixture, "a leader that nobody answers is caught", "[sim][checker][R26]") {
  elect(1, 1, 2);
  for (std::uint32_t tick = 0; tick < options.election_timeout_ticks + 1; ++tick) {
    checker.on_ticked(NodeId{1});
    report(1);
  }
  CHECK(violated().empty());
  checker.on_ticked(NodeId{1});
  report(1);
  CHECK(violated() == "R26");
}

TEST_CASE_METHOD(ElectionFixture,
                 "a campaign right after a heartbeat is caught",
                 "[sim][checker][R41]") {
  elect(1, 1, 2);
  hear_leader();
  checker.on_ticked(NodeId{2});
  report(2);
  RequestVote request = request_vote(2);
  request.kind = VoteKind::kPreVote;
  checker.on_sent(message(2, 3, request));
  CHECK(violated() == "R41");
}

TEST_CASE_METHOD(ElectionFixture,
                 "a claim to a later term that is not believed is no contact",
                 "[sim][checker][R41]") {
  elect(1, 1, 2);
  hear_leader();
  for (std::uint32_t i = 0; i < options.election_timeout_ticks; ++i)
    checker.on_ticked(NodeId{2});
  Message claim = message(1, 2, Heartbeat{});
  claim.term = Term{7};
  checker.on_delivered(claim, NodeId{2});
  report(2);
  RequestVote request = request_vote(2);
  request.kind = VoteKind::kPreVote;
  checker.on_sent(message(2, 3, request));
  CHECK(violated().empty());
}

TEST_CASE_METHOD(CheckerFixture,
                 "a foreign message that is obeyed is caught",
                 "[sim][checker][R38]") {
  Message foreign = message(2, 1, Heartbeat{});
  foreign.cluster.low = 77;
  foreign.term = Term{5};
  checker.on_delivered(foreign, NodeId{1});
  status(1).term = Term{5};
  report(1);
  CHECK(violated() == "R38");
}

TEST_CASE_METHOD(CheckerFixture,
                 "a leader that keeps its place with a hung disk is caught",
                 "[sim][checker][P105]") {
  checker.on_disk_hung(NodeId{2}, Role::kFollower);
  CHECK(violated().empty());
  checker.on_disk_hung(NodeId{1}, Role::kLeader);
  CHECK(violated() == "P105");
}

TEST_CASE_METHOD(ElectionFixture,
                 "a term adopted from a refused rival is caught",
                 "[sim][checker][R25]") {
  elect(1, 1, 2);
  hear_leader();
  checker.on_delivered(message(3, 2, request_vote(2)), NodeId{2});
  status(2).term = Term{2};
  report(2);
  CHECK(violated() == "R25");
}

}  // namespace
}  // namespace quorate::raft::testing
