#include "controller/image/config_keys.h"

#include <algorithm>
#include <string>

#include <catch2/catch.hpp>

namespace quorate::controller {
namespace {

constexpr ConfigResourceType kTopic = ConfigResourceType::kTopic;
constexpr ConfigResourceType kBroker = ConfigResourceType::kBroker;

TEST_CASE("config keys are sorted and documented and their defaults are valid",
          "[controller][config_keys]") {
  for (const ConfigResourceType scope : {kTopic, kBroker}) {
    const auto keys = config_keys(scope);
    CHECK(std::is_sorted(
        keys.begin(), keys.end(), [](const auto& a, const auto& b) { return a.name < b.name; }));
    for (const ConfigKey& key : keys) {
      INFO(key.name);
      CHECK(find_config_key(scope, key.name) == &key);
      CHECK(validate_config(scope, key.name, key.default_value).is_ok());
      CHECK_FALSE(key.doc.empty());
      if (scope == kTopic) CHECK(find_config_key(kBroker, key.broker_name) != nullptr);
    }
  }
}

TEST_CASE("an unknown key is refused with the nearest one", "[controller][config_keys]") {
  const Status status = validate_config(kTopic, "retention.sm", "1");
  CHECK(status.code() == Code::kNotFound);
  CHECK(status.message() == "unknown config 'retention.sm'; the nearest one is 'retention.ms'");
  CHECK(validate_config(kTopic, "", "1").code() == Code::kNotFound);
  CHECK(validate_config(kTopic, std::string(100'000, 'x'), "1").message().size() < 300);
}

TEST_CASE("a bad value is refused with key and reason", "[controller][config_keys][C22]") {
  const auto check_refused = [](std::string_view key, std::string_view value) {
    const Status status = validate_config(kTopic, key, value);
    INFO(key << " = " << value);
    CHECK(status.code() == Code::kInvalidArgument);
    CHECK(status.message().find(key) != std::string::npos);
    CHECK(status.message().find("must be") != std::string::npos);
  };
  check_refused("min.insync.replicas", "0");
  check_refused("min.insync.replicas", "two");
  check_refused("min.insync.replicas", "1 ");
  check_refused("min.insync.replicas", "");
  check_refused("min.insync.replicas", "99999999999999999999");
  check_refused("retention.ms", "-2");
  check_refused("segment.bytes", "13");
  check_refused("preallocate", "yes");
  check_refused("compression.type", "rar");
  check_refused("cleanup.policy", "delete,shred");
  check_refused("min.cleanable.dirty.ratio", "1.5");
  check_refused("min.cleanable.dirty.ratio", "nan");
  CHECK(validate_config(kTopic, "cleanup.policy", "compact,delete").is_ok());
  CHECK(validate_config(kTopic, "retention.ms", "9223372036854775807").is_ok());
}

TEST_CASE("a topic's value comes before the cluster's and that before the built-in one",
          "[controller][config_keys]") {
  ConfigsImage configs;
  CHECK(effective_topic_number(configs, "orders", "retention.ms") == 604'800'000);
  configs.set({kBroker, ""}, "log.retention.ms", "5");
  CHECK(effective_topic_config(configs, "orders", "retention.ms").source ==
        ConfigSource::kClusterDefault);
  CHECK(effective_topic_number(configs, "orders", "retention.ms") == 5);
  configs.set({kTopic, "orders"}, "retention.ms", "7");
  CHECK(effective_topic_number(configs, "orders", "retention.ms") == 7);
  CHECK(effective_topic_number(configs, "others", "retention.ms") == 5);
  configs.unset({kTopic, "orders"}, "retention.ms");
  CHECK(configs.resources().size() == 1);
}

}  // namespace
}  // namespace quorate::controller
