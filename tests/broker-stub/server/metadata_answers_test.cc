#include "broker-stub/server/metadata_answers.h"

#include <catch2/catch.hpp>

#include "broker-stub/replica/topic_ids.h"
#include "broker-stub/server/config_answers.h"
#include "controller/image/config_keys.h"

namespace quorate::broker {
namespace {

using kafka::ErrorCode;

const ClusterView kView{"AAAAAAAAAAAAAAAAAAAAAQ", "PLAINTEXT"};
const controller::Uuid kAnsweredOrders{3, 5};

controller::BrokerRegistration broker(std::int32_t id, controller::Endpoint endpoint) {
  controller::BrokerRegistration registration;
  registration.id = id;
  registration.epoch = static_cast<std::uint64_t>(id);
  registration.endpoints = {std::move(endpoint)};
  registration.fenced = false;
  return registration;
}

// Brokers 2 and 3 live, broker 1 fenced; "orders" with one led and one leaderless partition.
controller::MetadataImage some_cluster() {
  controller::MetadataImage image;
  for (const std::int32_t id : {1, 2, 3}) {
    auto registration = broker(id, {"PLAINTEXT", "host" + std::to_string(id), 9092, "PLAINTEXT"});
    registration.fenced = id == 1;
    registration.rack = id == 2 ? "a" : "";
    image.cluster.put(std::move(registration));
  }
  controller::Partition led;
  led.replicas = {1, 2};
  led.isr = {2};
  led.leader = 2;
  led.leader_epoch = 6;
  controller::Partition leaderless = led;
  leaderless.leader = -1;
  REQUIRE(image.topics.add_topic(kAnsweredOrders, "orders").is_ok());
  REQUIRE(image.topics.add_partition({kAnsweredOrders, 0}, led).is_ok());
  REQUIRE(image.topics.add_partition({kAnsweredOrders, 1}, leaderless).is_ok());
  return image;
}

kafka::MetadataRequest asking(std::vector<std::string_view> names) {
  kafka::MetadataRequest request;
  request.topics.emplace();
  for (const std::string_view name : names)
    request.topics->push_back({{}, name});
  return request;
}

TEST_CASE("the controller told to clients is the live broker with the lowest id",
          "[server][metadata_answers]") {
  const auto response = answer_metadata(some_cluster(), kView, asking({}), 12);
  CHECK(response.controller_id == 2);
  REQUIRE(response.brokers.size() == 2);
  CHECK(response.brokers[0].node_id == 2);
  CHECK(response.brokers[0].rack == "a");
  CHECK_FALSE(response.brokers[1].rack);
  CHECK(response.cluster_id == kView.cluster_id);
}

TEST_CASE("no topics means none and a null list means all", "[server][metadata_answers]") {
  CHECK(answer_metadata(some_cluster(), kView, asking({}), 12).topics.empty());
  CHECK(answer_metadata(some_cluster(), kView, asking({}), 0).topics.size() == 1);
  CHECK(answer_metadata(some_cluster(), kView, {}, 12).topics.size() == 1);
}

TEST_CASE("partitions are told with leader epoch and offline replicas",
          "[server][metadata_answers]") {
  const auto response = answer_metadata(some_cluster(), kView, asking({"orders"}), 12);
  REQUIRE(response.topics.size() == 1);
  CHECK(response.topics[0].topic_id == to_kafka(kAnsweredOrders));
  const auto& rows = response.topics[0].partitions;
  REQUIRE(rows.size() == 2);
  CHECK(rows[0].leader_id == 2);
  CHECK(rows[0].leader_epoch == 6);
  CHECK(rows[0].offline_replicas == std::vector<std::int32_t>{1});
  CHECK(rows[1].error_code == ErrorCode::kLeaderNotAvailable);
}

TEST_CASE("unknown and impossible names get their own errors", "[server][metadata_answers]") {
  const auto request = asking({"nothing", "bad/name", "nothing"});
  const auto response = answer_metadata(some_cluster(), kView, request, 12);
  CHECK(response.topics[0].error_code == ErrorCode::kUnknownTopicOrPartition);
  CHECK(response.topics[1].error_code == ErrorCode::kInvalidTopicException);
  CHECK(unknown_topics(some_cluster(), request) == std::vector<std::string>{"nothing"});
  kafka::MetadataRequest by_id;
  by_id.topics.emplace();
  by_id.topics->push_back({to_kafka({9, 9}), std::nullopt});
  CHECK(answer_metadata(some_cluster(), kView, by_id, 12).topics[0].error_code ==
        ErrorCode::kUnknownTopicId);
}

TEST_CASE("a broker tells of brokers only", "[server][metadata_answers]") {
  CHECK(answer_describe_cluster(some_cluster(), kView, {}).brokers.size() == 2);
  kafka::DescribeClusterRequest controllers;
  controllers.endpoint_type = 2;
  CHECK(answer_describe_cluster(some_cluster(), kView, controllers).error_code ==
        ErrorCode::kMismatchedEndpointType);
}

TEST_CASE("every key of a topic is described with its source and synonyms",
          "[server][config_answers]") {
  controller::MetadataImage image = some_cluster();
  image.configs.set({controller::ConfigResourceType::kTopic, "orders"}, "min.insync.replicas", "2");
  kafka::DescribeConfigsRequest request;
  request.resources.push_back({2, "orders", std::nullopt});
  request.include_synonyms = true;
  const auto response = answer_describe_configs(image, 2, {}, request);
  REQUIRE(response.results.size() == 1);
  const auto& rows = response.results[0].configs;
  CHECK(rows.size() == controller::config_keys(controller::ConfigResourceType::kTopic).size());
  for (const auto& row : rows) {
    CHECK(row.value.has_value());
    const bool ours = row.name == "min.insync.replicas";
    CHECK(row.config_source == (ours ? 1 : 5));
    CHECK(row.synonyms.size() == (ours ? 2U : 1U));
  }
}

TEST_CASE("only the keys that were asked for are described and told of as asked",
          "[server][config_answers]") {
  kafka::DescribeConfigsRequest request;
  request.resources.push_back(
      {2, "orders", std::vector<std::string_view>{"cleanup.policy", "no.such.key"}});
  auto response = answer_describe_configs(some_cluster(), 2, {}, request);
  REQUIRE(response.results[0].configs.size() == 1);
  CHECK(response.results[0].configs[0].name == "cleanup.policy");
  CHECK(response.results[0].configs[0].value == "delete");
  CHECK(response.results[0].configs[0].synonyms.empty());
  CHECK_FALSE(response.results[0].configs[0].documentation);
  request.include_documentation = true;
  response = answer_describe_configs(some_cluster(), 2, {}, request);
  CHECK(response.results[0].configs[0].documentation.has_value());
}

TEST_CASE("a value for all brokers is told of topics and of the cluster",
          "[server][config_answers]") {
  controller::MetadataImage image = some_cluster();
  image.configs.set({controller::ConfigResourceType::kBroker, ""}, "min.insync.replicas", "2");
  const std::vector<std::string_view> keys{"min.insync.replicas"};
  kafka::DescribeConfigsRequest request;
  request.resources.push_back({2, "orders", keys});
  request.resources.push_back({4, "", keys});
  for (const auto& result : answer_describe_configs(image, 2, {}, request).results) {
    CHECK(result.error_code == ErrorCode::kNone);
    REQUIRE(result.configs.size() == 1);
    CHECK(result.configs[0].value == "2");
    CHECK(result.configs[0].config_source == 3);
  }
}

TEST_CASE("a broker's own value comes before the cluster's and that before its file's",
          "[server][config_answers][CFG-6]") {
  controller::MetadataImage image = some_cluster();
  const std::vector<std::string_view> topic_keys{"segment.bytes"};
  const std::vector<std::string_view> broker_keys{"log.segment.bytes"};
  const StaticConfigs statics{
      {"log.segment.bytes", {.value = "4096", .type = 3, .is_default = false}}};
  const auto check = [&](const char* value, std::int8_t source, std::size_t synonyms) {
    kafka::DescribeConfigsRequest request;
    request.include_synonyms = true;
    request.resources.push_back({2, "orders", topic_keys});
    request.resources.push_back({4, "2", broker_keys});
    for (const auto& result : answer_describe_configs(image, 2, statics, request).results) {
      REQUIRE(result.configs.size() == 1);
      CHECK(result.configs[0].value == value);
      CHECK(result.configs[0].config_source == source);
      CHECK(result.configs[0].synonyms.size() == synonyms);
      CHECK_FALSE(result.configs[0].read_only);
    }
  };
  check("4096", 4, 2);
  image.configs.set({controller::ConfigResourceType::kBroker, ""}, "log.segment.bytes", "8192");
  check("8192", 3, 3);
  image.configs.set({controller::ConfigResourceType::kBroker, "2"}, "log.segment.bytes", "9999");
  check("9999", 2, 4);
}

TEST_CASE("resources that are not there or not here are refused", "[server][config_answers]") {
  kafka::DescribeConfigsRequest request;
  request.resources.push_back({2, "nothing", std::nullopt});
  request.resources.push_back({4, "3", std::nullopt});
  request.resources.push_back({4, "2", std::nullopt});
  request.resources.push_back({9, "x", std::nullopt});
  request.resources.push_back({2, "bad/name", std::nullopt});
  const StaticConfigs statics{{"num.partitions", {.value = "4", .type = 3, .is_default = false}}};
  const auto response = answer_describe_configs(some_cluster(), 2, statics, request);
  CHECK(response.results[0].error_code == ErrorCode::kUnknownTopicOrPartition);
  CHECK(response.results[1].error_code == ErrorCode::kInvalidRequest);
  CHECK(response.results[2].error_code == ErrorCode::kNone);
  CHECK(response.results[2].configs.back().name == "num.partitions");
  CHECK(response.results[2].configs.back().config_source == 4);
  CHECK(response.results[3].error_code == ErrorCode::kInvalidRequest);
  CHECK(response.results[4].error_code == ErrorCode::kInvalidTopicException);
}

}  // namespace
}  // namespace quorate::broker
