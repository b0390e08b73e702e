// A broker in memory, alone in its cluster: lets unmodified clients judge codecs and listener.
//
// It keeps batches as they come, checks them with the rules for produced batches, and answers long
// polls. No replication, no disk, no deduplication: the real broker is tested elsewhere.
// With a capture folder it writes each kind of request of each client there once, as it came in
// (without its length), so that tests/broker-stub/kafka/captured can be renewed:
//   QUORATE_CAPTURE_DIR=/tmp/captured build/dev/tests/bin/test-broker-clients
//
// Owner: one test. Thread: answer() any (locks inside).
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "broker-stub/kafka/messages/create_topics.h"
#include "broker-stub/kafka/messages/delete_topics.h"
#include "broker-stub/kafka/messages/describe_cluster.h"
#include "broker-stub/kafka/messages/describe_configs.h"
#include "broker-stub/kafka/messages/fetch.h"
#include "broker-stub/kafka/messages/init_producer_id.h"
#include "broker-stub/kafka/messages/list_offsets.h"
#include "broker-stub/kafka/messages/metadata.h"
#include "broker-stub/kafka/messages/offset_for_leader_epoch.h"
#include "broker-stub/kafka/messages/produce.h"
#include "broker-stub/kafka/record_batch.h"
#include "broker-stub/net/request_service.h"
#include "broker-stub/net/wake_up.h"
#include "raft/base/mutex.h"

namespace quorate::broker {

class MemoryBroker : public RequestService {
 public:
  static constexpr std::int32_t kBrokerId = 1;

  explicit MemoryBroker(std::string capture_folder) : capture_folder_(std::move(capture_folder)) {}

  // Where clients are sent; known once the listener has its port.
  void advertise(std::uint16_t port) { port_ = port; }

  asio::awaitable<Response> answer(Request request) override;
  [[nodiscard]] Features features() const override { return {}; }

  // The codecs of the batches that a topic holds, in order.
  [[nodiscard]] std::vector<kafka::Codec> codecs_of(const std::string& topic);

 private:
  struct Topic {
    kafka::Uuid id;
    std::vector<std::shared_ptr<const std::string>> batches;  // of partition 0, the only one
    std::int64_t end_offset = 0;
  };

  template <typename Message, typename Answer>
  Response with(const Request& request, Answer&& answer);
  Response answer_now(const Request& request);
  asio::awaitable<Response> fetch(const Request& request);
  void capture(const Request& request);

  kafka::MetadataResponse metadata(const kafka::MetadataRequest& request, std::int16_t version);
  kafka::ProduceResponse produce(const kafka::ProduceRequest& request, std::int16_t version);
  kafka::FetchResponse read(const kafka::FetchRequest& request);
  kafka::ListOffsetsResponse list_offsets(const kafka::ListOffsetsRequest& request);
  kafka::CreateTopicsResponse create(const kafka::CreateTopicsRequest& request);
  kafka::DeleteTopicsResponse remove(const kafka::DeleteTopicsRequest& request,
                                     std::int16_t version);
  kafka::DescribeConfigsResponse configs(const kafka::DescribeConfigsRequest& request);
  kafka::DescribeClusterResponse cluster() const;
  kafka::OffsetForLeaderEpochResponse epochs(const kafka::OffsetForLeaderEpochRequest& request);

  Topic& topic_of(const std::string& name) QUORATE_REQUIRES(mutex_);
  std::string name_of(const kafka::Uuid& id) QUORATE_REQUIRES(mutex_);
  kafka::TimestampedOffset find(const Topic& topic, std::int64_t timestamp) const;
  kafka::FetchResponse::PartitionData read_partition(const std::string& name, std::int64_t offset)
      QUORATE_REQUIRES(mutex_);

  const std::string capture_folder_;
  std::uint16_t port_ = 0;
  Mutex mutex_;
  std::map<std::string, Topic> topics_ QUORATE_GUARDED_BY(mutex_);
  std::vector<WakeUp> waiting_fetches_ QUORATE_GUARDED_BY(mutex_);
  std::int64_t producer_ids_ QUORATE_GUARDED_BY(mutex_) = 0;
  std::uint8_t topic_ids_ QUORATE_GUARDED_BY(mutex_) = 0;
};

}  // namespace quorate::broker
