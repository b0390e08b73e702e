// What the active controller is asked, and what it answers: plain values, no wire types.
//
// The service turns requests into commands and answers into responses, field by field (the .proto
// files say what each means). Error codes are Kafka's; 0 is NONE.
// Thread: values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "controller/control/election_type.h"
#include "controller/image/cluster_image.h"
#include "controller/image/types.h"

namespace quorate::controller {

struct RegisterBroker {
  Uuid cluster_id;
  BrokerId broker_id = kNoBroker;
  Uuid incarnation;
  std::vector<Endpoint> endpoints;
  std::string rack;
  std::vector<Uuid> log_dirs;
  std::vector<FeatureRange> features;
  // Proof of a clean stop when equal to the registered epoch (BRK-5).
  std::optional<std::uint64_t> previous_broker_epoch;
};
struct RegisterBrokerAnswer {
  v1::ErrorCode error{};
  std::string error_message;
  std::uint64_t broker_epoch = 0;  // valid without error
};

struct Heartbeat {
  BrokerId broker_id = kNoBroker;
  std::uint64_t broker_epoch = 0;
  std::uint64_t metadata_offset = 0;  // the broker has applied every record below it
  bool want_fence = false;
  bool want_shutdown = false;
  // When it arrived, on the clock of RequestContext::now_ms; unset: now. Lets a heartbeat that
  // waited in a queue count from its arrival (BRK-15).
  std::optional<std::uint64_t> arrived_ms;
};
struct HeartbeatAnswer {
  v1::ErrorCode error{};
  bool fenced = true;
  bool caught_up = false;
  bool should_shutdown = false;
};

// The broker's process has certainly ended: its session stream broke and its listener refuses
// connections. Fences it without waiting for the session, and ends the session, so that its next
// incarnation may register at once (BRK-2, BRK-14). Nothing happens when the epoch is not the
// registered one or the broker is fenced already (the session ends all the same).
struct BrokerGone {
  BrokerId broker_id = kNoBroker;
  std::uint64_t broker_epoch = 0;
};
struct BrokerGoneAnswer {
  bool fenced = false;  // by this command, or its partitions have begun to leave it
};

// Takes the registration away, whatever the broker's state; it stays in replica lists (BRK-17).
struct UnregisterBroker {
  BrokerId broker_id = kNoBroker;
};
struct UnregisterBrokerAnswer {
  v1::ErrorCode error{};
  std::string error_message;
  // Without error and not finished: its partitions are leaving it, and the registration goes with
  // the last of them, whatever becomes of this controller.
  bool finished = false;
};

enum class BrokerAction : std::uint8_t {
  kCordon,
  kUncordon,
  kDrain,
  kResume,
  kDecommission,
  kRecommission,
};
// Whether what an operator wants is refused when it cannot be, or would cost something (OPS-4,
// OPS-7).
enum class Guard : std::uint8_t { kHeld, kOverridden };
// What an operator wants of a broker from now on. What is so already changes nothing.
struct AlterBroker {
  BrokerId broker_id = kNoBroker;
  BrokerAction action = BrokerAction::kCordon;
  Guard guard = Guard::kHeld;
};
struct AlterBrokerAnswer {
  v1::ErrorCode error{};
  std::string error_message;
};

// Whether lists of replicas that somebody gives may name cordoned brokers that do not hold the
// partition (OPS-1). Nobody places replicas there by itself.
enum class Cordons : std::uint8_t { kRespected, kOverridden };

struct ElectionItem {
  std::string topic;
  std::int32_t partition = 0;
};
// By an administrator: what is configured about unclean elections is not looked at (ELE-7).
struct ElectLeaders {
  ElectionType type = ElectionType::kPreferred;  // or kUnclean
  // Nothing: all partitions, as many as one step takes, the rest in later steps. What needs
  // nothing is not in the answer then.
  std::optional<std::vector<ElectionItem>> partitions;
};
struct ElectionItemAnswer {
  ElectionItem item;
  v1::ErrorCode error{};
  std::string error_message;
};
struct ElectLeadersAnswer {
  v1::ErrorCode error{};
  std::string error_message;
  std::vector<ElectionItemAnswer> partitions;
  bool finished = true;  // else more follow in later steps
};

struct ReassignmentItem {
  std::string topic;
  std::int32_t partition = 0;
  std::optional<std::vector<BrokerId>> target;  // nothing: what is under way is cancelled
};
enum class FactorChange : std::uint8_t { kAllowed, kRefused };
struct AlterReassignments {
  FactorChange factor_change = FactorChange::kAllowed;
  std::vector<ReassignmentItem> partitions;
  Cordons cordons = Cordons::kRespected;
};
struct ReassignmentItemAnswer {
  std::string topic;
  std::int32_t partition = 0;
  v1::ErrorCode error{};
  std::string error_message;
};
struct AlterReassignmentsAnswer {
  v1::ErrorCode error{};
  std::string error_message;
  std::vector<ReassignmentItemAnswer> partitions;
};

// One NoOp record; no request id is remembered.
struct AppendNoOp {};
struct AppendNoOpAnswer {
  v1::ErrorCode error{};
};

struct ManualAssignment {
  std::int32_t partition = 0;
  std::vector<BrokerId> broker_ids;
};
struct ConfigSetting {
  std::string name;
  std::optional<std::string> value;
};
struct NewTopic {
  std::string name;
  std::int32_t partitions = -1;          // -1: the cluster's default
  std::int32_t replication_factor = -1;  // -1: the cluster's default
  std::vector<ManualAssignment> assignments;
  std::vector<ConfigSetting> configs;
  Uuid id;  // drawn by the service, never used before; taken when the topic is created
};
struct CreateTopics {
  std::vector<NewTopic> topics;
  Cordons cordons = Cordons::kRespected;
};
struct CreateTopicAnswer {
  std::string name;
  v1::ErrorCode error{};
  std::string error_message;
  Uuid topic_id;
  std::int32_t partitions = -1;
  std::int32_t replication_factor = -1;
};
// A request-wide error (a request id used for another method, say) stands in `error`, and then
// `topics` is empty.
struct CreateTopicsAnswer {
  v1::ErrorCode error{};
  std::string error_message;
  std::vector<CreateTopicAnswer> topics;
};

struct MorePartitions {
  std::string topic;
  std::int32_t total = 0;  // how many it shall have then
  // Of each new partition in order; nothing: they are placed.
  std::optional<std::vector<std::vector<BrokerId>>> assignments;
};
struct CreatePartitions {
  std::vector<MorePartitions> topics;
  Cordons cordons = Cordons::kRespected;
};
struct MorePartitionsAnswer {
  std::string topic;
  v1::ErrorCode error{};
  std::string error_message;
};
struct CreatePartitionsAnswer {
  v1::ErrorCode error{};
  std::string error_message;
  std::vector<MorePartitionsAnswer> topics;
};

struct TopicRef {
  std::string name;  // empty when given by id
  Uuid id;           // none when given by name
};
struct DeleteTopics {
  std::vector<TopicRef> topics;
};
struct DeleteTopicAnswer {
  std::string name;
  Uuid id;
  v1::ErrorCode error{};
  std::string error_message;
};
struct DeleteTopicsAnswer {
  v1::ErrorCode error{};
  std::string error_message;
  std::vector<DeleteTopicAnswer> topics;
};

// Kafka's numbers; what no name stands for is refused (CFG-1).
enum class ConfigOp : std::int32_t { kSet = 0, kDelete = 1, kAppend = 2, kSubtract = 3 };
struct ConfigChange {
  std::string name;
  ConfigOp op = ConfigOp::kSet;
  std::optional<std::string> value;  // not for kDelete
};
struct ConfigResourceRef {
  std::int32_t type = 0;  // Kafka's number; what is neither topic nor broker is refused
  std::string name;       // a topic's, or a broker's id in decimal; "" is the cluster's default
};
struct AlterResource {
  ConfigResourceRef resource;
  std::vector<ConfigChange> changes;
};
struct AlterConfigs {
  enum class Style : std::uint8_t {
    kIncremental,
    kReplace,  // what is not named is deleted; each change is kSet (CFG-4)
  };
  Style style = Style::kIncremental;
  std::vector<AlterResource> resources;
};
// Kafka's numbers; what no name stands for is refused.
enum class FeatureChange : std::int32_t { kUpgrade = 1, kSafeDowngrade = 2, kUnsafeDowngrade = 3 };
struct FeatureUpdate {
  std::string name;
  std::int32_t level = 0;
  FeatureChange change = FeatureChange::kUpgrade;
};
// All or nothing (FEA-1).
struct UpdateFeatures {
  std::vector<FeatureUpdate> updates;
};
struct FeatureUpdateAnswer {
  std::string name;
  std::int32_t from_level = 0;
  std::int32_t level = 0;
  v1::ErrorCode error{};
  std::string error_message;
};
struct UpdateFeaturesAnswer {
  v1::ErrorCode error{};  // of the first update that is refused: then none is made
  std::string error_message;
  std::vector<FeatureUpdateAnswer> updates;
};

struct AlterResourceAnswer {
  ConfigResourceRef resource;
  v1::ErrorCode error{};
  std::string error_message;
};
struct AlterConfigsAnswer {
  v1::ErrorCode error{};
  std::string error_message;
  std::vector<AlterResourceAnswer> resources;
};

struct IsrMember {
  BrokerId broker_id = kNoBroker;
  std::optional<std::uint64_t> broker_epoch;  // as the leader knows it; unset: not given
};
struct AlterPartitionItem {
  TopicPartition id;
  std::int32_t leader_epoch = 0;
  std::int32_t partition_epoch = 0;
  std::vector<IsrMember> new_isr;
  bool recovering = false;
};
struct AlterPartition {
  BrokerId broker_id = kNoBroker;
  std::uint64_t broker_epoch = 0;
  std::vector<AlterPartitionItem> partitions;
};
struct AlterPartitionItemAnswer {
  TopicPartition id;
  v1::ErrorCode error{};
  // The resulting state, valid without error.
  BrokerId leader = kNoBroker;
  std::int32_t leader_epoch = 0;
  std::vector<BrokerId> isr;
  std::int32_t partition_epoch = 0;
  bool recovering = false;
};
struct AlterPartitionAnswer {
  v1::ErrorCode error{};
  std::vector<AlterPartitionItemAnswer> partitions;
};

struct AllocateProducerIds {
  BrokerId broker_id = kNoBroker;
  std::uint64_t broker_epoch = 0;
};
struct AllocateProducerIdsAnswer {
  v1::ErrorCode error{};
  std::int64_t first = 0;  // the block is [first, first + count)
  std::int32_t count = 0;
};

// What a pass of the clock has done.
struct TickAnswer {
  BrokerId fenced = kNoBroker;  // its session is over; it is fenced now, or its partitions leave it
  bool again = false;           // there is more to do: tick again when others had their turn
};

}  // namespace quorate::controller
