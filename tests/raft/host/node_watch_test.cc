#include "raft/host/node_watch.h"

#include <catch2/catch.hpp>

namespace quorate::raft {
namespace {

using Reason = WakeUp::Reason;

constexpr ReplicaId kOther{.node = NodeId{2}, .incarnation = {.high = 1, .low = 2}};
constexpr GroupId kFollows{1};  // its leader lives at kOther
constexpr GroupId kLeads{2};    // its follower lives at kOther
constexpr std::uint32_t kSilentMax = 3;

NodeBeat beat(BeatEpoch epoch, std::uint64_t number) {
  NodeBeat beat;
  beat.from = kOther;
  beat.epoch = epoch;
  beat.number = number;
  return beat;
}

struct NodeWatchFixture {
  NodeWatch watch{9, kSilentMax};

  NodeWatchFixture() {
    hear({5, 0}, 1);
    watch.rely(kFollows, kOther, Reliance::kItsLeader);
    watch.rely(kLeads, kOther, Reliance::kItsFollower);
  }
  NodeWatch::Heard hear(BeatEpoch epoch, std::uint64_t number) {
    return watch.on_beat(beat(epoch, number));
  }
};

TEST_CASE("beats that go on wake nobody", "[host][node_watch]") {
  NodeWatchFixture f;
  for (std::uint64_t number = 2; number < 50; ++number) {
    f.watch.on_interval();
    CHECK(f.hear({5, 0}, number) == NodeWatch::Heard::kFresh);
  }
  CHECK(f.watch.take_wake_ups().empty());
  CHECK(f.watch.take_lost().empty());
  CHECK(f.watch.relied_on() == std::vector<ReplicaId>{kOther});
}

TEST_CASE("a node that falls silent wakes whoever counts on it once", "[host][node_watch][P112]") {
  NodeWatchFixture f;
  f.watch.on_interval();
  f.watch.on_interval();
  CHECK(f.watch.take_wake_ups().empty());
  f.watch.on_interval();
  CHECK(f.watch.take_wake_ups() == std::vector<WakeUp>{{kFollows, kOther, Reason::kLeaderLost},
                                                       {kLeads, kOther, Reason::kFollowerLost}});
  CHECK(f.watch.take_lost() == std::vector<ReplicaId>{kOther});
  CHECK_FALSE(f.watch.is_near(kOther));
  f.watch.on_interval();
  CHECK(f.watch.take_wake_ups().empty());
}

TEST_CASE("a beat that is late or repeated is no sign of life", "[host][node_watch][P112]") {
  NodeWatchFixture f;
  CHECK(f.hear({5, 0}, 7) == NodeWatch::Heard::kFresh);
  for (std::uint32_t i = 0; i < kSilentMax; ++i) {
    f.watch.on_interval();
    CHECK(f.hear({5, 0}, 7 - i) == NodeWatch::Heard::kStale);
  }
  CHECK(f.watch.take_wake_ups().size() == 2);
}

TEST_CASE("a new life of a node wakes whoever counts on it", "[host][node_watch][P112]") {
  NodeWatchFixture f;
  f.hear({6, 0}, 1);
  CHECK(f.watch.take_wake_ups().size() == 2);
  CHECK(f.watch.is_current(kOther, {6, 0}));
  CHECK_FALSE(f.watch.is_current(kOther, {5, 0}));
}

TEST_CASE("a broken promise wakes those that are led from there alone",
          "[host][node_watch][P112]") {
  NodeWatchFixture f;
  f.hear({5, 1}, 2);
  CHECK(f.watch.take_wake_ups() == std::vector<WakeUp>{{kFollows, kOther, Reason::kPromiseBroken}});
  f.hear({5, 1}, 3);
  CHECK(f.watch.take_wake_ups().empty());
}

TEST_CASE("a promise that was broken on the way is noticed with any later beat",
          "[host][node_watch][P112]") {
  NodeWatchFixture f;
  f.hear({5, 3}, 9);  // those with epochs 1 and 2 were lost
  CHECK(f.watch.take_wake_ups().size() == 1);
}

TEST_CASE("who is awake is woken by nothing", "[host][node_watch]") {
  NodeWatchFixture f;
  f.watch.forget(kFollows);
  f.watch.forget(kLeads);
  f.hear({6, 0}, 1);
  f.watch.on_node_lost(kOther.node);
  CHECK(f.watch.take_wake_ups().empty());
  CHECK(f.watch.relied_on().empty());
}

TEST_CASE("a lost connection counts as silence", "[host][node_watch][P112]") {
  NodeWatchFixture f;
  CHECK(f.watch.relies(kFollows, kOther.node));
  f.watch.on_node_lost(NodeId{3});
  CHECK(f.watch.take_wake_ups().empty());
  f.watch.on_node_lost(kOther.node);
  CHECK(f.watch.take_wake_ups().size() == 2);
  CHECK_FALSE(f.watch.is_near(kOther));
  f.hear({5, 0}, 2);
  CHECK(f.watch.is_near(kOther));
}

TEST_CASE("what a node promises changes when it breaks a promise", "[host][node_watch]") {
  NodeWatch watch(9, kSilentMax);
  CHECK(watch.own() == BeatEpoch{9, 0});
  watch.break_promise();
  CHECK(watch.own() == BeatEpoch{9, 1});
}

}  // namespace
}  // namespace quorate::raft
