#include "broker-stub/server/fetch_requests.h"

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include <asio/this_coro.hpp>

#include "broker-stub/kafka/messages/fetch.h"
#include "broker-stub/kafka/record_batch_check.h"
#include "broker-stub/net/wake_up.h"
#include "broker-stub/replica/topic_ids.h"

namespace quorate::broker {
namespace {

using kafka::ErrorCode;
using kafka::FetchRequest;
using kafka::FetchResponse;

constexpr std::int32_t kWaitMaxMs = 60'000;
constexpr std::int64_t kResponseBytesMax = 64 << 20;
constexpr std::int16_t kByIdFrom = 13;
constexpr std::int16_t kReplicaStateFrom = 15;

// Who fetches: a follower has a broker id.
struct Fetching {
  std::int32_t replica_id = -1;
  std::optional<std::uint64_t> broker_epoch;
  std::int16_t version = 0;

  [[nodiscard]] bool is_follower() const { return replica_id >= 0; }
};

Fetching fetching_of(const FetchRequest& request, std::int16_t version) {
  if (version < kReplicaStateFrom) return {request.replica_id, std::nullopt, version};
  std::optional<std::uint64_t> epoch;
  if (request.replica_state.replica_epoch >= 0) {
    epoch = static_cast<std::uint64_t>(request.replica_state.replica_epoch);
  }
  return {request.replica_state.replica_id, epoch, version};
}

const controller::Topic* topic_of(const controller::MetadataImage& image,
                                  const FetchRequest::FetchTopic& asked,
                                  std::int16_t version) {
  if (version >= kByIdFrom) return image.topics.find(from_kafka(asked.topic_id));
  return image.topics.find(asked.topic);
}

// One attempt to answer: what is there now.
struct Attempt {
  FetchResponse response;
  std::int64_t bytes = 0;
  bool final = false;  // an error or a diverging log: waiting changes nothing
};

FetchOutcome fetch_partition(Serving& serving,
                             const Fetching& who,
                             const Located& located,
                             const FetchRequest::FetchPartition& asked,
                             std::int64_t bytes_max) {
  if (located.error != ErrorCode::kNone) return {.error = located.error};
  const FetchPosition position{.offset = asked.fetch_offset,
                               .leader_epoch = asked.current_leader_epoch,
                               .last_fetched_epoch = asked.last_fetched_epoch};
  const auto limit = static_cast<std::size_t>(std::max<std::int64_t>(bytes_max, 0));
  if (!who.is_follower()) return located.replica->fetch_as_consumer(position, limit);
  return located.replica->fetch_as_follower(
      who.replica_id, who.broker_epoch, position, limit, serving.replicas.now_ms());
}

void fill_row(FetchResponse::PartitionData& row, const Located& located, FetchOutcome outcome) {
  row.error_code = outcome.error;
  row.high_watermark = outcome.high_watermark;
  row.last_stable_offset = outcome.high_watermark;
  row.log_start_offset = outcome.log_start;
  if (outcome.diverging) {
    row.diverging_epoch = {outcome.diverging->epoch, outcome.diverging->end_offset};
  }
  if (is_leadership_error(outcome.error)) {
    const KnownLeader leader = known_leader(located);
    row.current_leader = {leader.id, leader.epoch};
  }
  const auto owner = std::make_shared<const std::string>(std::move(outcome.records));
  row.records = kafka::Slice{*owner, owner};
}

Attempt attempt(Serving& serving, const FetchRequest& request, const Fetching& who) {
  Attempt now;
  const ImagePtr image = serving.image.get();
  const std::int64_t limit = std::min<std::int64_t>(request.max_bytes, kResponseBytesMax);
  const ErrorCode unknown =
      who.version >= kByIdFrom ? ErrorCode::kUnknownTopicId : ErrorCode::kUnknownTopicOrPartition;
  for (const auto& topic : request.topics) {
    const controller::Topic* known = topic_of(*image, topic, who.version);
    now.response.responses.push_back(
        {.topic = std::string(topic.topic), .topic_id = topic.topic_id, .partitions = {}});
    for (const auto& asked : topic.partitions) {
      const Located located = locate(serving, known, unknown, asked.partition);
      const std::int64_t left = limit - now.bytes;
      FetchOutcome outcome = fetch_partition(
          serving, who, located, asked, std::min<std::int64_t>(asked.partition_max_bytes, left));
      const auto size = static_cast<std::int64_t>(outcome.records.size());
      // Only the first batch of an answer may be larger than the limit.
      if (now.bytes > 0 && size > left) outcome.records.clear();
      if (const ErrorCode codec = kafka::check_fetched(outcome.records, who.version);
          codec != ErrorCode::kNone) {
        outcome = {.error = codec, .high_watermark = outcome.high_watermark};
      }
      now.bytes += static_cast<std::int64_t>(outcome.records.size());
      now.final = now.final || outcome.error != ErrorCode::kNone || outcome.diverging;
      auto& row = now.response.responses.back().partitions.emplace_back();
      row.partition_index = asked.partition;
      fill_row(row, located, std::move(outcome));
    }
  }
  return now;
}

std::vector<controller::TopicPartition> ids_of(const Serving& serving,
                                               const FetchRequest& request,
                                               std::int16_t version) {
  std::vector<controller::TopicPartition> ids;
  for (const auto& topic : request.topics) {
    const controller::Topic* known = topic_of(*serving.image.get(), topic, version);
    if (known == nullptr) continue;
    for (const auto& asked : topic.partitions)
      ids.push_back({known->id, asked.partition});
  }
  return ids;
}

ErrorCode check_request(const Serving& serving, const FetchRequest& request) {
  if (request.session_id != 0) return ErrorCode::kFetchSessionIdNotFound;
  if (request.cluster_id && *request.cluster_id != serving.view.cluster_id) {
    return ErrorCode::kInconsistentClusterId;
  }
  return ErrorCode::kNone;
}

}  // namespace

asio::awaitable<Response> answer_fetch(Serving& serving, Request request) {
  const auto decoded = request.decode<FetchRequest>();
  if (!decoded.is_ok()) co_return Response::close(decoded.status().message());
  if (const ErrorCode error = check_request(serving, *decoded); error != ErrorCode::kNone) {
    FetchResponse refusal;
    refusal.error_code = error;
    co_return Response::reply(refusal, request.version);
  }
  const Fetching who = fetching_of(*decoded, request.version);
  const auto deadline = std::chrono::steady_clock::now() +
                        std::chrono::milliseconds(std::clamp(decoded->max_wait_ms, 0, kWaitMaxMs));
  const WakeUp wake(co_await asio::this_coro::executor);
  const auto watch = serving.replicas.waiters().watch(ids_of(serving, *decoded, request.version),
                                                      [wake] { wake.wake(); });
  while (true) {
    Attempt now = attempt(serving, *decoded, who);
    const auto left = deadline - std::chrono::steady_clock::now();
    const bool enough = now.final || now.bytes >= decoded->min_bytes || decoded->topics.empty();
    // Without room to wait the client gets what there is.
    if (enough || !watch || left <= std::chrono::nanoseconds::zero()) {
      auto& out = who.is_follower() ? serving.counters.bytes_out_followers
                                    : serving.counters.bytes_out_clients;
      out += static_cast<std::uint64_t>(now.bytes);
      co_return Response::reply(now.response, request.version);
    }
    co_await wake.wait_for(left);
  }
}

}  // namespace quorate::broker
