#include "tests/broker-stub/net/memory_broker.h"

#include <chrono>
#include <filesystem>
#include <fstream>

#include <asio/this_coro.hpp>

#include "broker-stub/kafka/record_batch_check.h"

namespace quorate::broker {

namespace {

using kafka::ApiKey;
using kafka::ErrorCode;
using kafka::RecordBatchView;

constexpr std::size_t kBatchBytesMax = std::size_t{1} << 20U;

std::size_t records_in(const kafka::FetchResponse& response) {
  std::size_t bytes = 0;
  for (const auto& topic : response.responses) {
    for (const auto& partition : topic.partitions) {
      if (partition.records) bytes += partition.records->bytes.size();
    }
  }
  return bytes;
}

bool has_error(const kafka::FetchResponse& response) {
  for (const auto& topic : response.responses) {
    for (const auto& partition : topic.partitions) {
      if (partition.error_code != ErrorCode::kNone) return true;
    }
  }
  return false;
}

}  // namespace

template <typename Message, typename Answer>
Response MemoryBroker::with(const Request& request, Answer&& answer) {
  const auto message = request.decode<Message>();
  if (!message.is_ok()) return Response::close(message.status().message());
  return Response::reply(answer(*message), request.version);
}

asio::awaitable<Response> MemoryBroker::answer(Request request) {
  capture(request);
  if (request.api->key == ApiKey::kFetch) co_return co_await fetch(request);
  co_return answer_now(request);
}

Response MemoryBroker::answer_now(const Request& request) {
  using namespace kafka;
  const std::int16_t version = request.version;
  switch (request.api->key) {
    case ApiKey::kMetadata:
      return with<MetadataRequest>(request, [&](const auto& m) { return metadata(m, version); });
    case ApiKey::kProduce: {
      const auto message = request.decode<ProduceRequest>();
      if (!message.is_ok()) return Response::close(message.status().message());
      const ProduceResponse response = produce(*message, version);
      return message->acks == 0 ? Response::silent() : Response::reply(response, version);
    }
    case ApiKey::kListOffsets:
      return with<ListOffsetsRequest>(request, [&](const auto& m) { return list_offsets(m); });
    case ApiKey::kCreateTopics:
      return with<CreateTopicsRequest>(request, [&](const auto& m) { return create(m); });
    case ApiKey::kDeleteTopics:
      return with<DeleteTopicsRequest>(request, [&](const auto& m) { return remove(m, version); });
    case ApiKey::kDescribeConfigs:
      return with<DescribeConfigsRequest>(request, [&](const auto& m) { return configs(m); });
    case ApiKey::kDescribeCluster:
      return with<DescribeClusterRequest>(request, [&](const auto&) { return cluster(); });
    case ApiKey::kOffsetForLeaderEpoch:
      return with<OffsetForLeaderEpochRequest>(request, [&](const auto& m) { return epochs(m); });
    case ApiKey::kInitProducerId:
      return with<InitProducerIdRequest>(request, [&](const auto&) {
        const MutexLock lock(mutex_);
        return InitProducerIdResponse{.producer_id = ++producer_ids_, .producer_epoch = 0};
      });
    case ApiKey::kFetch:
    case ApiKey::kAlterConfigs:
    case ApiKey::kIncrementalAlterConfigs:
    case ApiKey::kUpdateFeatures:
    case ApiKey::kAlterClientQuotas:
    case ApiKey::kDescribeClientQuotas:
    case ApiKey::kAlterUserScramCredentials:
    case ApiKey::kDescribeUserScramCredentials:
    case ApiKey::kCreateAcls:
    case ApiKey::kDeleteAcls:
    case ApiKey::kDescribeAcls:
    case ApiKey::kApiVersions:
    case ApiKey::kCreatePartitions:
    case ApiKey::kAlterPartitionReassignments:
    case ApiKey::kListPartitionReassignments:
    case ApiKey::kFindCoordinator: break;
  }
  return Response::close("not for this function");
}

asio::awaitable<Response> MemoryBroker::fetch(const Request& request) {
  using std::chrono::steady_clock;
  const auto message = request.decode<kafka::FetchRequest>();
  if (!message.is_ok()) co_return Response::close(message.status().message());
  const auto executor = co_await asio::this_coro::executor;
  const WakeUp wake_up(executor);
  const auto deadline = steady_clock::now() + std::chrono::milliseconds(message->max_wait_ms);
  while (true) {
    {
      const MutexLock lock(mutex_);
      waiting_fetches_.push_back(wake_up);
    }
    const kafka::FetchResponse response = read(*message);
    const bool is_enough = std::cmp_greater_equal(records_in(response), message->min_bytes);
    const auto left = deadline - steady_clock::now();
    if (is_enough || has_error(response) || left.count() <= 0) {
      co_return Response::reply(response, request.version);
    }
    static_cast<void>(co_await wake_up.wait_for(left));
  }
}

kafka::ProduceResponse MemoryBroker::produce(const kafka::ProduceRequest& request,
                                             std::int16_t version) {
  kafka::ProduceResponse response;
  const MutexLock lock(mutex_);
  for (const auto& asked : request.topic_data) {
    auto& answered = response.responses.emplace_back();
    answered.name = asked.name;
    Topic& topic = topic_of(answered.name);
    for (const auto& partition : asked.partition_data) {
      auto& result = answered.partition_responses.emplace_back();
      result.index = partition.index;
      const auto checked = kafka::check_produced(
          partition.records, {.version = version, .batch_bytes_max = kBatchBytesMax});
      result.error_code = checked.error;
      if (!checked.batch) continue;
      std::string bytes(checked.batch->bytes());
      result.base_offset = topic.end_offset;
      kafka::assign_offsets(bytes, topic.end_offset, 0);
      topic.end_offset += checked.batch->last_offset_delta() + 1;
      topic.batches.push_back(std::make_shared<const std::string>(std::move(bytes)));
    }
  }
  for (const WakeUp& wake_up : waiting_fetches_)
    wake_up.wake();
  waiting_fetches_.clear();
  return response;
}

kafka::FetchResponse MemoryBroker::read(const kafka::FetchRequest& request) {
  kafka::FetchResponse response;
  const MutexLock lock(mutex_);
  for (const auto& asked : request.topics) {
    auto& answered = response.responses.emplace_back();
    answered.topic = asked.topic;
    answered.topic_id = asked.topic_id;
    const std::string name = asked.topic.empty() ? name_of(asked.topic_id) : answered.topic;
    for (const auto& partition : asked.partitions) {
      answered.partitions.push_back(read_partition(name, partition.fetch_offset));
      answered.partitions.back().partition_index = partition.partition;
    }
  }
  return response;
}

kafka::FetchResponse::PartitionData MemoryBroker::read_partition(const std::string& name,
                                                                 std::int64_t offset) {
  kafka::FetchResponse::PartitionData data;
  const auto found = topics_.find(name);
  if (found == topics_.end()) {
    data.error_code = ErrorCode::kUnknownTopicOrPartition;
    return data;
  }
  const Topic& topic = found->second;
  data.high_watermark = topic.end_offset;
  data.last_stable_offset = topic.end_offset;
  data.log_start_offset = 0;
  data.records.emplace();
  if (offset < 0 || offset > topic.end_offset) data.error_code = ErrorCode::kOffsetOutOfRange;
  // One batch at a time: the one that holds the offset, whole.
  for (const auto& batch : topic.batches) {
    if (RecordBatchView::parse(*batch)->last_offset() < offset) continue;
    data.records = kafka::Slice{.bytes = *batch, .owner = batch};
    break;
  }
  return data;
}

MemoryBroker::Topic& MemoryBroker::topic_of(const std::string& name) {
  const auto [found, is_new] = topics_.try_emplace(name);
  if (is_new) found->second.id.bytes[15] = ++topic_ids_;
  return found->second;
}

std::string MemoryBroker::name_of(const kafka::Uuid& id) {
  for (const auto& [name, topic] : topics_) {
    if (topic.id == id) return name;
  }
  return {};
}

std::vector<kafka::Codec> MemoryBroker::codecs_of(const std::string& topic) {
  std::vector<kafka::Codec> codecs;
  const MutexLock lock(mutex_);
  for (const auto& batch : topics_[topic].batches) {
    codecs.push_back(RecordBatchView::parse(*batch)->codec());
  }
  return codecs;
}

void MemoryBroker::capture(const Request& request) {
  if (capture_folder_.empty()) return;
  std::string software = request.client->software_name;
  if (software.empty()) software = "kafka-python";  // the one that does not say
  const std::filesystem::path folder = std::filesystem::path(capture_folder_) / software;
  std::filesystem::create_directories(folder);
  const auto path =
      folder / (std::string(request.api->name) + "-" + std::to_string(request.version) + ".bin");
  if (std::filesystem::exists(path)) return;
  std::ofstream(path, std::ios::binary) << request.frame->bytes;
}

}  // namespace quorate::broker
