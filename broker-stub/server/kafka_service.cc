#include "broker-stub/server/kafka_service.h"

#include <utility>

#include "broker-stub/kafka/messages/init_producer_id.h"
#include "broker-stub/server/acl_requests.h"
#include "broker-stub/server/config_requests.h"
#include "broker-stub/server/feature_requests.h"
#include "broker-stub/server/fetch_requests.h"
#include "broker-stub/server/offset_requests.h"
#include "broker-stub/server/partition_requests.h"
#include "broker-stub/server/produce_requests.h"
#include "broker-stub/server/quota_requests.h"
#include "broker-stub/server/scram_requests.h"
#include "broker-stub/server/topic_requests.h"

namespace quorate::broker {
namespace {

using kafka::ApiKey;
using kafka::ErrorCode;

// Decodes T, lets `answer` make the response, encodes it.
template <typename T, typename Answer>
Response answer_with(const Request& request, const Answer& answer) {
  const auto decoded = request.decode<T>();
  if (!decoded.is_ok()) return Response::close(decoded.status().message());
  return Response::reply(answer(*decoded), request.version);
}

asio::awaitable<Response> at_once(Response response) {
  co_return response;
}

}  // namespace

// Clients read from metadata.version which Kafka they may expect; 25 is Kafka 3.9. Other features
// are told as they are finalized.
Features KafkaService::features_of(const controller::MetadataImage& image) {
  constexpr std::int16_t kKafka39 = 25;
  Features features;
  features.supported = {
      {.name = "eligible.leader.replicas.version", .min_version = 0, .max_version = 1},
      {.name = "metadata.version", .min_version = 1, .max_version = kKafka39}};
  features.finalized_epoch = static_cast<std::int64_t>(image.end_offset);
  for (const auto& [name, level] : image.features.levels()) {
    if (name == "metadata.version") continue;
    const auto told = static_cast<std::int16_t>(level);
    features.finalized.push_back(
        {.name = name, .max_version_level = told, .min_version_level = told});
  }
  features.finalized.push_back(
      {.name = "metadata.version", .max_version_level = kKafka39, .min_version_level = kKafka39});
  return features;
}

Features KafkaService::features() const {
  const MutexLock lock(features_mutex_);
  return features_;
}

void KafkaService::set_metadata(const controller::MetadataImage& image) {
  Features features = features_of(image);
  const MutexLock lock(features_mutex_);
  features_ = std::move(features);
}

asio::awaitable<Response> KafkaService::answer(Request request) {
  switch (request.api->key) {
    case ApiKey::kProduce: return answer_produce(serving_, std::move(request));
    case ApiKey::kFetch: return answer_fetch(serving_, std::move(request));
    case ApiKey::kMetadata: return answer_metadata_request(std::move(request));
    case ApiKey::kCreateTopics: return answer_create_topics(serving_, std::move(request));
    case ApiKey::kDeleteTopics: return answer_delete_topics(serving_, std::move(request));
    case ApiKey::kInitProducerId: return answer_init_producer_id(std::move(request));
    case ApiKey::kAlterConfigs: return answer_alter_configs(serving_, std::move(request));
    case ApiKey::kIncrementalAlterConfigs:
      return answer_incremental_alter_configs(serving_, std::move(request));
    case ApiKey::kCreatePartitions: return answer_create_partitions(serving_, std::move(request));
    case ApiKey::kAlterPartitionReassignments:
      return answer_alter_reassignments(serving_, std::move(request));
    case ApiKey::kListPartitionReassignments:
      return answer_list_reassignments(serving_, std::move(request));
    case ApiKey::kUpdateFeatures: return answer_update_features(serving_, std::move(request));
    case ApiKey::kAlterClientQuotas:
      return answer_alter_client_quotas(serving_, std::move(request));
    case ApiKey::kAlterUserScramCredentials:
      return answer_alter_scram(serving_, std::move(request));
    case ApiKey::kCreateAcls: return answer_create_acls(serving_, std::move(request));
    case ApiKey::kDeleteAcls: return answer_delete_acls(serving_, std::move(request));
    case ApiKey::kListOffsets:
    case ApiKey::kOffsetForLeaderEpoch:
    case ApiKey::kDescribeConfigs:
    case ApiKey::kDescribeCluster:
    case ApiKey::kDescribeAcls:
    case ApiKey::kDescribeClientQuotas:
    case ApiKey::kDescribeUserScramCredentials:
    case ApiKey::kApiVersions:
    case ApiKey::kFindCoordinator: break;  // the listener answers these itself
  }
  return at_once(answer_now(request));
}

Response KafkaService::answer_now(const Request& request) {
  const controller::MetadataImage& image = *serving_.image.get();
  switch (request.api->key) {
    case ApiKey::kListOffsets:
      return answer_with<kafka::ListOffsetsRequest>(request, [&](const auto& asked) {
        return answer_list_offsets(serving_, asked, request.version);
      });
    case ApiKey::kOffsetForLeaderEpoch:
      return answer_with<kafka::OffsetForLeaderEpochRequest>(request, [&](const auto& asked) {
        return answer_offset_for_leader_epoch(serving_, asked);
      });
    case ApiKey::kDescribeConfigs:
      return answer_with<kafka::DescribeConfigsRequest>(request, [&](const auto& asked) {
        return answer_describe_configs(image, serving_.options.node_id, serving_.statics, asked);
      });
    case ApiKey::kDescribeCluster:
      return answer_with<kafka::DescribeClusterRequest>(request, [&](const auto& asked) {
        return answer_describe_cluster(image, serving_.view, asked);
      });
    case ApiKey::kDescribeAcls:
      return answer_with<kafka::DescribeAclsRequest>(
          request, [&](const auto& asked) { return answer_describe_acls(image, asked); });
    case ApiKey::kDescribeUserScramCredentials:
      return answer_with<kafka::DescribeUserScramCredentialsRequest>(
          request, [&](const auto& asked) { return answer_describe_scram(image, asked); });
    case ApiKey::kDescribeClientQuotas:
      return answer_with<kafka::DescribeClientQuotasRequest>(
          request, [&](const auto& asked) { return answer_describe_client_quotas(image, asked); });
    case ApiKey::kProduce:
    case ApiKey::kFetch:
    case ApiKey::kMetadata:
    case ApiKey::kCreateTopics:
    case ApiKey::kDeleteTopics:
    case ApiKey::kInitProducerId:
    case ApiKey::kAlterConfigs:
    case ApiKey::kIncrementalAlterConfigs:
    case ApiKey::kCreatePartitions:
    case ApiKey::kAlterPartitionReassignments:
    case ApiKey::kListPartitionReassignments:
    case ApiKey::kUpdateFeatures:
    case ApiKey::kAlterClientQuotas:
    case ApiKey::kAlterUserScramCredentials:
    case ApiKey::kCreateAcls:
    case ApiKey::kDeleteAcls:
    case ApiKey::kApiVersions:
    case ApiKey::kFindCoordinator: break;  // the listener answers these itself
  }
  return Response::close("no answer is known for this API");
}

asio::awaitable<Response> KafkaService::answer_metadata_request(Request request) {
  constexpr std::int16_t kFlagFrom = 4;
  const auto decoded = request.decode<kafka::MetadataRequest>();
  if (!decoded.is_ok()) co_return Response::close(decoded.status().message());
  const bool may_create = serving_.options.auto_create_topics &&
                          (request.version < kFlagFrom || decoded->allow_auto_topic_creation);
  if (may_create) {
    auto missing = unknown_topics(*serving_.image.get(), *decoded);
    if (!missing.empty()) co_await create_missing_topics(serving_, request, std::move(missing));
  }
  co_return Response::reply(
      answer_metadata(*serving_.image.get(), serving_.view, *decoded, request.version),
      request.version);
}

asio::awaitable<Response> KafkaService::answer_init_producer_id(Request request) {
  const auto decoded = request.decode<kafka::InitProducerIdRequest>();
  if (!decoded.is_ok()) co_return Response::close(decoded.status().message());
  kafka::InitProducerIdResponse response;
  if (decoded->transactional_id) {
    response.error_code = ErrorCode::kInvalidRequest;  // there are no transactions here
    co_return Response::reply(response, request.version);
  }
  const auto id = co_await producer_ids_.next();
  if (id.is_ok()) {
    response.producer_id = *id;
    response.producer_epoch = 0;
  } else {
    // Retriable for every client: the controller is being elected, or we are registering.
    response.error_code = ErrorCode::kCoordinatorNotAvailable;
    response.producer_epoch = -1;
  }
  co_return Response::reply(response, request.version);
}

}  // namespace quorate::broker
