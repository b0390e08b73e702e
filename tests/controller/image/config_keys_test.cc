#include "controller/image/config_keys.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

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

TEST_CASE("a change names what may be set in words", "[controller][config_keys]") {
  CHECK(allowed_text(*find_config_key(kTopic, "preallocate")) == "true or false");
  CHECK(allowed_text(*find_config_key(kTopic, "segment.bytes")) ==
        "a whole number from 14 to 2147483647");
  CHECK(allowed_text(*find_config_key(kTopic, "retention.ms")) ==
        "a whole number from -1 to 2^63-1");
  CHECK(list_items("a,,b") == std::vector<std::string>{"a", "b"});
  CHECK(list_items("").empty());
}

TEST_CASE("values that are valid by themselves must fit together", "[controller][config_keys]") {
  const auto judge = [](ConfigResourceType scope, const std::string& min, const std::string& max) {
    return validate_together(scope, [&](std::string_view key) {
      return key.find("min.compaction") == key.npos ? max : min;
    });
  };
  CHECK(judge(kTopic, "5", "5").is_ok());
  CHECK(judge(kTopic, "6", "5").message() ==
        "config 'min.compaction.lag.ms', 6, must not be larger than 'max.compaction.lag.ms', 5");
  CHECK(judge(kBroker, "6", "5").message().find("log.cleaner.max.compaction.lag.ms") !=
        std::string::npos);
}

constexpr const char* kBegin = "<!-- topic configuration: begin -->\n";
constexpr const char* kEnd = "<!-- topic configuration: end -->\n";

std::string key_table() {
  std::string table =
      "| topic key | broker key | value | default | meaning |\n|---|---|---|---|---|\n";
  for (const ConfigKey& key : config_keys(kTopic)) {
    std::string allowed = allowed_text(key);
    for (std::size_t at = 0; (at = allowed.find('|', at)) != std::string::npos; at += 2)
      allowed.insert(at, "\\");
    table += "| `" + std::string(key.name) + "` | `" + std::string(key.broker_name) + "` | " +
             allowed + " | `" + std::string(key.default_value) + "` | " + std::string(key.doc) +
             " |\n";
  }
  return table;
}

// QUORATE_REWRITE=1 writes the table into the page instead.
TEST_CASE("docs/configuration.md holds the table of topic keys as it is",
          "[controller][config_keys]") {
  const std::string path = QUORATE_SOURCE_DIR "/docs/configuration.md";
  std::ifstream file(path);
  std::string page(std::istreambuf_iterator<char>(file), {});
  const auto begin = page.find(kBegin);
  const auto end = page.find(kEnd);
  REQUIRE(begin != std::string::npos);
  REQUIRE(end != std::string::npos);
  const auto from = begin + std::string(kBegin).size();
  if (std::getenv("QUORATE_REWRITE") != nullptr) {
    page.replace(from, end - from, key_table());
    std::ofstream(path) << page;
    return;
  }
  CHECK(page.substr(from, end - from) == key_table());
}

}  // namespace
}  // namespace quorate::controller
