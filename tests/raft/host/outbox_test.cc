#include "raft/host/outbox.h"

#include <catch2/catch.hpp>

namespace quorate::raft {
namespace {

constexpr ClusterId kOutboxCluster{.high = 7, .low = 7};
constexpr BeatEpoch kEpoch{9, 0};

ReplicaId of_node(std::uint64_t node) {
  return {.node = NodeId{node}, .incarnation = {.high = 1, .low = node}};
}

Message message(std::uint64_t group, std::uint64_t to, MessageBody body) {
  return {kOutboxCluster, GroupId{group}, of_node(1), of_node(to), Term{3}, std::move(body)};
}

Message heartbeat(std::uint64_t group, std::uint64_t to, std::uint64_t round) {
  return message(group, to, Heartbeat{.commit = Index{4}, .round = round});
}

TEST_CASE("the heartbeats of all groups to a node are one beat", "[host][outbox][P111]") {
  Outbox outbox(kOutboxCluster, of_node(1));
  for (std::uint64_t group = 1; group <= 1000; ++group) {
    outbox.send({heartbeat(group, 2, 5), heartbeat(group, 3, 5)});
    outbox.end_turn(Outbox::Urgency::kAtBeat);
  }
  CHECK(outbox.take_messages().empty());
  CHECK(outbox.take_urgent(kEpoch).empty());
  const auto beats = outbox.take_beats(kEpoch, {});
  REQUIRE(beats.size() == 2);
  CHECK(beats[0].to == of_node(2));
  CHECK(beats[0].heartbeats.size() == 1000);
  CHECK(beats[1].to == of_node(3));
  CHECK(beats[1].heartbeats.size() == 1000);
  CHECK(outbox.take_beats(kEpoch, {}).empty());
}

TEST_CASE("what something that came in leads to does not wait for the beat", "[host][outbox]") {
  Outbox outbox(kOutboxCluster, of_node(1));
  outbox.send({heartbeat(1, 2, 5)});
  outbox.end_turn(Outbox::Urgency::kAtBeat);
  outbox.send({message(2, 2, HeartbeatResult{.round = 8, .durable_last = {}})});
  outbox.answer(of_node(2), {GroupId{2}, Term{3}, 1, RestAnswer::kRests});
  outbox.end_turn(Outbox::Urgency::kNow);
  outbox.send({heartbeat(1, 3, 5)});
  outbox.end_turn(Outbox::Urgency::kAtBeat);
  const auto beats = outbox.take_urgent(kEpoch);
  REQUIRE(beats.size() == 1);
  CHECK(beats[0].to == of_node(2));
  CHECK(beats[0].heartbeats.size() == 1);  // is taken along
  CHECK(beats[0].results.size() == 1);
  CHECK(beats[0].answers.size() == 1);
  CHECK(outbox.take_beats(kEpoch, {}).size() == 1);
}

TEST_CASE("of a group's heartbeats the newest is held", "[host][outbox]") {
  Outbox outbox(kOutboxCluster, of_node(1));
  for (std::uint64_t round = 1; round <= 5; ++round) {
    outbox.send({heartbeat(1, 2, round)});
    outbox.end_turn(Outbox::Urgency::kAtBeat);
  }
  const auto beats = outbox.take_beats(kEpoch, {});
  REQUIRE(beats.size() == 1);
  REQUIRE(beats[0].heartbeats.size() == 1);
  CHECK(beats[0].heartbeats[0].heartbeat.round == 5);
}

TEST_CASE("other messages go their own way", "[host][outbox]") {
  Outbox outbox(kOutboxCluster, of_node(1));
  outbox.send({message(1, 2, AppendEntries{}), heartbeat(1, 2, 1)});
  outbox.end_turn(Outbox::Urgency::kNow);
  CHECK(outbox.take_messages().size() == 1);
  CHECK(outbox.take_urgent(kEpoch).size() == 1);
}

TEST_CASE("whoever must hear us gets an empty beat", "[host][outbox][P112]") {
  Outbox outbox(kOutboxCluster, of_node(1));
  const auto beats = outbox.take_beats({9, 4}, {of_node(2), of_node(3)});
  REQUIRE(beats.size() == 2);
  CHECK(beats[0].epoch == BeatEpoch{9, 4});
  CHECK(beats[0].items() == 0);
  CHECK(beats[0].number < beats[1].number);
}

TEST_CASE("a beat that would be too long is several", "[host][outbox]") {
  Outbox outbox(kOutboxCluster, of_node(1));
  const std::uint64_t groups = 2 * kBeatItemsMax + 10;
  for (std::uint64_t group = 1; group <= groups; ++group)
    outbox.send({heartbeat(group, 2, 1)});
  outbox.end_turn(Outbox::Urgency::kNow);
  const auto beats = outbox.take_urgent(kEpoch);
  REQUIRE(beats.size() == 3);
  CHECK(beats[0].items() == kBeatItemsMax);
  CHECK(beats[1].items() == kBeatItemsMax);
  CHECK(beats[2].items() == 10);
}

}  // namespace
}  // namespace quorate::raft
