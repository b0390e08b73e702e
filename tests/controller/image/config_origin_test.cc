// Where values come from: ELE-8, CFG-6.
#include "controller/image/config_origin.h"

#include <catch2/catch.hpp>

namespace quorate::controller {
namespace {

TEST_CASE("the topic comes before the broker and that before cluster and file and built in",
          "[controller][config_origin][CFG-6][ELE-8]") {
  ConfigsImage configs;
  const ConfigMap statics{{"log.retention.ms", "4"}};
  const ConfigView view{configs, 3, &statics};
  const auto origin = [&] { return effective_topic_config(view, "orders", "retention.ms"); };
  const auto check = [&](const char* value, ConfigSource source) {
    CHECK(origin().value == value);
    CHECK(origin().source == source);
  };
  CHECK(effective_topic_number({configs}, "orders", "retention.ms") == 604'800'000);
  CHECK(effective_topic_config({configs}, "orders", "retention.ms").source ==
        ConfigSource::kBuiltIn);
  check("4", ConfigSource::kStatic);
  configs.set(cluster_resource(), "log.retention.ms", "5");
  check("5", ConfigSource::kClusterDefault);
  configs.set({ConfigResourceType::kBroker, "3"}, "log.retention.ms", "6");
  check("6", ConfigSource::kBroker);
  CHECK(effective_topic_number({configs, 2}, "orders", "retention.ms") == 5);
  configs.set({ConfigResourceType::kTopic, "orders"}, "retention.ms", "7");
  check("7", ConfigSource::kTopic);
  CHECK(effective_topic_number(view, "others", "retention.ms") == 6);
  CHECK(effective_broker_config(view, "log.retention.ms").value == "6");
}

TEST_CASE("all that gives a value for a key is told with the winner first",
          "[controller][config_origin][CFG-6]") {
  ConfigsImage configs;
  configs.set({ConfigResourceType::kTopic, "orders"}, "max.message.bytes", "7");
  configs.set(cluster_resource(), "message.max.bytes", "5");
  const ConfigKey& topic_key = *find_config_key(ConfigResourceType::kTopic, "max.message.bytes");
  const ConfigKey& broker_key = *find_config_key(ConfigResourceType::kBroker, "message.max.bytes");
  CHECK(topic_config_origins({configs}, "orders", topic_key) ==
        std::vector<ConfigOrigin>{{"max.message.bytes", "7", ConfigSource::kTopic},
                                  {"message.max.bytes", "5", ConfigSource::kClusterDefault},
                                  {"message.max.bytes", "1048588", ConfigSource::kBuiltIn}});
  CHECK(broker_config_origins({configs, 1}, broker_key) ==
        std::vector<ConfigOrigin>{{"message.max.bytes", "5", ConfigSource::kClusterDefault},
                                  {"message.max.bytes", "1048588", ConfigSource::kBuiltIn}});
}

TEST_CASE("what a number from a newer version cannot be read as is the built-in one",
          "[controller][config_origin]") {
  ConfigsImage configs;
  configs.set({ConfigResourceType::kTopic, "orders"}, "min.insync.replicas", "majority");
  CHECK(effective_topic_number({configs}, "orders", "min.insync.replicas") == 1);
}

TEST_CASE("a broker's resource is named by its id and nothing else",
          "[controller][config_origin][CFG-3]") {
  CHECK(broker_of(broker_resource(12)) == 12);
  for (const char* name : {"", "-1", "+1", "01", "1x", "99999999999"}) {
    INFO(name);
    CHECK_FALSE(broker_of({ConfigResourceType::kBroker, name}).has_value());
  }
  CHECK_FALSE(broker_of({ConfigResourceType::kTopic, "1"}).has_value());
}

}  // namespace
}  // namespace quorate::controller
