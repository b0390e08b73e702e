// Partitions move between real brokers while a producer writes.
#include <algorithm>
#include <chrono>
#include <filesystem>
#include <future>
#include <string>
#include <thread>
#include <vector>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <signal.h>

#include "broker-stub/kafka/messages/alter_partition_reassignments.h"
#include "broker-stub/kafka/messages/create_partitions.h"
#include "broker-stub/kafka/messages/list_partition_reassignments.h"
#include "tests/broker-stub/net/raw_client.h"
#include "tests/process/live_cluster.h"

namespace quorate::testing {
namespace {

using nlohmann::json;
using std::chrono::steady_clock;

template <typename Condition>
bool eventually(const Condition& condition) {
  const auto deadline = steady_clock::now() + std::chrono::seconds(30);
  while (!condition() && steady_clock::now() < deadline)
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  return condition();
}

// Four brokers and the topic "moved" with one partition on three of them.
class MovingCluster {
 public:
  MovingCluster() {
    REQUIRE(cli("topic create moved --partitions 1 --replication-factor 3").status == 0);
    for (const json& broker : items("broker list"))
      brokers.push_back(broker["id"].get<int>());
    REQUIRE(brokers.size() == 4);
  }

  const LiveCluster cluster{4};
  std::vector<int> brokers;

  [[nodiscard]] Ran cli(const std::string& arguments) const { return cluster.cli(arguments); }
  [[nodiscard]] json items(const std::string& arguments) const {
    const Ran ran = cli(arguments + " -o json");
    INFO(arguments << "\n" << ran.errors);
    REQUIRE(ran.status == 0);
    return json::parse(ran.output)["items"];
  }
  [[nodiscard]] json partition(int number) const {
    return items("topic describe moved").at(static_cast<std::size_t>(number));
  }
  // Those at these places of the list of brokers.
  [[nodiscard]] std::vector<int> at(const std::vector<std::size_t>& places) const {
    std::vector<int> ids;
    for (const std::size_t place : places)
      ids.push_back(brokers.at(place));
    return ids;
  }
  void begin(const std::vector<int>& target) const {
    std::string list;
    for (const int id : target)
      list += (list.empty() ? "" : ",") + std::to_string(id);
    const Ran ran = cli("partition reassign --topic moved --partition 0 --replicas " + list);
    INFO(ran.errors);
    REQUIRE(ran.status == 0);
  }
  void wait_until_moved(const std::vector<int>& target) const {
    CHECK(eventually([this] { return items("partition moves").empty(); }));
    CHECK(partition(0)["replicas"] == target);
  }
  [[nodiscard]] bool has_data(int broker, const std::string& log) const {
    return std::filesystem::exists(cluster.dir() + "/broker-" + std::to_string(broker) + "/data/" +
                                   log);
  }
  [[nodiscard]] std::string kcat(const std::string& arguments) const {
    return "kcat -q -b " + cluster.bootstrap() + " " + arguments;
  }
};

TEST_CASE("a partition moves while a producer writes and nothing is lost or repeated",
          "[process][broker][RAS-1][RAS-2][RAS-3][ISR-13][B1][B12]") {
  const MovingCluster moving;
  auto producer = std::async(std::launch::async, [&moving] {
    return run_shell(
        "( for i in $(seq 1 4000); do echo $i; [ $((i % 20)) = 0 ] && sleep 0.05; "
        "done ) | " +
            moving.kcat("-P -t moved -X acks=all -X enable.idempotence=true "
                        "-X linger.ms=2"),
        90);
  });
  const std::vector<std::vector<std::size_t>> stations{{3, 1}, {0, 2, 3}, {2, 1, 0}, {3}};
  std::size_t moves = 0;
  for (; moves < stations.size(); ++moves) {
    const std::vector<int> target = moving.at(stations[moves]);
    moving.begin(target);
    moving.wait_until_moved(target);
  }
  const Ran produced = producer.get();
  INFO(produced.errors);
  REQUIRE(produced.status == 0);
  const std::string kept = run_shell(moving.kcat("-C -t moved -o beginning -e"), 60).output;
  CHECK(kept == run_shell("seq 1 4000").output);
  CHECK(moving.partition(0)["leader"] == moving.brokers[3]);
  CHECK(moving.has_data(moving.brokers[3], "moved-0"));
  for (const std::size_t gone : {0U, 1U, 2U})
    CHECK(eventually([&] { return !moving.has_data(moving.brokers[gone], "moved-0"); }));
  CHECK(moving.cluster.is_whole());
}

// One request to a broker that holds the partition, as a Kafka client would send it.
template <typename Answer, typename Question>
Answer ask(const MovingCluster& moving, const Question& question, std::int16_t version) {
  const int id = moving.partition(0)["isr"].at(0).get<int>();
  const broker::RawClient client(
      moving.cluster.process("broker-" + std::to_string(id)).service_port);
  client.send(broker::request_of(question, version, 7));
  const auto answer = client.receive();
  REQUIRE(answer.has_value());
  return broker::response_body<Answer>(*answer, version);
}

TEST_CASE("Kafka clients move partitions take it back and make more of them",
          "[process][broker][RAS-6][RAS-7][RAS-8][RAS-9][TOP-9]") {
  const MovingCluster moving;
  const std::vector<int> original = moving.partition(0)["replicas"];
  // Fetching stops at a broker that is stopped: the move stays under way.
  const auto outside = std::ranges::find_if(
      moving.brokers, [&](int id) { return std::ranges::count(original, id) == 0; });
  REQUIRE(outside != moving.brokers.end());
  const pid_t pid = moving.cluster.process("broker-" + std::to_string(*outside)).pid;
  REQUIRE(::kill(pid, SIGSTOP) == 0);

  kafka::AlterPartitionReassignmentsRequest move;
  move.topics.push_back({.name = "moved", .partitions = {{0, {{*outside}}}, {9, {{*outside}}}}});
  const auto begun = ask<kafka::AlterPartitionReassignmentsResponse>(moving, move, 1);
  CHECK(begun.error_code == kafka::ErrorCode::kNone);
  REQUIRE(begun.responses.at(0).partitions.size() == 2);
  CHECK(begun.responses[0].partitions[0].error_code == kafka::ErrorCode::kNone);
  CHECK(begun.responses[0].partitions[1].error_code == kafka::ErrorCode::kUnknownTopicOrPartition);

  const auto listed = ask<kafka::ListPartitionReassignmentsResponse>(
      moving, kafka::ListPartitionReassignmentsRequest{}, 0);
  REQUIRE(listed.topics.size() == 1);
  CHECK(listed.topics[0].partitions.at(0).adding_replicas == std::vector<std::int32_t>{*outside});
  CHECK(listed.topics[0].partitions.at(0).removing_replicas.size() == 3);

  move.topics[0].partitions = {{0, std::nullopt}};
  const auto cancelled = ask<kafka::AlterPartitionReassignmentsResponse>(moving, move, 0);
  CHECK(cancelled.responses.at(0).partitions.at(0).error_code == kafka::ErrorCode::kNone);
  CHECK(moving.partition(0)["replicas"] == original);
  const auto again = ask<kafka::AlterPartitionReassignmentsResponse>(moving, move, 0);
  CHECK(again.responses.at(0).partitions.at(0).error_code ==
        kafka::ErrorCode::kNoReassignmentInProgress);
  REQUIRE(::kill(pid, SIGCONT) == 0);

  kafka::CreatePartitionsRequest more;
  more.topics.push_back({.name = "moved", .total_count = 3, .assignments = std::nullopt});
  more.timeout_ms = 10'000;
  const auto made = ask<kafka::CreatePartitionsResponse>(moving, more, 3);
  CHECK(made.results.at(0).error_code == kafka::ErrorCode::kNone);
  CHECK(moving.items("topic describe moved").size() == 3);
  const auto refused = ask<kafka::CreatePartitionsResponse>(moving, more, 1);
  CHECK(refused.results.at(0).error_code == kafka::ErrorCode::kInvalidPartitions);
}

}  // namespace
}  // namespace quorate::testing
