// Produce, as a client sends it.
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "broker-stub/kafka/messages/fetch.h"
#include "broker-stub/kafka/messages/produce.h"
#include "tests/broker-stub/log/log_scratch.h"
#include "tests/broker-stub/server/serving_broker.h"

namespace quorate::broker {
namespace {

using kafka::ErrorCode;
using ProduceRow = kafka::ProduceResponse::PartitionProduceResponse;

constexpr std::int16_t kVersion = 11;

// One batch for one partition.
struct Produced {
  std::int16_t acks = -1;
  std::string topic = "orders";
  std::int32_t partition = 0;
  std::int32_t timeout_ms = 0;
  std::string batch = BatchMaker{.records = 3}.make();
};

kafka::ProduceRequest request_of(const Produced& produced) {
  kafka::ProduceRequest request;
  request.acks = produced.acks;
  request.timeout_ms = produced.timeout_ms;
  auto& topic = request.topic_data.emplace_back();
  topic.name = produced.topic;
  topic.partition_data.push_back({produced.partition, kafka::Slice{produced.batch, nullptr}});
  return request;
}

ProduceRow produced_row(const Answered& answered) {
  const auto response = ServingBroker::decoded<kafka::ProduceResponse>(answered, kVersion);
  REQUIRE(response.responses.size() == 1);
  REQUIRE(response.responses[0].partition_responses.size() == 1);
  return response.responses[0].partition_responses[0];
}

ProduceRow produce(ServingBroker& broker, const Produced& produced) {
  return produced_row(broker.end(broker.begin(request_of(produced), kVersion)));
}

// Broker 2 fetches partition 0 from `offset`, and has therefore everything before it.
void follow(ServingBroker& broker, std::int64_t offset) {
  kafka::FetchRequest request;
  request.replica_id = 2;
  auto& topic = request.topics.emplace_back();
  topic.topic = "orders";
  topic.partitions.push_back({.fetch_offset = offset, .partition_max_bytes = 1 << 20});
  const auto response = broker.ask<kafka::FetchResponse>(request, 12);
  CHECK(response.responses[0].partitions[0].error_code == ErrorCode::kNone);
}

TEST_CASE("a batch for a topic or partition that is not there is refused", "[server][produce]") {
  ServingBroker broker;
  for (const Produced& produced :
       {Produced{.topic = "nothing"}, Produced{.partition = 3}, Produced{.partition = -1}}) {
    const ProduceRow row = produce(broker, produced);
    CHECK(row.error_code == ErrorCode::kUnknownTopicOrPartition);
    CHECK(row.index == produced.partition);
    CHECK(row.base_offset == -1);
    CHECK(row.error_message.has_value());
  }
}

TEST_CASE("who is not the leader says who is", "[server][produce][BRK-3]") {
  ServingBroker broker;
  const ProduceRow followed = produce(broker, {.partition = 1});
  CHECK(followed.error_code == ErrorCode::kNotLeaderOrFollower);
  CHECK(followed.current_leader.leader_id == 2);
  CHECK(followed.current_leader.leader_epoch == 6);
  const ProduceRow elsewhere = produce(broker, {.partition = 2});
  CHECK(elsewhere.error_code == ErrorCode::kNotLeaderOrFollower);
  CHECK(elsewhere.current_leader.leader_id == 2);
  CHECK(elsewhere.current_leader.leader_epoch == 1);
}

TEST_CASE("acks of the leader alone are given once the batch is in its log", "[server][produce]") {
  ServingBroker broker;
  const ProduceRow first = produce(broker, {.acks = 1});
  CHECK(first.error_code == ErrorCode::kNone);
  CHECK(first.base_offset == 0);
  CHECK(first.log_start_offset == 0);
  CHECK(produce(broker, {.acks = 1}).base_offset == 3);
}

TEST_CASE("without acks there is no answer and a refusal closes the connection",
          "[server][produce]") {
  ServingBroker broker;
  const Produced good{.acks = 0};
  CHECK(broker.end(broker.begin(request_of(good), kVersion)).kind == Answered::Kind::kSilent);
  CHECK(produce(broker, {.acks = 1}).base_offset == 3);
  const Produced lost{.acks = 0, .partition = 1};
  const Answered refused = broker.end(broker.begin(request_of(lost), kVersion));
  CHECK(refused.kind == Answered::Kind::kClose);
  CHECK_THAT(refused.reason, Catch::Contains("orders-1"));
}

TEST_CASE("acks that do not exist are refused and nothing is appended", "[server][produce]") {
  ServingBroker broker;
  CHECK(produce(broker, {.acks = 2}).error_code == ErrorCode::kInvalidRequiredAcks);
  CHECK(produce(broker, {.acks = -2}).error_code == ErrorCode::kInvalidRequiredAcks);
  CHECK(produce(broker, {.acks = 1}).base_offset == 0);
}

TEST_CASE("a transaction is refused and nothing is appended", "[server][produce]") {
  ServingBroker broker;
  const Produced produced{.acks = 1};
  auto request = request_of(produced);
  request.transactional_id = "mine";
  CHECK(produced_row(broker.end(broker.begin(request, kVersion))).error_code ==
        ErrorCode::kInvalidRequest);
  CHECK(produce(broker, {.acks = 1}).base_offset == 0);
}

TEST_CASE("a batch that was damaged is refused and nothing is appended", "[server][produce]") {
  ServingBroker broker;
  Produced damaged{.acks = 1};
  damaged.batch.back() = static_cast<char>(damaged.batch.back() ^ 1);
  CHECK(produce(broker, damaged).error_code == ErrorCode::kCorruptMessage);
  CHECK(produce(broker, {.acks = 1}).base_offset == 0);
}

TEST_CASE("acks of all are given when the followers in sync have the batch",
          "[server][produce][ISR-5]") {
  ServingBroker broker;
  const Produced produced{.timeout_ms = 60'000};
  const Pending pending = broker.begin(request_of(produced), kVersion);
  CHECK_FALSE(pending->has_value());
  follow(broker, 0);
  broker.poll();
  CHECK_FALSE(pending->has_value());
  follow(broker, 3);
  broker.poll();
  REQUIRE(pending->has_value());
  CHECK(produced_row(**pending).error_code == ErrorCode::kNone);
  CHECK(produced_row(**pending).base_offset == 0);
}

TEST_CASE("acks of all that do not come in time time out and the batch stays",
          "[server][produce]") {
  ServingBroker broker;
  const ProduceRow row = produce(broker, {.timeout_ms = 0});
  CHECK(row.error_code == ErrorCode::kRequestTimedOut);
  CHECK(row.base_offset == -1);
  CHECK(produce(broker, {.acks = 1}).base_offset == 3);
}

TEST_CASE("acks of all need as many in sync as the topic asks for", "[server][produce][ISR-5]") {
  ServingBroker broker;
  broker.set_min_insync_replicas(2);
  const Produced waiting{.timeout_ms = 0};
  CHECK(produce(broker, waiting).error_code == ErrorCode::kRequestTimedOut);
  broker.set_isr({1});
  CHECK(produce(broker, waiting).error_code == ErrorCode::kNotEnoughReplicas);
  CHECK(produce(broker, {.acks = 1}).base_offset == 3);  // only the first was appended
}

TEST_CASE("who loses the leadership while a client waits tells it so", "[server][produce]") {
  ServingBroker broker;
  const Produced produced{.timeout_ms = 60'000};
  const Pending pending = broker.begin(request_of(produced), kVersion);
  CHECK_FALSE(pending->has_value());
  broker.elect(2);
  broker.poll();
  REQUIRE(pending->has_value());
  CHECK(produced_row(**pending).error_code == ErrorCode::kNotLeaderOrFollower);
}

}  // namespace
}  // namespace quorate::broker
