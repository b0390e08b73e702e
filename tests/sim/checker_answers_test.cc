// Planted observations that break a promise about commit, apply, reads and proposals.
#include <catch2/catch.hpp>

#include "tests/sim/checker_fixture.h"

namespace quorate::raft::testing {
namespace {

// n1 leads term 1; one entry is committed, held by n1 and n2.
struct Committed : CheckerFixture {
  Committed() {
    elect(1, 1, 2);
    append(1, {entry(1, 1, 100)});
    append(2, {entry(1, 1, 100)});
    commit(1, 1);
    CHECK(violated().empty());
  }
};

TEST_CASE_METHOD(Committed, "a commit index that falls is caught", "[sim][checker][R4]") {
  commit(1, 0);
  CHECK(violated() == "R4");
}

TEST_CASE_METHOD(Committed, "a commit index behind the log's end is caught", "[sim][checker][R5]") {
  commit(1, 2);
  CHECK(violated() == "R5");
}

TEST_CASE_METHOD(Committed, "a skipped entry is caught", "[sim][checker][R6]") {
  append(1, {entry(1, 2, 101)});
  checker.on_applied(NodeId{1}, entry(1, 2, 101));
  CHECK(violated() == "R6");
}

TEST_CASE_METHOD(Committed, "another entry applied is caught", "[sim][checker][R10]") {
  checker.on_applied(NodeId{1}, entry(1, 1, 999));
  CHECK(violated() == "R10");
}

TEST_CASE_METHOD(CheckerFixture,
                 "a commit that only one disk holds is caught",
                 "[sim][checker][R11]") {
  elect(1, 1, 2);
  append(1, {entry(1, 1, 100)});
  commit(1, 1);
  CHECK(violated() == "R11");
}

TEST_CASE_METHOD(CheckerFixture,
                 "a commit of an old term by counting is caught",
                 "[sim][checker][R12]") {
  elect(1, 1, 2);
  append(1, {entry(1, 1, 100)});
  append(2, {entry(1, 1, 100)});
  elect(2, 2, 3);
  commit(2, 1);
  CHECK(violated() == "R12");
}

TEST_CASE_METHOD(Committed, "a cut of a committed entry is caught", "[sim][checker][R21]") {
  commit(2, 1);
  checker.on_submitted(NodeId{2}, {.truncate_from = Index{1}});
  CHECK(violated() == "R21");
}

TEST_CASE_METHOD(Committed, "a read that misses a commit is caught", "[sim][checker][R27]") {
  checker.on_read(NodeId{2}, 5);
  checker.on_read_grant(NodeId{2}, {.token = 5, .index = Index{0}});
  CHECK(violated() == "R27");
}

TEST_CASE_METHOD(CheckerFixture,
                 "a read before the term's first commit is caught",
                 "[sim][checker][R28]") {
  elect(1, 1, 2);
  checker.on_read(NodeId{1}, 5);
  checker.on_read_grant(NodeId{1}, {.token = 5, .index = Index{0}});
  CHECK(violated() == "R28");
}

TEST_CASE_METHOD(Committed,
                 "a read at a place that is not applied is caught",
                 "[sim][checker][R49]") {
  checker.on_read_at_least(NodeId{1}, 5, {Index{1}, Term{1}});
  checker.on_read_grant(NodeId{1}, {.token = 5, .index = Index{1}});
  CHECK(violated() == "R49");
}

TEST_CASE_METHOD(Committed,
                 "a read that ends while the state machine is replaced is caught",
                 "[sim][checker][R49][P88]") {
  commit(2, 1);
  checker.on_read_at_least(NodeId{2}, 5, {Index{1}, {}});
  status(2).applied = Index{1};
  status(2).restoring = true;
  report(2);
  REQUIRE(violated().empty());
  checker.on_read_grant(NodeId{2}, {.token = 5, .index = Index{1}});
  CHECK(violated() == "R49");
}

TEST_CASE_METHOD(Committed,
                 "a read that was told never of what is or will be committed is caught",
                 "[sim][checker][R49]") {
  const ReadGrant never{.token = 5, .status = {Code::kNotFound, "never"}, .index = {}};
  SECTION("is") {
    checker.on_read_at_least(NodeId{1}, 5, {Index{1}, Term{1}});
    checker.on_read_grant(NodeId{1}, never);
  }
  SECTION("will be") {
    checker.on_read_at_least(NodeId{1}, 5, {Index{2}, Term{1}});
    checker.on_read_grant(NodeId{1}, never);
    REQUIRE(violated().empty());
    append(1, {entry(1, 2, 101)});
    append(2, {entry(1, 2, 101)});
    commit(1, 2);
  }
  CHECK(violated() == "R49");
}

TEST_CASE_METHOD(Committed, "a proposal that ends twice is caught", "[sim][checker][R42]") {
  checker.on_proposed(NodeId{1}, /*token=*/8, /*value=*/100);
  const ProposalOutcome outcome{.token = 8, .id = {Term{1}, Index{1}}};
  checker.on_outcome(NodeId{1}, outcome);
  REQUIRE(violated().empty());
  checker.on_outcome(NodeId{1}, outcome);
  CHECK(violated() == "R42");
}

TEST_CASE_METHOD(Committed,
                 "a committed proposal that is rejected is caught",
                 "[sim][checker][R42]") {
  checker.on_proposed(NodeId{1}, /*token=*/8, /*value=*/100);
  checker.on_outcome(NodeId{1}, {.token = 8, .status = {Code::kNotLeader, "no"}, .id = {}});
  CHECK(violated() == "R42");
}

TEST_CASE_METHOD(Committed,
                 "a rejected proposal that commits later is caught",
                 "[sim][checker][R42]") {
  checker.on_proposed(NodeId{1}, /*token=*/8, /*value=*/101);
  checker.on_outcome(NodeId{1}, {.token = 8, .status = {Code::kBusy, "no"}, .id = {}});
  append(1, {entry(1, 2, 101)});
  append(2, {entry(1, 2, 101)});
  commit(1, 2);
  CHECK(violated() == "R42");
}

TEST_CASE_METHOD(Committed,
                 "a committed entry lost from a quorum of disks is caught",
                 "[sim][checker][R11]") {
  checker.on_durable(NodeId{2}, {.truncate_from = Index{1}});
  CHECK(violated() == "R11");
}

}  // namespace
}  // namespace quorate::raft::testing
