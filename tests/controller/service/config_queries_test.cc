// What is told about configuration: CFG-3, CFG-6.
#include "controller/service/config_queries.h"

#include <catch2/catch.hpp>

#include "controller/image/config_origin.h"
#include "controller/service/request_codec.h"
#include "tests/controller/image/records.h"

namespace quorate::controller {
namespace {

constexpr std::int32_t kTopic = 2;
constexpr std::int32_t kBroker = 4;

v1::DescribeConfigsResource asked(std::int32_t type,
                                  const std::string& name,
                                  const std::vector<std::string>& keys = {}) {
  v1::DescribeConfigsResource resource;
  resource.set_type(type);
  resource.set_name(name);
  for (const std::string& key : keys)
    resource.add_keys(key);
  return resource;
}

// Topic "orders" with min.insync.replicas 2, brokers 1 and 2.
MetadataImage some_image() {
  return testing::image_after(testing::life_of_a_cluster());
}

TEST_CASE("a description tells the value and where it comes from and what else has one",
          "[controller][config_queries][CFG-6]") {
  MetadataImage image = some_image();
  image.configs.set(cluster_resource(), "min.insync.replicas", "3");
  const ConfigMap statics{{"unclean.leader.election.enable", "true"}};
  const auto topic = describe_configs(image, statics, asked(kTopic, "orders"));
  CHECK(topic.error() == v1::NONE);
  CHECK(static_cast<std::size_t>(topic.configs_size()) ==
        config_keys(ConfigResourceType::kTopic).size());
  const auto one = describe_configs(
      image,
      statics,
      asked(kTopic, "orders", {"min.insync.replicas", "unclean.leader.election.enable"}));
  REQUIRE(one.configs_size() == 2);
  CHECK(one.configs(0).value() == "2");
  CHECK(one.configs(0).source() == v1::CONFIG_SOURCE_TOPIC);
  REQUIRE(one.configs(0).origins_size() == 3);
  CHECK(one.configs(0).origins(1).value() == "3");
  CHECK(one.configs(0).origins(1).source() == v1::CONFIG_SOURCE_CLUSTER_DEFAULT);
  CHECK(one.configs(0).origins(2).source() == v1::CONFIG_SOURCE_BUILT_IN);
  CHECK(one.configs(1).source() == v1::CONFIG_SOURCE_STATIC);
  CHECK(one.configs(1).value() == "true");

  image.configs.set(broker_resource(1), "log.retention.ms", "7");
  const auto broker = describe_configs(image, {}, asked(kBroker, "1", {"log.retention.ms"}));
  CHECK(broker.configs(0).source() == v1::CONFIG_SOURCE_BROKER);
  const auto cluster = describe_configs(image, {}, asked(kBroker, "", {"log.retention.ms"}));
  CHECK(cluster.configs(0).source() == v1::CONFIG_SOURCE_CLUSTER_DEFAULT);
  CHECK(cluster.configs(0).value() == "1000");
}

TEST_CASE("what is not there is not described", "[controller][config_queries][CFG-3]") {
  const MetadataImage image = some_image();
  const auto error_of = [&](const v1::DescribeConfigsResource& resource) {
    const auto description = describe_configs(image, {}, resource);
    CHECK(description.configs().empty());
    CHECK_FALSE(description.error_message().empty());
    return description.error();
  };
  CHECK(error_of(asked(kTopic, "none")) == v1::UNKNOWN_TOPIC_OR_PARTITION);
  CHECK(error_of(asked(kBroker, "9")) == v1::BROKER_ID_NOT_REGISTERED);
  CHECK(error_of(asked(kBroker, "x")) == v1::INVALID_REQUEST);
  CHECK(error_of(asked(32, "g")) == v1::UNSUPPORTED_VERSION);
  CHECK(error_of(asked(kTopic, "orders", {"retention.sm"})) == v1::INVALID_CONFIG);
}

TEST_CASE("keys are listed with what they mean and an unknown one with the nearest",
          "[controller][config_queries]") {
  CHECK(static_cast<std::size_t>(list_config_keys("").keys_size()) ==
        config_keys(ConfigResourceType::kTopic).size() +
            config_keys(ConfigResourceType::kBroker).size());
  const auto one = list_config_keys("retention.ms");
  REQUIRE(one.keys_size() == 1);
  CHECK(one.keys(0).broker_name() == "log.retention.ms");
  CHECK(one.keys(0).default_value() == "604800000");
  CHECK(one.keys(0).allowed() == "a whole number from -1 to 2^63-1");
  CHECK(list_config_keys("min.insync.replicas").keys_size() == 2);  // of topics and of brokers
  CHECK(list_config_keys("retention.sm").nearest() == "retention.ms");
  CHECK(list_config_keys("log.retention.sm").nearest() == "log.retention.ms");
}

TEST_CASE("a request to change configuration becomes a command within its bounds",
          "[controller][request_codec][CFG-1][CFG-4]") {
  v1::AlterConfigsRequest request;
  v1::AlterConfigsResource& resource = *request.add_resources();
  resource.set_type(kTopic);
  resource.set_name("orders");
  v1::ConfigChange& change = *resource.add_changes();
  change.set_name("cleanup.policy");
  change.set_operation(v1::CONFIG_OPERATION_APPEND);
  change.set_value("compact");
  auto command = to_command(request, RequestLimits{});
  REQUIRE(command.is_ok());
  CHECK(command->style == AlterConfigs::Style::kIncremental);
  CHECK(command->resources[0].changes[0].op == ConfigOp::kAppend);
  CHECK(command->resources[0].changes[0].value == "compact");
  request.set_replace(true);
  change.clear_value();
  command = to_command(request, RequestLimits{});
  CHECK(command->style == AlterConfigs::Style::kReplace);
  CHECK(command->resources[0].changes[0].op == ConfigOp::kSet);
  CHECK_FALSE(command->resources[0].changes[0].value.has_value());
  const RequestLimits few{.configs_max = 0};
  CHECK(to_command(request, few).status().code() == Code::kInvalidArgument);
  const RequestLimits none{.resources_max = 0};
  CHECK(to_command(request, none).status().code() == Code::kInvalidArgument);
}

}  // namespace
}  // namespace quorate::controller
