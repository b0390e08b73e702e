#include "controller/control/broker_control.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "quorate/controller/v1/common.pb.h"

#include "controller/control/election.h"
#include "controller/image/record_fields.h"

namespace quorate::controller {
namespace {

constexpr std::uint64_t kReservedDirIds = 100;  // as Kafka: the first hundred ids mean something

RegisterBrokerAnswer refuse(Draft& draft, v1::ErrorCode error, const char* rule, std::string why) {
  draft.explain(rule, why);
  RegisterBrokerAnswer answer;
  answer.error = error;
  answer.error_message = std::move(why);
  return answer;
}

// Empty when the log dirs are fine (BRK-7).
std::string fault_of_log_dirs(const ClusterImage& cluster, const RegisterBroker& command) {
  if (command.log_dirs.empty()) return "no log directory given";
  std::set<Uuid> mine;
  for (const Uuid& dir : command.log_dirs) {
    if (dir.high == 0 && dir.low < kReservedDirIds) return "a log directory has a reserved id";
    if (!mine.insert(dir).second) return "log directory " + to_string(dir) + " is given twice";
  }
  for (const auto& [id, broker] : cluster.brokers()) {
    if (id == command.broker_id) continue;
    for (const Uuid& dir : broker->log_dirs) {
      if (!mine.contains(dir)) continue;
      return "log directory " + to_string(dir) + " belongs to broker " + std::to_string(id);
    }
  }
  return {};
}

// Empty when everything a registration says by itself is fine.
std::string fault_of_registration(const ClusterImage& cluster, const RegisterBroker& command) {
  if (command.broker_id < 0) return "a broker id must not be negative";
  if (command.incarnation.is_none()) return "no incarnation given";
  if (command.endpoints.empty()) return "no endpoint given";
  std::set<std::string> listeners;
  for (const Endpoint& endpoint : command.endpoints) {
    if (endpoint.port == 0 || endpoint.host.empty()) {
      return "endpoint '" + endpoint.listener + "' lacks host or port";
    }
    if (!listeners.insert(endpoint.listener).second) {
      return "listener '" + endpoint.listener + "' is given twice";
    }
  }
  return fault_of_log_dirs(cluster, command);
}

// Empty when the broker can work at every finalized level (BRK-6).
std::string fault_of_features(const FeaturesImage& finalized, const RegisterBroker& command) {
  for (const auto& [name, level] : finalized.levels()) {
    const auto range =
        std::find_if(command.features.begin(),
                     command.features.end(),
                     [&, wanted = &name](const FeatureRange& one) { return one.name == *wanted; });
    if (range != command.features.end() && range->min_level <= level && level <= range->max_level) {
      continue;
    }
    return "feature '" + name + "' is at level " + std::to_string(level) +
           ", which the broker does not support";
  }
  return {};
}

BrokerRegistration registration_of(const RegisterBroker& command) {
  BrokerRegistration to;
  to.id = command.broker_id;
  to.incarnation = command.incarnation;
  to.endpoints = command.endpoints;
  to.rack = command.rack;
  to.log_dirs = command.log_dirs;
  to.features = command.features;
  return to;
}

void append_registration(Draft& draft, const BrokerRegistration& registration) {
  v1::Record record;
  write_registration(registration, *record.mutable_register_broker());
  draft.append(std::move(record));
}

// The same process again: it keeps epoch and state; only what it says of itself may change (BRK-4).
RegisterBrokerAnswer register_again(Draft& draft,
                                    const BrokerRegistration& before,
                                    const RegisterBroker& command) {
  BrokerRegistration after = registration_of(command);
  after.epoch = before.epoch;
  after.fenced = before.fenced;
  after.in_controlled_shutdown = before.in_controlled_shutdown;
  draft.explain("BRK-4", "the same process registers again and keeps its epoch");
  RegisterBrokerAnswer answer;
  answer.broker_epoch = before.epoch;
  if (!(after == before)) append_registration(draft, after);
  return answer;
}

// A new process: fenced, with the offset of its registration as epoch (BRK-3). What an earlier
// process of it led or was in sync for is released first. Without proof of a clean stop that is
// BRK-5; with it the broker is fenced until it has caught up all the same, and may not lead.
RegisterBrokerAnswer register_anew(Draft& draft, const RegisterBroker& command) {
  const BrokerRegistration* before = draft.image().cluster.find(command.broker_id);
  if (before != nullptr) {
    const bool is_clean = command.previous_broker_epoch == before->epoch;
    draft.explain(is_clean ? "BRK-4" : "BRK-5",
                  is_clean ? "a new process after a clean stop"
                           : "a new process without proof that the old one stopped cleanly");
    release_partitions(draft, command.broker_id);
  }
  BrokerRegistration registration = registration_of(command);
  registration.epoch = draft.next_offset();
  draft.explain("BRK-3", "broker epoch " + std::to_string(registration.epoch));
  append_registration(draft, registration);
  RegisterBrokerAnswer answer;
  answer.broker_epoch = registration.epoch;
  return answer;
}

enum class Fencing : bool { kUnfence, kFence };

void append_fencing(Draft& draft, const BrokerRegistration& broker, Fencing fencing) {
  v1::Record record;
  v1::BrokerRegistrationChange& change = *record.mutable_broker_registration_change();
  change.set_broker_id(broker.id);
  change.set_broker_epoch(broker.epoch);
  change.set_fenced(fencing == Fencing::kFence);
  draft.append(std::move(record));
}

// The unfence first, then elections (BRK-14).
void unfence_broker(Draft& draft, const BrokerRegistration& broker) {
  const BrokerId id = broker.id;
  draft.explain("BRK-9", "broker " + std::to_string(id) + " has read its own registration");
  append_fencing(draft, broker, Fencing::kUnfence);
  elect_for_leaderless(draft, id);
}

}  // namespace

RegisterBrokerAnswer register_broker(Draft& draft,
                                     const RegisterBroker& command,
                                     const ControlOptions& options,
                                     const Sessions& sessions) {
  const MetadataImage& image = draft.image();
  if (command.cluster_id != options.cluster_id) {
    return refuse(draft,
                  v1::INCONSISTENT_CLUSTER_ID,
                  "BRK-1",
                  "this is cluster " + to_string(options.cluster_id) + ", not " +
                      to_string(command.cluster_id));
  }
  if (std::string fault = fault_of_registration(image.cluster, command); !fault.empty()) {
    return refuse(draft, v1::INVALID_REGISTRATION, "BRK-7", std::move(fault));
  }
  if (std::string fault = fault_of_features(image.features, command); !fault.empty()) {
    return refuse(draft, v1::UNSUPPORTED_VERSION, "BRK-6", std::move(fault));
  }
  const BrokerRegistration* before = image.cluster.find(command.broker_id);
  if (before != nullptr && before->incarnation == command.incarnation) {
    return register_again(draft, *before, command);
  }
  if (before != nullptr && sessions.is_valid(before->id, before->epoch)) {
    return refuse(
        draft,
        v1::DUPLICATE_BROKER_REGISTRATION,
        "BRK-2",
        "another process of broker " + std::to_string(before->id) + " was heard of a moment ago");
  }
  return register_anew(draft, command);
}

HeartbeatAnswer take_heartbeat(Draft& draft, const Heartbeat& command) {
  HeartbeatAnswer answer;
  const BrokerRegistration* broker = draft.image().cluster.find(command.broker_id);
  if (broker == nullptr || broker->epoch != command.broker_epoch) {
    draft.explain("BRK-8", "epoch " + std::to_string(command.broker_epoch) + " is not registered");
    answer.error = v1::STALE_BROKER_EPOCH;
    return answer;
  }
  answer.caught_up = command.metadata_offset > broker->epoch;
  answer.fenced = broker->fenced;
  if (command.want_fence || command.want_shutdown) {
    // Its partitions have moved when this answer is released; nothing is left to wait for.
    answer.should_shutdown = command.want_shutdown;
    answer.fenced = true;
    if (!broker->fenced) fence_broker(draft, broker->id, "BRK-10");
  } else if (broker->fenced && answer.caught_up) {
    answer.fenced = false;
    unfence_broker(draft, *broker);
  }
  return answer;
}

void fence_broker(Draft& draft, BrokerId id, const char* rule) {
  const BrokerRegistration* broker = draft.image().cluster.find(id);
  if (broker == nullptr || broker->fenced) return;
  draft.explain(rule, "broker " + std::to_string(id) + " is fenced");
  release_partitions(draft, id);
  // Partition changes leave the registration as it was.
  append_fencing(draft, *broker, Fencing::kFence);
}

}  // namespace quorate::controller
