#include "raft/host/group_rest.h"

#include <catch2/catch.hpp>

namespace quorate::raft {
namespace {

constexpr GroupId kGroup{1};
constexpr ClusterId kCluster{.high = 7, .low = 7};
constexpr LogId kLast{Term{3}, Index{8}};
constexpr std::uint64_t kIdle = 20;

ReplicaId replica(std::uint64_t node) {
  return {.node = NodeId{node}, .incarnation = {.high = 1, .low = node}};
}

// One group here, with the nodes 2 and 3 alive.
struct GroupRestFixture {
  NodeWatch watch{9, 5};
  Outbox outbox{kCluster, replica(1)};
  GroupRest rest{kGroup, {.idle_ticks = kIdle}};
  RestView view{.can_rest = true, .leader = replica(1), .last = kLast, .peers = {}};
  Role role = Role::kLeader;
  Term term{3};

  GroupRestFixture() {
    view.peers = {replica(2), replica(3)};
    hear(2, {5, 0});
    hear(3, {6, 0});
  }
  void hear(std::uint64_t node, BeatEpoch epoch) {
    NodeBeat beat;
    beat.from = replica(node);
    beat.epoch = epoch;
    beat.number = ++number_;
    REQUIRE(watch.on_beat(beat) == NodeWatch::Heard::kFresh);
  }
  Rest turn(const TurnFacts& facts) {
    const std::function<RestView()> look = [this] { return view; };
    return rest.end_turn({.facts = facts, .role = role, .term = term, .look = look}, watch, outbox);
  }
  // A leader's heartbeats leave after `ticks`; the orders that go with them.
  std::vector<RestOrder> heartbeats(std::uint32_t ticks) {
    TurnFacts facts;
    facts.ticks = ticks;
    facts.sent_heartbeats = true;
    CHECK(turn(facts) == Rest::kAwake);
    outbox.end_turn(Outbox::Urgency::kAtBeat);
    std::vector<RestOrder> orders;
    for (const NodeBeat& beat : outbox.take_beats(watch.own(), {}))
      orders.insert(orders.end(), beat.orders.begin(), beat.orders.end());
    return orders;
  }
  Rest answered(const RestOrder& order, std::uint64_t node, RestAnswer answer) {
    TurnFacts facts;
    facts.has_input = true;
    facts.answers.push_back({{kGroup, order.term, order.number, answer},
                             replica(node),
                             node == 2 ? BeatEpoch{5, 0} : BeatEpoch{6, 0}});
    return turn(facts);
  }
  Rest ordered(const RestOrder& order, std::uint64_t from, BeatEpoch epoch) {
    TurnFacts facts;
    facts.has_input = true;
    facts.orders.push_back({order, replica(from), epoch});
    return turn(facts);
  }
  std::vector<RestAnswer> answers() {
    outbox.end_turn(Outbox::Urgency::kNow);
    std::vector<RestAnswer> answers;
    for (const NodeBeat& beat : outbox.take_urgent(watch.own())) {
      for (const RestResult& each : beat.answers)
        answers.push_back(each.answer);
    }
    return answers;
  }

 private:
  std::uint64_t number_ = 0;
};

TEST_CASE("an idle leader rests once everybody does", "[host][group_rest]") {
  GroupRestFixture f;
  CHECK(f.heartbeats(10).empty());
  const auto orders = f.heartbeats(10);
  REQUIRE(orders.size() == 2);
  CHECK(orders[0] == RestOrder{kGroup, Term{3}, kLast, 1});
  CHECK(f.answered(orders[0], 2, RestAnswer::kRests) == Rest::kAwake);
  CHECK(f.answered(orders[0], 3, RestAnswer::kRests) == Rest::kResting);
  CHECK(f.watch.relied_on().size() == 2);
}

TEST_CASE("answers that are older than the last heartbeats do not count",
          "[host][group_rest][P112]") {
  GroupRestFixture f;
  f.heartbeats(10);
  const auto first = f.heartbeats(10);
  CHECK(f.answered(first[0], 2, RestAnswer::kRests) == Rest::kAwake);
  const auto second = f.heartbeats(10);  // they wake node 2 again
  REQUIRE(second.size() == 2);
  CHECK(f.answered(second[0], 3, RestAnswer::kRests) == Rest::kAwake);
  CHECK(f.answered(first[0], 2, RestAnswer::kRests) == Rest::kAwake);
  CHECK(f.answered(second[0], 2, RestAnswer::kRests) == Rest::kResting);
}

TEST_CASE("a leader does not rest on a refusal or on what has changed",
          "[host][group_rest][P112]") {
  GroupRestFixture f;
  f.heartbeats(20);
  const auto orders = f.heartbeats(10);
  REQUIRE(orders.size() == 2);
  CHECK(f.answered(orders[0], 2, RestAnswer::kRests) == Rest::kAwake);
  SECTION("refused") {
    CHECK(f.answered(orders[0], 3, RestAnswer::kRefused) == Rest::kAwake);
  }
  SECTION("something was proposed") {
    TurnFacts facts;
    facts.has_input = facts.has_requests = true;
    CHECK(f.turn(facts) == Rest::kAwake);
    CHECK(f.answered(orders[0], 3, RestAnswer::kRests) == Rest::kAwake);
  }
  SECTION("the log has grown") {
    f.view.last.index = Index{9};
    CHECK(f.answered(orders[0], 3, RestAnswer::kRests) == Rest::kAwake);
  }
  SECTION("the core has something to do") {
    f.view.can_rest = false;
    CHECK(f.answered(orders[0], 3, RestAnswer::kRests) == Rest::kAwake);
  }
  SECTION("a follower's node began a new life") {
    f.hear(3, {7, 0});
    CHECK(f.answered(orders[0], 3, RestAnswer::kRests) == Rest::kAwake);
  }
  SECTION("a follower's node is lost") {
    f.watch.on_node_lost(NodeId{2});
    CHECK(f.answered(orders[0], 3, RestAnswer::kRests) == Rest::kAwake);
  }
}

TEST_CASE("a follower rests only by an order that fits to the letter", "[host][group_rest][P112]") {
  GroupRestFixture f;
  f.role = Role::kFollower;
  f.view.leader = replica(2);
  RestOrder order{kGroup, Term{3}, kLast, 1};
  BeatEpoch epoch{5, 0};
  std::uint64_t from = 2;
  Rest expected = Rest::kAwake;
  SECTION("it fits") {
    expected = Rest::kResting;
  }
  SECTION("another term") {
    order.term = Term{2};
  }
  SECTION("another log") {
    order.last.index = Index{9};
  }
  SECTION("not from its leader") {
    from = 3;
    epoch = {6, 0};
  }
  SECTION("a promise that was broken since") {
    f.hear(2, {5, 1});
  }
  SECTION("a node that is lost") {
    f.watch.on_node_lost(NodeId{2});
  }
  SECTION("something waits here") {
    f.view.can_rest = false;
  }
  SECTION("a candidate") {
    f.role = Role::kCandidate;
  }
  CHECK(f.ordered(order, from, epoch) == expected);
  CHECK(f.answers() == std::vector<RestAnswer>{expected == Rest::kResting ? RestAnswer::kRests
                                                                          : RestAnswer::kRefused});
}

TEST_CASE("whatever comes in ends a rest", "[host][group_rest][P112]") {
  GroupRestFixture f;
  f.role = Role::kFollower;
  f.view.leader = replica(2);
  REQUIRE(f.ordered({kGroup, Term{3}, kLast, 1}, 2, {5, 0}) == Rest::kResting);
  CHECK(f.turn({}) == Rest::kResting);
  TurnFacts facts;
  facts.has_input = true;
  CHECK(f.turn(facts) == Rest::kAwake);
  CHECK(f.watch.relied_on().empty());
}

TEST_CASE("who led those that rest and leads no more breaks the promise",
          "[host][group_rest][P112]") {
  GroupRestFixture f;
  f.heartbeats(20);
  REQUIRE(f.heartbeats(10).size() == 2);
  SECTION("another role") {
    f.role = Role::kFollower;
    f.turn({});
  }
  SECTION("another term") {
    f.term = Term{4};
    f.turn({});
  }
  SECTION("the group ends here") {
    f.rest.end(f.watch);
  }
  CHECK(f.watch.own() == BeatEpoch{9, 1});
}

TEST_CASE("who never sent an order breaks nothing", "[host][group_rest]") {
  GroupRestFixture f;
  f.heartbeats(1);
  f.role = Role::kFollower;
  f.turn({});
  f.rest.end(f.watch);
  CHECK(f.watch.own() == BeatEpoch{9, 0});
}

TEST_CASE("a leader without followers rests when it is idle", "[host][group_rest][P111]") {
  GroupRestFixture f;
  f.view.peers.clear();
  TurnFacts facts;
  facts.ticks = 1;
  for (std::uint64_t tick = 1; tick < kIdle; ++tick)
    CHECK(f.turn(facts) == Rest::kAwake);
  CHECK(f.turn(facts) == Rest::kResting);
}

}  // namespace
}  // namespace quorate::raft
