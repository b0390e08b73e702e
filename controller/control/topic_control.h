// How topics come, grow and go.
//
// Records of a new topic: Topic, its Configs, its Partitions in order (TOP-1); of a deleted one:
// RemoveTopic; of more partitions: each Partition in order (TOP-9). A request is one batch; a topic
// that is refused does not stop the others.
//
// Errors per topic: INVALID_TOPIC_EXCEPTION, TOPIC_ALREADY_EXISTS, INVALID_PARTITIONS,
// INVALID_REPLICATION_FACTOR, INVALID_REPLICA_ASSIGNMENT, INVALID_CONFIG, INVALID_REQUEST,
// POLICY_VIOLATION (more records than one request may write); on deletion UNKNOWN_TOPIC_ID,
// UNKNOWN_TOPIC_OR_PARTITION, TOPIC_DELETION_DISABLED, INVALID_REQUEST. On each of the three
// THROTTLING_QUOTA_EXCEEDED, for what could be done but for the client's quota.
//
// Rules: TOP-1..TOP-10. Thread: the command thread.
// Source: Kafka's ReplicationControlManager restated.
#pragma once

#include <cstdint>

#include "controller/control/commands.h"
#include "controller/control/draft.h"
#include "controller/control/mutation_quota.h"
#include "controller/control/options.h"

namespace quorate::controller {

// What is judged by and counted on, beside the image.
struct TopicRequest {
  const ControlOptions& options;
  MutationCharge& charge;
  std::uint64_t seed = 0;  // for ties in placement
};

[[nodiscard]] CreateTopicsAnswer create_topics(Draft& draft,
                                               const CreateTopics& command,
                                               const TopicRequest& request);

// Errors per topic: UNKNOWN_TOPIC_OR_PARTITION, INVALID_PARTITIONS (not more than there are),
// INVALID_REPLICA_ASSIGNMENT, INVALID_REPLICATION_FACTOR, INVALID_REQUEST, POLICY_VIOLATION. New
// partitions get as many replicas as partition 0 has, or shall have once it is moved.
[[nodiscard]] CreatePartitionsAnswer create_partitions(Draft& draft,
                                                       const CreatePartitions& command,
                                                       const TopicRequest& request);

[[nodiscard]] DeleteTopicsAnswer delete_topics(Draft& draft,
                                               const DeleteTopics& command,
                                               const TopicRequest& request);

}  // namespace quorate::controller
