// The controller mutation quota against a live cluster: a Kafka client of each generation, and the
// command line.
#include <string>

#include <catch2/catch.hpp>

#include "broker-stub/kafka/error_code.h"
#include "broker-stub/kafka/messages/create_partitions.h"
#include "broker-stub/kafka/messages/create_topics.h"
#include "broker-stub/kafka/messages/delete_topics.h"
#include "tests/broker-stub/net/raw_client.h"
#include "tests/process/cli_answers.h"
#include "tests/process/live_cluster.h"

namespace quorate::testing {
namespace {

using kafka::ErrorCode;

constexpr std::int32_t kRawTimeoutMs = 10'000;

// As a client of that version, whose id is "raw".
template <typename Answer, typename Question>
Answer ask_raw(const LiveCluster& cluster, const Question& question, std::int16_t version) {
  const broker::RawClient client(cluster.process("broker-1").service_port);
  client.send(broker::request_of(question, version, 7));
  const auto answer = client.receive();
  REQUIRE(answer.has_value());
  return broker::response_body<Answer>(*answer, version);
}

kafka::CreateTopicsResponse create_raw(const LiveCluster& cluster,
                                       const std::string& name,
                                       std::int32_t partitions,
                                       std::int16_t version) {
  kafka::CreateTopicsRequest request;
  request.topics.push_back({.name = name, .num_partitions = partitions, .replication_factor = 1});
  request.timeout_ms = kRawTimeoutMs;
  auto response = ask_raw<kafka::CreateTopicsResponse>(cluster, request, version);
  REQUIRE(response.topics.size() == 1);
  return response;
}

// A thousand seconds pay for one partition: no test is slow enough to notice.
constexpr const char* kQuota = "quota alter --client-id-default controller_mutation_rate=0.001";

void check_quota_of_clients(const LiveCluster& cluster) {
  const auto first = create_raw(cluster, "first", 3, 7);
  CHECK(first.topics[0].error_code == ErrorCode::kNone);
  CHECK(first.throttle_time_ms == 0);
  const auto refused = create_raw(cluster, "second", 1, 7);
  CHECK(refused.topics[0].error_code == ErrorCode::kThrottlingQuotaExceeded);
  CHECK(refused.throttle_time_ms > 2'000'000);
  CHECK(refused.throttle_time_ms <= 3'000'000);
  kafka::CreatePartitionsRequest more;
  more.topics.push_back({.name = "first", .total_count = 4, .assignments = std::nullopt});
  more.timeout_ms = kRawTimeoutMs;
  const auto kept = ask_raw<kafka::CreatePartitionsResponse>(cluster, more, 3);
  CHECK(kept.results.at(0).error_code == ErrorCode::kThrottlingQuotaExceeded);
  CHECK(kept.throttle_time_ms > 2'000'000);
  kafka::DeleteTopicsRequest remove;
  remove.topic_names = {"first"};
  remove.timeout_ms = kRawTimeoutMs;
  const auto there = ask_raw<kafka::DeleteTopicsResponse>(cluster, remove, 5);
  CHECK(there.responses.at(0).error_code == ErrorCode::kThrottlingQuotaExceeded);
  CHECK(there.throttle_time_ms > 2'000'000);
  // Clients before KIP-599 do not know that error.
  const auto old = create_raw(cluster, "third", 2, 5);
  CHECK(old.topics[0].error_code == ErrorCode::kNone);
  CHECK(old.throttle_time_ms > 4'000'000);
  const auto gone = ask_raw<kafka::DeleteTopicsResponse>(cluster, remove, 4);
  CHECK(gone.responses.at(0).error_code == ErrorCode::kNone);
  CHECK(gone.throttle_time_ms > 7'000'000);
}

TEST_CASE("a client that used up its mutation quota is refused or told to wait by its version",
          "[process][cli][broker][QUO-2][QUO-3][TOP-8]") {
  const LiveCluster cluster(1);
  listing(cluster, kQuota, "QuotasAltered");
  check_quota_of_clients(cluster);
  // The command line is a client of another name, unless it says otherwise.
  listing(cluster, "topic create own --partitions 2 --replication-factor 1", "TopicCreated");
  check_refused(cluster,
                {"topic create more --replication-factor 1",
                 1,
                 "error[E_THROTTLING_QUOTA_EXCEEDED]: topic 'more': controller_mutation_rate of "
                 "client-id 'quorate' is used up",
                 "quorate quota describe"});
  check_refused(cluster,
                {"--as-client-id raw topic create more --replication-factor 1",
                 1,
                 "error[E_THROTTLING_QUOTA_EXCEEDED]: ",
                 "quorate quota describe"});
  listing(cluster,
          "--as-client-id other topic create more --partitions 1 --replication-factor 1",
          "TopicCreated");
  listing(cluster,
          "quota alter --client-id-default --delete controller_mutation_rate",
          "QuotasAltered");
  CHECK(create_raw(cluster, "last", 1, 7).topics[0].error_code == ErrorCode::kNone);
}

}  // namespace
}  // namespace quorate::testing
