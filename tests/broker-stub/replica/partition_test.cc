#include "broker-stub/replica/partition.h"

#include "tests/broker-stub/replica/replica_group.h"

namespace quorate::broker {
namespace {

using kafka::ErrorCode;

constexpr std::size_t kPlenty = 1 << 20;

// Broker 1 leads, everyone knows.
std::unique_ptr<ReplicaGroup> led_by_1() {
  auto group = std::make_unique<ReplicaGroup>();
  group->elect(1);
  group->tell_all();
  return group;
}

TEST_CASE("a write is acknowledged to acks=all when every in-sync replica has it",
          "[replica][partition][B1][B3]") {
  const auto group = led_by_1();
  const ProduceOutcome written = group->produce(1, {.records = 3});
  REQUIRE(written.error == ErrorCode::kNone);
  const auto known = [&] {
    return group->at(1).replicated(written.end_offset, written.leader_epoch);
  };
  group->fetch(2);
  group->fetch(2);
  CHECK_FALSE(known());
  group->fetch(3);
  CHECK_FALSE(known());
  group->fetch(3);
  CHECK(known() == ErrorCode::kNone);
  CHECK(group->bytes(1) == group->bytes(2));
  CHECK(group->bytes(1) == group->bytes(3));
}

TEST_CASE("consumers see nothing at or behind the high watermark", "[replica][partition][B4]") {
  const auto group = led_by_1();
  group->produce(1, {.records = 3});
  CHECK(group->at(1).fetch_as_consumer({.offset = 0}, kPlenty).records.empty());
  group->catch_up(2);
  group->catch_up(3);
  group->produce(1, {.records = 2});
  const FetchOutcome seen = group->at(1).fetch_as_consumer({.offset = 0}, kPlenty);
  CHECK(spans_of(seen.records).size() == 1);
  CHECK(seen.high_watermark == 3);
  CHECK(group->at(1).fetch_as_consumer({.offset = 4}, kPlenty).error == ErrorCode::kNone);
  CHECK(group->at(1).fetch_as_consumer({.offset = 6}, kPlenty).error ==
        ErrorCode::kOffsetOutOfRange);
}

TEST_CASE("only the leader of the current epoch takes records", "[replica][partition][B8]") {
  const auto group = led_by_1();
  CHECK(group->produce(2, {}).error == ErrorCode::kNotLeaderOrFollower);
  group->elect(2);
  group->tell(1);
  CHECK(group->produce(1, {}).error == ErrorCode::kNotLeaderOrFollower);
  group->tell(2);
  CHECK(group->produce(2, {}).error == ErrorCode::kNone);
}

TEST_CASE("a fetch of an older epoch is fenced and of a newer one must wait",
          "[replica][partition][B9]") {
  const auto group = led_by_1();
  const std::int32_t epoch = group->state().leader_epoch;
  const auto fetch = [&](std::int32_t believed) {
    return group->at(1).fetch_as_consumer({.offset = 0, .leader_epoch = believed}, kPlenty).error;
  };
  CHECK(fetch(epoch - 1) == ErrorCode::kFencedLeaderEpoch);
  CHECK(fetch(epoch) == ErrorCode::kNone);
  CHECK(fetch(epoch + 1) == ErrorCode::kUnknownLeaderEpoch);
}

TEST_CASE("acks=all is refused below min in-sync replicas and acks=1 is not",
          "[replica][partition][B1]") {
  const auto group = led_by_1();
  group->set_isr({1});
  group->tell_all();
  const ProduceOutcome refused = group->produce(1, {}, Acks::kAll);
  CHECK(refused.error == ErrorCode::kNotEnoughReplicas);
  CHECK(group->at(1).log().end_offset() == 0);
  CHECK(group->produce(1, {}, Acks::kLeader).error == ErrorCode::kNone);
  CHECK(group->at(1).not_replicated() == ErrorCode::kNotEnoughReplicasAfterAppend);
}

TEST_CASE("what an old leader alone had is cut when it follows the new one",
          "[replica][partition][B6][B7]") {
  const auto group = led_by_1();
  group->produce(1, {.records = 2});
  group->catch_up(2);
  group->catch_up(3);
  group->produce(1, {.records = 5, .value = "lost"});
  group->set_isr({2, 3});
  group->elect(2);
  group->tell(2);
  group->tell(3);
  group->catch_up(3);
  group->produce(2, {.records = 1, .value = "new"});
  group->catch_up(3);
  group->tell(1);
  group->catch_up(1);
  CHECK(group->at(1).log().end_offset() == 3);
  CHECK(group->bytes(1) == group->bytes(2));
  CHECK(group->bytes(3) == group->bytes(2));
}

TEST_CASE("logs that grew apart over several epochs become one", "[replica][partition][B6][B7]") {
  const auto group = led_by_1();
  group->produce(1, {.records = 1, .value = "shared"});
  group->catch_up(2);
  group->catch_up(3);
  for (const BrokerId leader : {2, 3, 2}) {
    group->elect(leader);
    group->tell(leader);
    group->produce(leader, {.records = 2, .value = "alone"}, Acks::kLeader);
  }
  group->elect(1);
  group->tell_all();
  group->produce(1, {.records = 3, .value = "final"}, Acks::kLeader);
  group->catch_up(2);
  group->catch_up(3);
  CHECK(group->at(2).log().end_offset() == 4);
  CHECK(group->bytes(2) == group->bytes(1));
  CHECK(group->bytes(3) == group->bytes(1));
  for (const PartitionEvent& event : group->events())
    CHECK_THAT(event.detail, !Catch::Contains("below"));
}

TEST_CASE("an idempotent duplicate is answered with its offset by the next leader too",
          "[replica][partition][B12]") {
  const auto group = led_by_1();
  group->produce(1, {.records = 4});
  const BatchMaker batch{.records = 2, .producer_id = 8, .producer_epoch = 0, .sequence = 0};
  CHECK(group->produce(1, batch).base_offset == 4);
  group->catch_up(2);
  group->catch_up(3);
  group->restart(2);
  group->elect(2);
  group->tell_all();
  const ProduceOutcome again = group->produce(2, batch);
  CHECK(again.error == ErrorCode::kNone);
  CHECK(again.base_offset == 4);
  CHECK(group->at(2).log().end_offset() == 6);
  const BatchMaker gap{.records = 1, .producer_id = 8, .producer_epoch = 0, .sequence = 3};
  CHECK(group->produce(2, gap).error == ErrorCode::kOutOfOrderSequenceNumber);
}

TEST_CASE("a follower refuses records whose CRC does not match", "[replica][partition][B21]") {
  const auto group = led_by_1();
  const FetchPosition asked = group->at(2).position();
  std::string records =
      BatchMaker{.records = 1, .leader_epoch = group->state().leader_epoch}.make();
  records.back() = static_cast<char>(records.back() ^ 1);
  CHECK(group->at(2).on_answer(asked, {.high_watermark = 1}, records) == FollowerStep::kWait);
  CHECK(group->at(2).log().end_offset() == 0);
  CHECK(group->events().back().kind == PartitionEvent::Kind::kRefused);
}

TEST_CASE("the latest offset is not told before the new leader knows the old high watermark",
          "[replica][partition][B2]") {
  const auto group = led_by_1();
  group->produce(1, {.records = 3});
  group->fetch(2);
  group->fetch(3);
  group->elect(2);
  group->tell_all();
  CHECK(group->at(2).offset_for(kLatestTimestamp, -1).error == ErrorCode::kOffsetNotAvailable);
  group->catch_up(1);
  group->catch_up(3);
  CHECK(group->at(2).offset_for(kLatestTimestamp, -1).found.offset == 3);
  CHECK(group->at(2).offset_for(kEarliestTimestamp, -1).found.offset == 0);
}

TEST_CASE("whoever is no replica may not fetch as one", "[replica][partition]") {
  const auto group = led_by_1();
  const FetchOutcome outcome =
      group->at(1).fetch_as_follower(9, {}, group->at(2).position(), kPlenty, 0);
  CHECK(outcome.error == ErrorCode::kUnknownLeaderEpoch);
}

TEST_CASE("metadata of an older leader epoch changes nothing", "[replica][partition][B8]") {
  const auto group = led_by_1();
  controller::Partition old = group->state();
  group->elect(2);
  group->tell_all();
  group->at(1).lead(old, 1, 0);
  CHECK_FALSE(group->at(1).is_leader());
}

}  // namespace
}  // namespace quorate::broker
