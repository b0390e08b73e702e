// One peer's progress as its leader sees it.
#include "raft/core/progress.h"

#include <catch2/catch.hpp>

namespace quorate::raft {
namespace {

constexpr Progress::Limits kLimits{/*in_flight_max=*/4, /*in_flight_bytes_max=*/1000};

// The leadership's counter.
std::uint64_t g_requests = 0;

// An append leaves: its number.
std::uint64_t send(Progress& peer, Index last_sent, std::size_t bytes, std::uint64_t now) {
  peer.on_sent(++g_requests, last_sent, bytes, now);
  return g_requests;
}

// A peer that has answered its first probe and streams from `match`.
Progress replicating(Index match) {
  Progress peer{match, kLimits};
  const std::uint64_t request = send(peer, match, 0, 0);
  REQUIRE(peer.on_accepted(request, match));
  REQUIRE(peer.state() == Progress::State::kReplicate);
  return peer;
}

TEST_CASE("a probe waits for its answer before the next append", "[raft][progress][paper-5.3]") {
  Progress peer{Index{7}, kLimits};
  REQUIRE(peer.can_send());
  send(peer, Index{9}, 100, 0);
  CHECK_FALSE(peer.can_send());
  CHECK(peer.next() == Index{8});
}

TEST_CASE("a late acceptance never moves match back", "[raft][progress][P49]") {
  Progress peer = replicating(Index{8});
  const std::uint64_t early = send(peer, Index{9}, 10, 0);
  const std::uint64_t late = send(peer, Index{12}, 10, 0);
  REQUIRE(peer.on_accepted(late, Index{12}));
  REQUIRE(peer.on_accepted(early, Index{9}));
  CHECK(peer.match() == Index{12});
  CHECK(peer.next() == Index{13});
}

TEST_CASE("an answer to a request that never left is refused", "[raft][progress][P49]") {
  Progress peer = replicating(Index{8});
  CHECK_FALSE(peer.on_accepted(g_requests + 1, Index{9}));
  CHECK_FALSE(peer.on_accepted(0, Index{9}));
  CHECK_FALSE(peer.floor_of(g_requests + 1).has_value());
  CHECK(peer.match() == Index{8});
}

TEST_CASE("a peer that was added again believes no answer to its earlier self",
          "[raft][progress][P49][P80]") {
  Progress before = replicating(Index{8});
  const std::uint64_t late = send(before, Index{9}, 10, 0);
  Progress again{Index{9}, kLimits, g_requests};
  const std::uint64_t fresh = send(again, Index{9}, 0, 0);
  CHECK_FALSE(again.on_accepted(late, Index{9}));
  CHECK(again.match() == Index{0});
  CHECK(again.on_accepted(fresh, Index{3}));
}

TEST_CASE("messages and bytes in flight are bounded and freed by answers",
          "[raft][progress][P55][P66]") {
  Progress peer = replicating(Index{0});
  const std::uint64_t first = send(peer, Index{1}, 600, 0);
  CHECK(peer.bytes_allowed() == 400);
  send(peer, Index{2}, 400, 0);
  CHECK_FALSE(peer.can_send());
  REQUIRE(peer.on_accepted(first, Index{1}));
  CHECK(peer.in_flight_bytes() == 400);
  CHECK(peer.can_send());
}

TEST_CASE("every change of state empties what is in flight", "[raft][progress][P55]") {
  Progress peer = replicating(Index{5});
  send(peer, Index{6}, 10, 0);
  send(peer, Index{7}, 10, 0);
  SECTION("lost") {
    peer.on_lost();
  }
  SECTION("rejected") {
    peer.on_rejected(Index{5});
  }
  SECTION("compacted") {
    peer.on_compacted();
  }
  SECTION("amnesia") {
    peer.on_amnesia(Index{2});
  }
  CHECK(peer.in_flight() == 0);
  CHECK(peer.in_flight_bytes() == 0);
  CHECK_FALSE(peer.waiting_since().has_value());
}

TEST_CASE("what was lost is sent again from match", "[raft][progress][P56]") {
  Progress peer = replicating(Index{5});
  send(peer, Index{9}, 10, 3);
  CHECK(peer.waiting_since() == 3);
  peer.on_lost();
  CHECK(peer.state() == Progress::State::kProbe);
  CHECK(peer.next() == Index{6});
}

TEST_CASE("a rejection goes back behind what both agree on but never below match",
          "[raft][progress][P50][P61]") {
  Progress peer{Index{1000}, kLimits};
  send(peer, Index{1000}, 0, 0);
  peer.on_rejected(Index{7});
  CHECK(peer.next() == Index{8});
  Progress known = replicating(Index{5});
  send(known, Index{9}, 0, 0);
  known.on_rejected(Index{2});
  CHECK(known.next() == Index{6});
}

TEST_CASE("a rejection with a useless hint still moves one step", "[raft][progress][P61]") {
  Progress peer{Index{10}, kLimits};
  send(peer, Index{10}, 0, 0);
  peer.on_rejected(Index{50});
  CHECK(peer.next() == Index{10});
}

TEST_CASE("a peer that lost what it acknowledged is not trusted again", "[raft][progress][P51]") {
  Progress peer = replicating(Index{8});
  const std::uint64_t old = send(peer, Index{9}, 10, 0);
  peer.on_amnesia(Index{3});
  CHECK_FALSE(peer.is_trusted());
  CHECK(peer.match() == Index{0});
  CHECK(peer.next() == Index{4});
  CHECK_FALSE(peer.on_accepted(old, Index{9}));
}

TEST_CASE("a peer in need of a snapshot gets nothing else until it has one",
          "[raft][progress][P60][P84]") {
  Progress peer{Index{10}, kLimits};
  peer.on_compacted();
  CHECK_FALSE(peer.can_send());
  peer.on_installed(Index{40});
  CHECK(peer.state() == Progress::State::kProbe);
  CHECK(peer.match() == Index{40});
  CHECK(peer.next() == Index{41});
}

}  // namespace
}  // namespace quorate::raft
