// How topics come, grow and go.
//
// Records of a new topic: Topic, its Configs, its Partitions in order (TOP-1); of a deleted one:
// RemoveTopic; of more partitions: each Partition in order (TOP-9). A request is one batch; a topic
// that is refused does not stop the others.
//
// Errors per topic: INVALID_TOPIC_EXCEPTION, TOPIC_ALREADY_EXISTS, INVALID_PARTITIONS,
// INVALID_REPLICATION_FACTOR, INVALID_REPLICA_ASSIGNMENT, INVALID_CONFIG, INVALID_REQUEST,
// POLICY_VIOLATION (more records than one request may write); on deletion UNKNOWN_TOPIC_ID,
// UNKNOWN_TOPIC_OR_PARTITION, TOPIC_DELETION_DISABLED, INVALID_REQUEST.
//
// Rules: TOP-1..TOP-7, TOP-9, TOP-10. Thread: the command thread.
// Source: Kafka's ReplicationControlManager restated.
#pragma once

#include <cstdint>

#include "controller/control/commands.h"
#include "controller/control/draft.h"
#include "controller/control/options.h"

namespace quorate::controller {

[[nodiscard]] CreateTopicsAnswer create_topics(Draft& draft,
                                               const CreateTopics& command,
                                               const ControlOptions& options,
                                               std::uint64_t seed);

// Errors per topic: UNKNOWN_TOPIC_OR_PARTITION, INVALID_PARTITIONS (not more than there are),
// INVALID_REPLICA_ASSIGNMENT, INVALID_REPLICATION_FACTOR, INVALID_REQUEST, POLICY_VIOLATION. New
// partitions get as many replicas as partition 0 has, or shall have once it is moved.
[[nodiscard]] CreatePartitionsAnswer create_partitions(Draft& draft,
                                                       const CreatePartitions& command,
                                                       const ControlOptions& options,
                                                       std::uint64_t seed);

[[nodiscard]] DeleteTopicsAnswer delete_topics(Draft& draft,
                                               const DeleteTopics& command,
                                               const ControlOptions& options);

}  // namespace quorate::controller
