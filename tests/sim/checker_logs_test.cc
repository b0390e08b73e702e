// Planted observations that break a promise about logs, disks and replication.
#include <catch2/catch.hpp>

#include "tests/sim/checker_fixture.h"

namespace quorate::raft::testing {
namespace {

AppendEntriesResult accepted(std::uint64_t match, std::uint64_t request) {
  return {.outcome = AppendEntriesResult::Outcome::kAccepted,
          .request = request,
          .match = Index{match}};
}

AppendEntries appends(std::vector<Entry> entries, std::uint64_t request) {
  return {.request = request, .entries = std::move(entries)};
}

// n1 leads term 1 and has one durable entry; n2 knows of the term.
struct Led : CheckerFixture {
  Led() {
    elect(1, 1, 2);
    append(1, {entry(1, 1, 100)});
    CHECK(violated().empty());
  }
};

TEST_CASE_METHOD(Led, "a leader that cuts its log is caught", "[sim][checker][R7]") {
  checker.on_input(NodeId{1});
  checker.on_submitted(NodeId{1}, {.truncate_from = Index{1}});
  status(1).last = {};
  status(1).persisted = Index{0};
  report(1);
  CHECK(violated() == "R7");
}

TEST_CASE_METHOD(Led,
                 "another entry under the same index and term is caught",
                 "[sim][checker][R8]") {
  append(2, {entry(1, 1, 999)});
  CHECK(violated() == "R8");
}

TEST_CASE_METHOD(Led, "terms that fall along a log are caught", "[sim][checker][R16]") {
  append(1, {entry(0, 2, 101)});
  CHECK(violated() == "R16");
}

TEST_CASE_METHOD(Led, "an entry above the current term is caught", "[sim][checker][R17]") {
  append(1, {entry(7, 2, 101)});
  CHECK(violated() == "R17");
}

TEST_CASE_METHOD(Led, "a match that falls is caught", "[sim][checker][R13]") {
  append(2, {entry(1, 1, 100)});
  checker.on_input(NodeId{1});
  status(1).peers = {{.replica = replica(2), .match = Index{1}, .next = Index{2}}};
  report(1);
  REQUIRE(violated().empty());
  status(1).peers = {{.replica = replica(2), .match = Index{0}, .next = Index{2}}};
  report(1);
  CHECK(violated() == "R13");
}

TEST_CASE_METHOD(Led, "next at or below match is caught", "[sim][checker][R14]") {
  append(2, {entry(1, 1, 100)});
  status(1).peers = {{.replica = replica(2), .match = Index{1}, .next = Index{1}}};
  report(1);
  CHECK(violated() == "R14");
}

TEST_CASE_METHOD(Led, "a match beyond the follower's disk is caught", "[sim][checker][R15]") {
  append_unsynced(2, {entry(1, 1, 100)});
  status(1).peers = {{.replica = replica(2), .match = Index{1}, .next = Index{2}}};
  report(1);
  CHECK(violated() == "R15");
}

TEST_CASE_METHOD(Led, "an acceptance before the sync is caught", "[sim][checker][R29]") {
  append_unsynced(2, {entry(1, 1, 100)});
  checker.on_sent(message(2, 1, accepted(/*match=*/1, /*request=*/1)));
  CHECK(violated() == "R29");
}

TEST_CASE_METHOD(Led, "an acceptance of more than was asked is caught", "[sim][checker][R29]") {
  append(1, {entry(1, 2, 101)});
  checker.on_sent(message(1, 2, appends({entry(1, 1, 100)}, /*request=*/1)));
  append(2, {entry(1, 1, 100), entry(1, 2, 101)});
  REQUIRE(violated().empty());
  checker.on_sent(message(2, 1, accepted(/*match=*/2, /*request=*/1)));
  CHECK(violated() == "R29");
}

TEST_CASE_METHOD(Led, "a heartbeat answer that claims too much is caught", "[sim][checker][R29]") {
  checker.on_sent(message(2, 1, HeartbeatResult{.round = 1, .durable_last = Index{1}}));
  CHECK(violated() == "R29");
}

TEST_CASE_METHOD(Led, "an append above its bounds is caught", "[sim][checker][R39]") {
  append(1, {entry(1, 2, 101), entry(1, 3, 102)});
  checker.on_sent(message(
      1, 2, appends({entry(1, 1, 100), entry(1, 2, 101), entry(1, 3, 102)}, /*request=*/1)));
  CHECK(violated() == "R39");
}

TEST_CASE_METHOD(Led, "more uncommitted bytes than the bound are caught", "[sim][checker][R40]") {
  for (std::uint64_t index = 2; index <= 9; ++index) {
    append(1, {entry(1, index, 100 + index)});
  }
  CHECK(violated() == "R40");
}

TEST_CASE_METHOD(Led, "a recovery that forgets an entry is caught", "[sim][checker][D1]") {
  checker.on_crashed(NodeId{1});
  Recovered recovered;
  recovered.hard_state = {Term{1}, replica(1)};
  checker.on_started(NodeId{1}, recovered, status(2));
  CHECK(violated() == "D1");
}

}  // namespace
}  // namespace quorate::raft::testing
