// Planted observations that break a promise about snapshots and the base of the log.
#include <catch2/catch.hpp>

#include "tests/sim/checker_fixture.h"

namespace quorate::raft::testing {
namespace {

// n1 leads term 1; two entries are committed on n1 and n2 and known to be so by n1.
struct CommittedTwo : CheckerFixture {
  CommittedTwo() {
    elect(1, 1, 2);
    for (const std::uint64_t node : {1U, 2U})
      append(node, {entry(1, 1, 100), entry(1, 2, 101)});
    commit(1, 2);
    CHECK(violated().empty());
  }

  static LogId at(std::uint64_t index) { return {Term{1}, Index{index}}; }
  // As it should be.
  [[nodiscard]] SnapshotMeta snapshot(std::uint64_t index) const {
    return {at(index), checker.committed().membership()};
  }
  // n1 gives the disk a base at `index`.
  void move_base(std::uint64_t index) { move_base(1, snapshot(index)); }
  void move_base(std::uint64_t node, const SnapshotMeta& base) {
    checker.on_input(NodeId{node});
    PersistBatch batch{.seq = 99};
    batch.snapshot = base;
    checker.on_submitted(NodeId{node}, batch);
  }
  void apply(std::uint64_t index) {
    checker.on_input(NodeId{1});
    checker.on_applied(NodeId{1}, entry(1, index, 99 + index));
    status(1).applied = Index{index};
    report(1);
  }
};

TEST_CASE_METHOD(CommittedTwo, "compacting behind a durable snapshot is honest", "[sim][checker]") {
  apply(1);
  checker.on_snapshot(NodeId{1}, snapshot(1));
  move_base(1);
  status(1).first = Index{2};
  report(1);
  CHECK(violated().empty());
}

TEST_CASE_METHOD(CommittedTwo, "compacting without a snapshot is caught", "[sim][checker][P17]") {
  apply(1);
  move_base(1);
  CHECK(violated() == "P17");
}

TEST_CASE_METHOD(CommittedTwo, "compacting beyond the snapshot is caught", "[sim][checker][P17]") {
  apply(1);
  apply(2);
  checker.on_snapshot(NodeId{1}, snapshot(1));
  move_base(2);
  CHECK(violated() == "P17");
}

TEST_CASE_METHOD(CommittedTwo, "a first index beside the base is caught", "[sim][checker][R18]") {
  status(1).first = Index{2};
  checker.on_input(NodeId{1});
  report(1);
  CHECK(violated() == "R18");
}

TEST_CASE_METHOD(CommittedTwo, "a base above what is applied is caught", "[sim][checker][R19]") {
  checker.on_snapshot(NodeId{1}, snapshot(2));
  move_base(2);
  status(1).first = Index{3};
  report(1);
  CHECK(violated() == "R19");
}

TEST_CASE_METHOD(CommittedTwo,
                 "a snapshot of what is not committed is caught",
                 "[sim][checker][R20]") {
  checker.on_snapshot(NodeId{2}, snapshot(3));
  CHECK(violated() == "R20");
}

TEST_CASE_METHOD(CommittedTwo,
                 "a snapshot with another membership is caught",
                 "[sim][checker][P68]") {
  SnapshotMeta wrong = snapshot(2);
  wrong.membership.voters.pop_back();
  checker.on_snapshot(NodeId{2}, wrong);
  CHECK(violated() == "P68");
}

TEST_CASE_METHOD(CommittedTwo, "a snapshot of nobody is caught", "[sim][checker][P68]") {
  checker.on_snapshot(NodeId{2}, {at(2), Membership{}});
  CHECK(violated() == "P68");
}

TEST_CASE_METHOD(CommittedTwo, "a base with another membership is caught", "[sim][checker][P68]") {
  apply(1);
  checker.on_snapshot(NodeId{1}, snapshot(1));
  move_base(1, {at(1), Membership{}});
  CHECK(violated() == "P68");
}

TEST_CASE_METHOD(CommittedTwo, "restoring what was committed is caught", "[sim][checker][P85]") {
  checker.on_snapshot(NodeId{1}, snapshot(1));
  move_base(1);
  checker.on_durable(NodeId{1}, {.snapshot = snapshot(1)});
  checker.on_restored(NodeId{1}, snapshot(1));
  CHECK(violated() == "P85");
}

TEST_CASE_METHOD(CommittedTwo, "two states behind one index are caught", "[sim][checker][R20]") {
  checker.on_state(NodeId{1}, Index{2}, 7);
  checker.on_state(NodeId{2}, Index{2}, 7);
  CHECK(violated().empty());
  checker.on_state(NodeId{3}, Index{2}, 8);
  CHECK(violated() == "R20");
}

TEST_CASE_METHOD(CommittedTwo,
                 "a state machine that is replaced before the log is caught",
                 "[sim][checker][R6]") {
  checker.on_input(NodeId{3});
  checker.on_restored(NodeId{3}, snapshot(2));
  CHECK(violated() == "R6");
}

TEST_CASE_METHOD(CommittedTwo,
                 "a candidate with a snapshot to restore is caught",
                 "[sim][checker][P88]") {
  checker.on_input(NodeId{3});
  status(3).restoring = true;
  status(3).role = Role::kPreCandidate;
  report(3);
  CHECK(violated() == "P88");
}

}  // namespace
}  // namespace quorate::raft::testing
