// How configuration changes: CFG-1..CFG-5.
#include "controller/control/config_control.h"

#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "tests/controller/control/cluster.h"

namespace quorate::controller {
namespace {

using namespace testing;

constexpr std::int32_t kTopic = 2;
constexpr std::int32_t kBroker = 4;

struct ConfigControlFixture {
  ConfigControlFixture() {
    cluster.start_brokers(3);
    REQUIRE(cluster.create("orders", 1, 3).error == v1::NONE);
  }

  AlterResourceAnswer alter(std::int32_t type,
                            const std::string& name,
                            std::vector<ConfigChange> changes,
                            AlterConfigs::Style style = AlterConfigs::Style::kIncremental) {
    const AlterConfigs command{style, {{{type, name}, std::move(changes)}}};
    return cluster.decide(command).answer.resources.at(0);
  }
  v1::ErrorCode alter_orders(ConfigChange change) {
    return alter(kTopic, "orders", {std::move(change)}).error;
  }
  const ConfigMap& of(ConfigResourceType type, const std::string& name) {
    return cluster.control.pending().configs.of({type, name});
  }
  std::string value(const std::string& key) {
    const ConfigMap& own = of(ConfigResourceType::kTopic, "orders");
    return own.contains(key) ? own.at(key) : "-";
  }

  Cluster cluster;
};

TEST_CASE("a key of a topic is set and deleted and lists are added to and taken from",
          "[control][config][CFG-1]") {
  ConfigControlFixture f;
  CHECK(f.alter_orders({"retention.ms", ConfigOp::kSet, "5"}) == v1::NONE);
  CHECK(f.value("retention.ms") == "5");
  CHECK(f.alter_orders({"retention.ms", ConfigOp::kDelete, {}}) == v1::NONE);
  CHECK(f.value("retention.ms") == "-");
  // To what holds without a value of its own, the cluster's default or the built-in one.
  CHECK(f.alter_orders({"cleanup.policy", ConfigOp::kAppend, "compact"}) == v1::NONE);
  CHECK(f.value("cleanup.policy") == "delete,compact");
  CHECK(f.alter_orders({"cleanup.policy", ConfigOp::kSubtract, "delete"}) == v1::NONE);
  CHECK(f.value("cleanup.policy") == "compact");
  CHECK(f.alter_orders({"cleanup.policy", ConfigOp::kAppend, "compact,delete"}) == v1::NONE);
  CHECK(f.value("cleanup.policy") == "compact,delete");
}

TEST_CASE("what is no operation on a key is refused and changes nothing",
          "[control][config][CFG-1][CFG-5]") {
  ConfigControlFixture f;
  CHECK(f.alter_orders({"retention.ms", ConfigOp::kAppend, "5"}) == v1::INVALID_CONFIG);
  CHECK(f.alter_orders({"retention.ms", ConfigOp::kSubtract, "5"}) == v1::INVALID_CONFIG);
  CHECK(f.alter_orders({"retention.ms", ConfigOp::kSet, {}}) == v1::INVALID_CONFIG);
  CHECK(f.alter_orders({"cleanup.policy", ConfigOp::kAppend, {}}) == v1::INVALID_CONFIG);
  CHECK(f.alter_orders({"cleanup.policy", ConfigOp::kSubtract, "delete"}) == v1::INVALID_CONFIG);
  CHECK(f.alter_orders({"cleanup.policy", ConfigOp::kAppend, "shred"}) == v1::INVALID_CONFIG);
  CHECK(f.alter_orders({"retention.ms", ConfigOp{9}, "5"}) == v1::INVALID_REQUEST);
  CHECK(f.alter_orders({"retention.ms", ConfigOp::kSet, "-2"}) == v1::INVALID_CONFIG);
  const auto twice =
      f.alter(kTopic,
              "orders",
              {{"retention.ms", ConfigOp::kSet, "5"}, {"retention.ms", ConfigOp::kDelete, {}}});
  CHECK(twice.error == v1::INVALID_REQUEST);
  CHECK(f.of(ConfigResourceType::kTopic, "orders").empty());
  CHECK(f.cluster.last_records.empty());
}

TEST_CASE("an unknown key is refused with the nearest one whatever is done with it",
          "[control][config][CFG-5]") {
  ConfigControlFixture f;
  for (const ConfigOp op : {ConfigOp::kSet, ConfigOp::kDelete, ConfigOp::kAppend}) {
    const auto answer = f.alter(kTopic, "orders", {{"retention.sm", op, "1"}});
    CHECK(answer.error == v1::INVALID_CONFIG);
    CHECK(answer.error_message ==
          "unknown config 'retention.sm'; the nearest one is 'retention.ms'");
  }
  // A key of topics is none of brokers.
  CHECK(f.alter(kBroker, "", {{"retention.ms", ConfigOp::kSet, "1"}}).error == v1::INVALID_CONFIG);
}

TEST_CASE("a value that stays makes no record except of brokers which read it anew",
          "[control][config][CFG-2]") {
  ConfigControlFixture f;
  f.alter_orders({"retention.ms", ConfigOp::kSet, "5"});
  CHECK(f.cluster.last_records.size() == 1);
  CHECK(f.alter_orders({"retention.ms", ConfigOp::kSet, "5"}) == v1::NONE);
  CHECK(f.cluster.last_records.empty());
  CHECK(f.alter_orders({"segment.ms", ConfigOp::kDelete, {}}) == v1::NONE);
  CHECK(f.cluster.last_records.empty());
  for (const char* name : {"", "1"}) {
    for (int i = 0; i < 2; ++i) {
      CHECK(f.alter(kBroker, name, {{"log.retention.ms", ConfigOp::kSet, "5"}}).error == v1::NONE);
      REQUIRE(f.cluster.last_records.size() == 1);
      CHECK(f.cluster.last_records[0].config().resource_name() == name);
      CHECK(f.cluster.last_records[0].config().value() == "5");
    }
  }
}

TEST_CASE("a resource that is not there or named twice is refused and the others are changed",
          "[control][config][CFG-3]") {
  ConfigControlFixture f;
  const std::vector<ConfigChange> topic_change{{"retention.ms", ConfigOp::kSet, "5"}};
  const std::vector<ConfigChange> broker_change{{"log.retention.ms", ConfigOp::kSet, "5"}};
  AlterConfigs command;
  command.resources = {{{kTopic, "nothing"}, topic_change},
                       {{kBroker, "9"}, broker_change},
                       {{kBroker, "01"}, broker_change},
                       {{8, "1"}, broker_change},
                       {{kBroker, "2"}, broker_change},
                       {{kBroker, "2"}, broker_change},
                       {{kTopic, "orders"}, topic_change}};
  const auto answers = f.cluster.decide(command).answer.resources;
  const std::vector<v1::ErrorCode> expected{v1::UNKNOWN_TOPIC_OR_PARTITION,
                                            v1::BROKER_ID_NOT_REGISTERED,
                                            v1::INVALID_REQUEST,
                                            v1::UNSUPPORTED_VERSION,
                                            v1::INVALID_REQUEST,
                                            v1::INVALID_REQUEST,
                                            v1::NONE};
  REQUIRE(answers.size() == expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    INFO(i);
    CHECK(answers[i].error == expected[i]);
    CHECK(answers[i].error_message.empty() == (expected[i] == v1::NONE));
  }
  CHECK(f.cluster.last_records.size() == 1);
  CHECK(f.value("retention.ms") == "5");
}

TEST_CASE("a replacing change deletes what it does not name", "[control][config][CFG-4]") {
  ConfigControlFixture f;
  f.alter(kTopic,
          "orders",
          {{"retention.ms", ConfigOp::kSet, "5"}, {"segment.ms", ConfigOp::kSet, "7"}});
  const auto replace = [&](std::vector<ConfigChange> changes) {
    return f.alter(kTopic, "orders", std::move(changes), AlterConfigs::Style::kReplace).error;
  };
  CHECK(replace({{"segment.ms", ConfigOp::kSet, "7"}, {"flush.ms", ConfigOp::kSet, "9"}}) ==
        v1::NONE);
  CHECK(f.of(ConfigResourceType::kTopic, "orders") ==
        ConfigMap{{"flush.ms", "9"}, {"segment.ms", "7"}});
  CHECK(f.cluster.last_records.size() == 2);
  CHECK(replace({}) == v1::NONE);
  CHECK(f.of(ConfigResourceType::kTopic, "orders").empty());
}

TEST_CASE("what is judged is the whole that would result", "[control][config][CFG-5]") {
  ConfigControlFixture f;
  CHECK(f.alter_orders({"max.compaction.lag.ms", ConfigOp::kSet, "10"}) == v1::NONE);
  CHECK(f.alter_orders({"min.compaction.lag.ms", ConfigOp::kSet, "11"}) == v1::INVALID_CONFIG);
  CHECK(f.alter(kTopic,
                "orders",
                {{"min.compaction.lag.ms", ConfigOp::kSet, "11"},
                 {"max.compaction.lag.ms", ConfigOp::kDelete, {}}})
            .error == v1::NONE);
  NewTopic topic = f.cluster.new_topic("other", 1, 1);
  topic.configs = {{"min.compaction.lag.ms", "2"}, {"max.compaction.lag.ms", "1"}};
  CHECK(f.cluster.decide(CreateTopics{{topic}}).answer.topics[0].error == v1::INVALID_CONFIG);
}

TEST_CASE("a change that is only validated changes nothing and an id gets its first answer",
          "[control][config][TOP-6]") {
  ConfigControlFixture f;
  f.cluster.ctx.mode = Mode::kValidateOnly;
  CHECK(f.alter_orders({"retention.ms", ConfigOp::kSet, "5"}) == v1::NONE);
  CHECK(f.alter_orders({"retention.ms", ConfigOp::kSet, "x"}) == v1::INVALID_CONFIG);
  CHECK(f.value("retention.ms") == "-");
  f.cluster.ctx.mode = Mode::kCommit;
  f.cluster.ctx.request_id = "one";
  const AlterConfigs command{{}, {{{kTopic, "orders"}, {{"retention.ms", ConfigOp::kSet, "5"}}}}};
  CHECK_FALSE(f.cluster.decide(command).first_answer.has_value());
  CHECK(f.cluster.decide(command).first_answer == "1");
  CHECK(f.cluster.last_records.empty());
}

TEST_CASE("a request writes no more records than it may", "[control][config][TOP-7]") {
  ControlOptions options;
  options.request_records_max = 2;
  Cluster cluster(options);
  cluster.start_brokers(1);
  const std::vector<ConfigChange> two{{"log.retention.ms", ConfigOp::kSet, "5"},
                                      {"log.roll.ms", ConfigOp::kSet, "5"}};
  AlterConfigs command;
  command.resources = {{{kBroker, ""}, {two[0]}}, {{kBroker, "0"}, two}};
  const auto answers = cluster.decide(command).answer.resources;
  CHECK(answers[0].error == v1::NONE);
  CHECK(answers[1].error == v1::POLICY_VIOLATION);
  CHECK(cluster.last_records.size() == 1);
}

}  // namespace
}  // namespace quorate::controller
