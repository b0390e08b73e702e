#include "controller/control/topic_rules.h"

#include <algorithm>
#include <set>
#include <vector>

#include "quorate/controller/v1/common.pb.h"

#include "controller/image/config_origin.h"

namespace quorate::controller {
namespace {

constexpr std::size_t kNameBytesMax = 249;
constexpr std::string_view kMetadataTopic = "__cluster_metadata";

bool is_name_byte(char byte) {
  return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
         (byte >= '0' && byte <= '9') || byte == '.' || byte == '_' || byte == '-';
}

TopicFault bad_assignment(std::string why) {
  return {v1::INVALID_REPLICA_ASSIGNMENT, "TOP-4", std::move(why)};
}

TopicFault fault_of_assignments(const ClusterImage& cluster,
                                const NewTopic& topic,
                                Cordons cordons) {
  if (topic.partitions != -1 || topic.replication_factor != -1) {
    return {v1::INVALID_REQUEST,
            "TOP-4",
            "partitions and replication factor must be -1 with a manual assignment"};
  }
  std::set<std::int32_t> numbers;
  for (const ManualAssignment& assignment : topic.assignments) {
    if (!numbers.insert(assignment.partition).second) {
      return bad_assignment("partition " + std::to_string(assignment.partition) +
                            " is given twice");
    }
    const std::size_t factor = topic.assignments.front().broker_ids.size();
    if (TopicFault fault = fault_of_assignment(
            cluster, {assignment.partition, assignment.broker_ids, factor, cordons})) {
      return fault;
    }
  }
  if (*numbers.begin() != 0 || *numbers.rbegin() + 1 != static_cast<std::int32_t>(numbers.size())) {
    return bad_assignment("partitions are not numbered from 0 without a hole");
  }
  return {};
}

}  // namespace

TopicFault fault_of_assignment(const ClusterImage& cluster, const WantedAssignment& wanted) {
  const std::vector<BrokerId>& broker_ids = wanted.broker_ids;
  const std::string name = "partition " + std::to_string(wanted.partition);
  if (broker_ids.empty()) return bad_assignment(name + " has no replica");
  if (broker_ids.size() != wanted.replication_factor) {
    return bad_assignment(name + " has another replication factor than the first one");
  }
  if (BrokerList(broker_ids).has_duplicates()) {
    return bad_assignment(name + " names a broker twice");
  }
  bool has_active = false;
  for (const BrokerId id : broker_ids) {
    const BrokerRegistration* broker = cluster.find(id);
    if (broker == nullptr) {
      return bad_assignment(name + " names broker " + std::to_string(id) +
                            ", which is not registered");
    }
    if (!broker->takes_replicas() && wanted.cordons == Cordons::kRespected) {
      return {v1::INVALID_REPLICA_ASSIGNMENT,
              "OPS-1",
              name + " names broker " + std::to_string(id) +
                  ", which is cordoned: it gets no new replicas"};
    }
    has_active = has_active || cluster.is_active(id);
  }
  if (!has_active) return bad_assignment(name + " has no active replica (TOP-2)");
  return {};
}

TopicFault fault_of_name(const TopicsImage& topics, std::string_view name) {
  const auto invalid = [](std::string why) {
    return TopicFault{v1::INVALID_TOPIC_EXCEPTION, "TOP-5", std::move(why)};
  };
  if (name.empty()) return invalid("a topic name must not be empty");
  if (name == "." || name == "..") return invalid("a topic name must not be '.' or '..'");
  if (name.size() > kNameBytesMax) {
    return invalid("a topic name must not be longer than " + std::to_string(kNameBytesMax));
  }
  if (!std::all_of(name.begin(), name.end(), is_name_byte)) {
    return invalid("a topic name consists of letters, digits, '.', '_' and '-'");
  }
  if (name == kMetadataTopic) {
    return {v1::INVALID_REQUEST, "TOP-5", "the metadata topic cannot be created"};
  }
  if (topics.find(name) != nullptr) {
    return {v1::TOPIC_ALREADY_EXISTS, "TOP-5", "topic '" + std::string(name) + "' exists"};
  }
  if (const std::string* other = topics.colliding(name)) {
    return invalid("topic name '" + std::string(name) + "' collides with '" + *other +
                   "': metrics cannot tell '.' from '_'");
  }
  return {};
}

TopicFault fault_of_configs(const ConfigsImage& image, const std::vector<ConfigSetting>& configs) {
  const auto invalid = [](std::string why) {
    return TopicFault{v1::INVALID_CONFIG, "TOP-8", std::move(why)};
  };
  std::set<std::string_view> names;
  for (const ConfigSetting& setting : configs) {
    if (!names.insert(setting.name).second) {
      return invalid("config '" + setting.name + "' is given twice");
    }
    if (!setting.value.has_value()) return invalid("config '" + setting.name + "' has no value");
    const Status status = validate_config(ConfigResourceType::kTopic, setting.name, *setting.value);
    if (!status.is_ok()) return invalid(status.message());
  }
  const Status together =
      validate_together(ConfigResourceType::kTopic, [&](std::string_view key) -> std::string {
        for (const ConfigSetting& setting : configs) {
          if (setting.name == key) return *setting.value;
        }
        return effective_topic_config({image}, "", key).value;
      });
  return together.is_ok() ? TopicFault{} : invalid(together.message());
}

TopicFault fault_of_counts(const ClusterImage& cluster,
                           const NewTopic& topic,
                           Cordons cordons,
                           const ControlOptions& options) {
  if (!topic.assignments.empty()) return fault_of_assignments(cluster, topic, cordons);
  if (topic.partitions == 0 || topic.partitions < -1) {
    return {v1::INVALID_PARTITIONS,
            "TOP-3",
            "the number of partitions must be positive, or -1 for the default"};
  }
  if (topic.replication_factor == 0 || topic.replication_factor < -1) {
    return {v1::INVALID_REPLICATION_FACTOR,
            "TOP-3",
            "the replication factor must be positive, or -1 for the default"};
  }
  const std::int32_t replicas = wanted_replicas(topic, options);
  if (std::cmp_greater(replicas, cluster.brokers().size())) {
    return {v1::INVALID_REPLICATION_FACTOR,
            "TOP-3",
            "replication factor " + std::to_string(replicas) + " is larger than the number of " +
                "registered brokers, " + std::to_string(cluster.brokers().size())};
  }
  return {};
}

std::int32_t wanted_partitions(const NewTopic& topic, const ControlOptions& options) {
  if (!topic.assignments.empty()) return static_cast<std::int32_t>(topic.assignments.size());
  return topic.partitions == -1 ? options.default_partitions : topic.partitions;
}

std::int32_t wanted_replicas(const NewTopic& topic, const ControlOptions& options) {
  if (!topic.assignments.empty()) {
    return static_cast<std::int32_t>(topic.assignments.front().broker_ids.size());
  }
  return topic.replication_factor == -1 ? options.default_replication_factor
                                        : topic.replication_factor;
}

}  // namespace quorate::controller
