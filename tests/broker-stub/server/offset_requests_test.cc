// ListOffsets and OffsetForLeaderEpoch, as clients send them.
#include <string>

#include <catch2/catch.hpp>

#include "broker-stub/kafka/messages/fetch.h"
#include "broker-stub/kafka/messages/list_offsets.h"
#include "broker-stub/kafka/messages/offset_for_leader_epoch.h"
#include "broker-stub/kafka/messages/produce.h"
#include "tests/broker-stub/log/log_scratch.h"
#include "tests/broker-stub/server/serving_broker.h"

namespace quorate::broker {
namespace {

using kafka::ErrorCode;
using OffsetRow = kafka::ListOffsetsResponse::ListOffsetsPartitionResponse;
using EpochRow = kafka::OffsetForLeaderEpochResponse::EpochEndOffset;

constexpr std::int64_t kLatest = -1;
constexpr std::int64_t kEarliest = -2;
constexpr std::int64_t kNewest = -3;  // the record with the largest timestamp
constexpr std::int64_t kEarliestLocal = -4;

struct Asked {
  std::int64_t timestamp = kLatest;
  std::string topic = "orders";
  std::int32_t partition = 0;
  std::int32_t epoch = -1;  // the leader epoch that the client believes
  std::int16_t version = 8;
};

OffsetRow list(ServingBroker& broker, const Asked& asked) {
  kafka::ListOffsetsRequest request;
  request.replica_id = -1;
  auto& topic = request.topics.emplace_back();
  topic.name = asked.topic;
  topic.partitions.push_back({asked.partition, asked.epoch, asked.timestamp});
  const auto response = broker.ask<kafka::ListOffsetsResponse>(request, asked.version);
  REQUIRE(response.topics.size() == 1);
  REQUIRE(response.topics[0].partitions.size() == 1);
  CHECK(response.topics[0].name == asked.topic);
  CHECK(response.topics[0].partitions[0].partition_index == asked.partition);
  return response.topics[0].partitions[0];
}

// Where `wanted` ends.
EpochRow end_of_epoch(ServingBroker& broker, std::int32_t wanted, const Asked& asked) {
  constexpr std::int16_t kVersion = 4;
  kafka::OffsetForLeaderEpochRequest request;
  auto& topic = request.topics.emplace_back();
  topic.topic = asked.topic;
  topic.partitions.push_back({asked.partition, asked.epoch, wanted});
  const auto response = broker.ask<kafka::OffsetForLeaderEpochResponse>(request, kVersion);
  REQUIRE(response.topics.size() == 1);
  REQUIRE(response.topics[0].partitions.size() == 1);
  CHECK(response.topics[0].topic == asked.topic);
  CHECK(response.topics[0].partitions[0].partition == asked.partition);
  return response.topics[0].partitions[0];
}

// Three records, the first with that timestamp and each of the others 1 ms later.
void produce(ServingBroker& broker, std::int64_t timestamp) {
  const std::string batch = BatchMaker{.records = 3, .timestamp = timestamp}.make();
  kafka::ProduceRequest request;
  request.acks = 1;
  auto& topic = request.topic_data.emplace_back();
  topic.name = "orders";
  topic.partition_data.push_back({0, kafka::Slice{batch, nullptr}});
  const auto response = broker.ask<kafka::ProduceResponse>(request, 9);
  REQUIRE(response.responses[0].partition_responses[0].error_code == ErrorCode::kNone);
}

// Broker 2 has everything before `offset`.
void replicate(ServingBroker& broker, std::int64_t offset) {
  kafka::FetchRequest request;
  request.replica_id = 2;
  auto& topic = request.topics.emplace_back();
  topic.topic = "orders";
  topic.partitions.push_back({.fetch_offset = offset, .partition_max_bytes = 1 << 20});
  const auto response = broker.ask<kafka::FetchResponse>(request, 12);
  REQUIRE(response.responses[0].partitions[0].high_watermark == offset);
}

TEST_CASE("offsets of what is not there or not led here are refused", "[server][offsets]") {
  ServingBroker broker;
  const auto both = [&](const Asked& asked) {
    const ErrorCode error = list(broker, asked).error_code;
    CHECK(list(broker, asked).offset == -1);
    CHECK(end_of_epoch(broker, 4, asked).error_code == error);
    CHECK(end_of_epoch(broker, 4, asked).end_offset == -1);
    return error;
  };
  CHECK(both({.topic = "nothing"}) == ErrorCode::kUnknownTopicOrPartition);
  CHECK(both({.partition = 3}) == ErrorCode::kUnknownTopicOrPartition);
  CHECK(both({.partition = -1}) == ErrorCode::kUnknownTopicOrPartition);
  CHECK(both({.partition = 1}) == ErrorCode::kNotLeaderOrFollower);
  CHECK(both({.partition = 2}) == ErrorCode::kNotLeaderOrFollower);
  CHECK(both({.epoch = 3}) == ErrorCode::kFencedLeaderEpoch);
  CHECK(both({.epoch = 5}) == ErrorCode::kUnknownLeaderEpoch);
  CHECK(list(broker, {.epoch = 4}).error_code == ErrorCode::kNone);
  CHECK(end_of_epoch(broker, 4, {.epoch = 4}).error_code == ErrorCode::kNone);
}

TEST_CASE("the latest offset is the high watermark and the earliest where the log begins",
          "[server][offsets]") {
  ServingBroker broker;
  produce(broker, 1000);
  CHECK(list(broker, {}).offset == 0);
  replicate(broker, 3);
  const OffsetRow latest = list(broker, {});
  CHECK(latest.offset == 3);
  CHECK(latest.timestamp == -1);
  CHECK(latest.leader_epoch == 4);
  CHECK(list(broker, {.timestamp = kEarliest}).offset == 0);
  CHECK(list(broker, {.timestamp = kEarliestLocal}).offset == 0);
}

TEST_CASE("a timestamp finds the first record that is as late", "[server][offsets]") {
  ServingBroker broker;
  produce(broker, 1000);
  produce(broker, 2000);
  replicate(broker, 6);
  const auto found = [&](std::int64_t timestamp) {
    const OffsetRow row = list(broker, {.timestamp = timestamp});
    CHECK(row.error_code == ErrorCode::kNone);
    return std::pair(row.offset, row.timestamp);
  };
  CHECK(found(0) == std::pair<std::int64_t, std::int64_t>(0, 1000));
  CHECK(found(1001) == std::pair<std::int64_t, std::int64_t>(1, 1001));
  CHECK(found(1003) == std::pair<std::int64_t, std::int64_t>(3, 2000));
  CHECK(found(2002) == std::pair<std::int64_t, std::int64_t>(5, 2002));
  CHECK(found(2003) == std::pair<std::int64_t, std::int64_t>(-1, -1));
  CHECK(found(kNewest) == std::pair<std::int64_t, std::int64_t>(5, 2002));
}

TEST_CASE("a timestamp does not find what is not replicated yet", "[server][offsets]") {
  ServingBroker broker;
  produce(broker, 1000);
  replicate(broker, 3);
  produce(broker, 2000);
  CHECK(list(broker, {.timestamp = 1500}).offset == -1);
  replicate(broker, 6);
  CHECK(list(broker, {.timestamp = 1500}).offset == 3);
}

TEST_CASE("special timestamps are refused before the version that brought them",
          "[server][offsets]") {
  ServingBroker broker;
  const auto error = [&](std::int64_t timestamp, std::int16_t version) {
    return list(broker, {.timestamp = timestamp, .version = version}).error_code;
  };
  CHECK(error(kNewest, 7) == ErrorCode::kNone);
  CHECK(error(kNewest, 6) == ErrorCode::kUnsupportedVersion);
  CHECK(error(kEarliestLocal, 8) == ErrorCode::kNone);
  CHECK(error(kEarliestLocal, 7) == ErrorCode::kUnsupportedVersion);
  CHECK(error(-5, 8) == ErrorCode::kUnsupportedVersion);
}

TEST_CASE("a new leader tells no latest offset before it knows what is replicated",
          "[server][offsets]") {
  ServingBroker broker;
  produce(broker, 1000);
  broker.elect(1);
  CHECK(list(broker, {}).error_code == ErrorCode::kOffsetNotAvailable);
  CHECK(list(broker, {.version = 4}).error_code == ErrorCode::kLeaderNotAvailable);
  replicate(broker, 3);
  CHECK(list(broker, {}).offset == 3);
  CHECK(list(broker, {}).leader_epoch == 5);
}

TEST_CASE("an epoch ends where the next one begins", "[server][offsets]") {
  ServingBroker broker;
  produce(broker, 1000);
  broker.elect(1);
  produce(broker, 2000);
  const auto end = [&](std::int32_t epoch) {
    const EpochRow row = end_of_epoch(broker, epoch, {});
    CHECK(row.error_code == ErrorCode::kNone);
    return std::pair(row.leader_epoch, row.end_offset);
  };
  CHECK(end(4) == std::pair<std::int32_t, std::int64_t>(4, 3));
  CHECK(end(5) == std::pair<std::int32_t, std::int64_t>(5, 6));
  // The largest epoch that is not above (KIP-279).
  CHECK(end(6) == std::pair<std::int32_t, std::int64_t>(5, 6));
  CHECK(end(3) == std::pair<std::int32_t, std::int64_t>(-1, -1));
}

}  // namespace
}  // namespace quorate::broker
