// Serving: what requests are answered from, and where a partition that a client names is found.
//
// Owner: Broker. Thread: the broker thread.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

#include "broker-stub/kafka/error_code.h"
#include "broker-stub/replica/replicas.h"
#include "broker-stub/server/applied_image.h"
#include "broker-stub/server/broker_options.h"
#include "broker-stub/server/config_answers.h"
#include "broker-stub/server/controller_calls.h"
#include "broker-stub/server/metadata_answers.h"

namespace quorate::broker {

struct ServingCounters {
  std::uint64_t records_in = 0;
  std::uint64_t bytes_in = 0;
  std::uint64_t bytes_out_clients = 0;
  std::uint64_t bytes_out_followers = 0;
  std::uint64_t produce_refused = 0;  // partitions of Produce requests, whatever the reason
};

struct Serving {
  const BrokerOptions& options;
  ClusterView view;
  StaticConfigs statics;
  AppliedImage& image;
  Replicas& replicas;
  ControllerCalls& calls;
  std::function<std::uint64_t()> broker_epoch;
  ServingCounters counters;
};

// A partition as a request names it.
struct Located {
  kafka::ErrorCode error = kafka::ErrorCode::kNone;
  controller::TopicPartition id;
  const controller::Topic* topic = nullptr;
  Partition* replica = nullptr;  // null with an error
};

[[nodiscard]] Located locate(const Serving& serving,
                             const controller::Topic* topic,
                             kafka::ErrorCode unknown_topic,
                             std::int32_t partition);

// The same by name; kUnknownTopicOrPartition when there is none.
[[nodiscard]] Located locate(const Serving& serving,
                             const controller::MetadataImage& image,
                             std::string_view topic,
                             std::int32_t partition);

// Who leads the partition as far as this broker knows; {-1, -1} when it knows none.
struct KnownLeader {
  std::int32_t id = -1;
  std::int32_t epoch = -1;
};
[[nodiscard]] KnownLeader known_leader(const Located& located);
// Errors after which a client should be told who leads.
[[nodiscard]] bool is_leadership_error(kafka::ErrorCode error);

// The Kafka error for a call to the controller that gave no answer. kUnknownOutcome becomes
// REQUEST_TIMED_OUT, as in Kafka: it may have happened.
[[nodiscard]] kafka::ErrorCode error_of(const Status& status);

}  // namespace quorate::broker
