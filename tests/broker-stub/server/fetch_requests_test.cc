// Fetch, as consumers and followers send it.
#include <string>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>

#include "broker-stub/kafka/messages/fetch.h"
#include "broker-stub/kafka/messages/produce.h"
#include "broker-stub/replica/topic_ids.h"
#include "tests/broker-stub/log/log_scratch.h"
#include "tests/broker-stub/server/serving_broker.h"

namespace quorate::broker {
namespace {

using kafka::ErrorCode;
using FetchRow = kafka::FetchResponse::PartitionData;
using Spans = std::vector<std::pair<std::int64_t, std::int64_t>>;

constexpr std::int16_t kByName = 12;
constexpr std::int16_t kById = 13;

// For one partition; at most what is there now is waited for.
struct Fetched {
  std::string topic = "orders";
  std::int32_t partition = 0;
  std::int64_t offset = 0;
  std::int32_t epoch = -1;  // the leader epoch that the fetcher believes
  std::int32_t last_epoch = -1;
  std::int32_t replica = -1;
  std::int32_t wait_ms = 0;
};

kafka::FetchRequest request_of(const Fetched& fetched) {
  kafka::FetchRequest request;
  request.replica_id = fetched.replica;
  request.max_wait_ms = fetched.wait_ms;
  request.min_bytes = 1;
  auto& topic = request.topics.emplace_back();
  topic.topic = fetched.topic;
  topic.partitions.push_back({.partition = fetched.partition,
                              .current_leader_epoch = fetched.epoch,
                              .fetch_offset = fetched.offset,
                              .last_fetched_epoch = fetched.last_epoch,
                              .partition_max_bytes = 1 << 20});
  return request;
}

FetchRow row_of(const Answered& answered, std::int16_t version = kByName) {
  const auto response = ServingBroker::decoded<kafka::FetchResponse>(answered, version);
  REQUIRE(response.responses.size() == 1);
  REQUIRE(response.responses[0].partitions.size() == 1);
  return response.responses[0].partitions[0];
}

FetchRow fetch(ServingBroker& broker, const Fetched& fetched) {
  return row_of(broker.end(broker.begin(request_of(fetched), kByName)));
}

// Three records at the leader alone.
void produce(ServingBroker& broker) {
  const std::string batch = BatchMaker{.records = 3}.make();
  kafka::ProduceRequest request;
  request.acks = 1;
  auto& topic = request.topic_data.emplace_back();
  topic.name = "orders";
  topic.partition_data.push_back({0, kafka::Slice{batch, nullptr}});
  const auto response = broker.ask<kafka::ProduceResponse>(request, 9);
  REQUIRE(response.responses[0].partition_responses[0].error_code == ErrorCode::kNone);
}

Spans spans(const FetchRow& row) {
  return row.records ? spans_of(std::string(row.records->bytes)) : Spans{};
}

TEST_CASE("a topic or partition that is not there is told by name and by id", "[server][fetch]") {
  ServingBroker broker;
  CHECK(fetch(broker, {.topic = "nothing"}).error_code == ErrorCode::kUnknownTopicOrPartition);
  CHECK(fetch(broker, {.partition = 3}).error_code == ErrorCode::kUnknownTopicOrPartition);
  kafka::FetchRequest by_id = request_of({});
  by_id.topics[0].topic = {};
  by_id.topics[0].topic_id = to_kafka({9, 9});
  CHECK(row_of(broker.end(broker.begin(by_id, kById)), kById).error_code ==
        ErrorCode::kUnknownTopicId);
  by_id.topics[0].topic_id = to_kafka(kOrders);
  CHECK(row_of(broker.end(broker.begin(by_id, kById)), kById).error_code == ErrorCode::kNone);
}

TEST_CASE("who does not lead what is fetched says who does", "[server][fetch]") {
  ServingBroker broker;
  for (const std::int32_t partition : {1, 2}) {
    const FetchRow row = fetch(broker, {.partition = partition});
    CHECK(row.error_code == ErrorCode::kNotLeaderOrFollower);
    CHECK(row.current_leader.leader_id == 2);
    CHECK(row.current_leader.leader_epoch == (partition == 1 ? 6 : 1));
  }
}

TEST_CASE("a fetcher behind the leader epoch is fenced and one ahead is told to wait",
          "[server][fetch]") {
  ServingBroker broker;
  const FetchRow behind = fetch(broker, {.epoch = 3});
  CHECK(behind.error_code == ErrorCode::kFencedLeaderEpoch);
  CHECK(behind.current_leader.leader_id == 1);
  CHECK(behind.current_leader.leader_epoch == 4);
  CHECK(fetch(broker, {.epoch = 4}).error_code == ErrorCode::kNone);
  CHECK(fetch(broker, {.epoch = 5}).error_code == ErrorCode::kUnknownLeaderEpoch);
}

TEST_CASE("an offset outside the log is refused and told where the log lies", "[server][fetch]") {
  ServingBroker broker;
  produce(broker);
  for (const std::int64_t offset : {std::int64_t{4}, std::int64_t{-1}}) {
    const FetchRow row = fetch(broker, {.offset = offset});
    CHECK(row.error_code == ErrorCode::kOffsetOutOfRange);
    CHECK(row.log_start_offset == 0);
    CHECK(row.high_watermark == 0);
  }
  CHECK(fetch(broker, {.offset = 3}).error_code == ErrorCode::kNone);
}

TEST_CASE("a consumer sees what is replicated and a follower all there is",
          "[server][fetch][ISR-5]") {
  ServingBroker broker;
  produce(broker);
  CHECK(spans(fetch(broker, {})).empty());
  const FetchRow copied = fetch(broker, {.replica = 2});
  CHECK(spans(copied) == Spans{{0, 2}});
  CHECK(copied.high_watermark == 0);
  const FetchRow caught_up = fetch(broker, {.offset = 3, .replica = 2});
  CHECK(caught_up.high_watermark == 3);
  const FetchRow consumed = fetch(broker, {});
  CHECK(spans(consumed) == Spans{{0, 2}});
  CHECK(consumed.high_watermark == 3);
  CHECK(consumed.last_stable_offset == 3);
}

TEST_CASE("who is no replica cannot fetch as one", "[server][fetch]") {
  ServingBroker broker;
  CHECK(fetch(broker, {.replica = 3}).error_code == ErrorCode::kUnknownLeaderEpoch);
}

TEST_CASE("a log that went another way is told where it parts", "[server][fetch]") {
  ServingBroker broker;
  produce(broker);
  broker.elect(1);
  produce(broker);
  // It ends in epoch 4 behind where ours ended.
  const FetchRow row = fetch(broker, {.offset = 5, .epoch = 5, .last_epoch = 4, .replica = 2});
  CHECK(row.error_code == ErrorCode::kNone);
  CHECK(row.diverging_epoch.epoch == 4);
  CHECK(row.diverging_epoch.end_offset == 3);
  CHECK(spans(row).empty());
}

TEST_CASE("a fetch waits for data and is answered when it comes", "[server][fetch]") {
  ServingBroker broker;
  const Pending pending =
      broker.begin(request_of({.epoch = 4, .replica = 2, .wait_ms = 60'000}), kByName);
  CHECK_FALSE(pending->has_value());
  produce(broker);
  broker.poll();
  REQUIRE(pending->has_value());
  CHECK(spans(row_of(**pending)) == Spans{{0, 2}});
}

TEST_CASE("a fetch that waits is told when another leads", "[server][fetch]") {
  ServingBroker broker;
  const Pending pending = broker.begin(request_of({.epoch = 4, .wait_ms = 60'000}), kByName);
  CHECK_FALSE(pending->has_value());
  broker.elect(2);
  broker.poll();
  REQUIRE(pending->has_value());
  CHECK(row_of(**pending).error_code == ErrorCode::kFencedLeaderEpoch);
}

TEST_CASE("sessions and fetchers of another cluster are refused as a whole", "[server][fetch]") {
  ServingBroker broker;
  const auto whole = [&](const kafka::FetchRequest& request) {
    return broker.ask<kafka::FetchResponse>(request, kByName).error_code;
  };
  kafka::FetchRequest request = request_of({});
  CHECK(whole(request) == ErrorCode::kNone);
  request.cluster_id = kServingCluster;
  CHECK(whole(request) == ErrorCode::kNone);
  request.cluster_id = "BBBBBBBBBBBBBBBBBBBBBQ";
  CHECK(whole(request) == ErrorCode::kInconsistentClusterId);
  request.cluster_id = kServingCluster;
  request.session_id = 5;
  CHECK(whole(request) == ErrorCode::kFetchSessionIdNotFound);
}

}  // namespace
}  // namespace quorate::broker
