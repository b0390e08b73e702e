// Raft paper §5.1 "Raft basics": servers, terms and how they spread.
#include <catch2/catch.hpp>

#include "tests/raft/core/replica_group.h"

namespace quorate::raft::testing {
namespace {

// "In normal operation there is exactly one leader and all of the other servers are followers."
TEST_CASE("in normal operation one leads and all others follow", "[paper-5.1]") {
  ReplicaGroup group(5);
  group.tick(60);
  int leaders = 0;
  for (auto& [id, node] : group.nodes()) {
    leaders += node->role() == Role::kLeader ? 1 : 0;
    CHECK((node->role() == Role::kLeader || node->role() == Role::kFollower));
  }
  CHECK(leaders == 1);
}

// "Followers are passive: they issue no requests on their own."
TEST_CASE("followers issue no requests on their own", "[paper-5.1]") {
  Node node = lone();
  for (int i = 0; i < 9; ++i)
    node->tick();
  node.drain();
  CHECK(node.take_messages().empty());
}

// "Terms are numbered with consecutive integers. Each term begins with an election."
TEST_CASE("each election begins the next term", "[paper-5.1]") {
  ReplicaGroup group(3);
  for (std::uint64_t term = 1; term <= 6; ++term) {
    group.elect(1 + term % 3);
    CHECK(group[group.leader()]->term() == Term{term});
  }
}

// "If one server's current term is smaller than the other's, then it updates its current term to
// the larger value. If a candidate or leader discovers that its term is out of date, it immediately
// reverts to follower state."
TEST_CASE("a leader or candidate that sees a larger term follows in it", "[paper-5.1]") {
  Node node = leading();
  SECTION("as a leader") {}
  SECTION("as a candidate") {
    node->step_down();
    node->step(message_from(2, 1, Heartbeat{Index{0}, 1}));
    node->step(message_from(2, 1, TimeoutNow{{Term{1}, Index{1}}}));
    REQUIRE(node->role() == Role::kCandidate);
  }
  node->step(message_from(3, 8, Heartbeat{Index{0}, 1}));
  CHECK(node->role() == Role::kFollower);
  CHECK(node->term() == Term{8});
}

// "If a server receives a request with a stale term number, it rejects the request."
TEST_CASE("a request with a stale term is rejected", "[paper-5.1]") {
  Node node = lone({}, 5);
  AppendEntries request{.prev_log = {}, .request = 1, .entries = {entry_of(4, 1)}};
  node->step(message_from(2, 4, request));
  node.drain();
  REQUIRE(node.sent<AppendEntriesResult>().size() == 1);
  CHECK(node.sent<AppendEntriesResult>().front().outcome ==
        AppendEntriesResult::Outcome::kRejected);
  CHECK(node->status().last == LogId{});
}

// "current terms are stored persistently" (Figure 2: updated on stable storage before responding)
TEST_CASE("the current term survives a restart", "[paper-5.1]") {
  Node node = lone({}, 2);
  node->step(message_from(2, 6, Heartbeat{Index{0}, 1}));
  node.drain();
  node.restart();
  CHECK(node->term() == Term{6});
}

}  // namespace
}  // namespace quorate::raft::testing
