#include "controller/control/broker_control.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "quorate/controller/v1/common.pb.h"

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
  after.departure = before.departure;
  after.intent = before.intent;
  draft.explain("BRK-4", "the same process registers again and keeps its epoch");
  RegisterBrokerAnswer answer;
  answer.broker_epoch = before.epoch;
  if (!(after == before)) append_registration(draft, after);
  return answer;
}

// A change of `broker` that says nothing yet.
v1::Record change_of(const BrokerRegistration& broker) {
  v1::Record record;
  v1::BrokerRegistrationChange& change = *record.mutable_broker_registration_change();
  change.set_broker_id(broker.id);
  change.set_broker_epoch(broker.epoch);
  return record;
}

void append_fenced(Draft& draft, const BrokerRegistration& broker, bool fenced) {
  v1::Record record = change_of(broker);
  v1::BrokerRegistrationChange& change = *record.mutable_broker_registration_change();
  change.set_fenced(fenced);
  if (broker.departure != Departure::kNone) change.set_departure(v1::BROKER_DEPARTURE_NONE);
  draft.append(std::move(record));
}

// From here on it is on its way out, whatever becomes of this controller.
void append_departure(Draft& draft, const BrokerRegistration& broker, Departure departure) {
  v1::Record record = change_of(broker);
  record.mutable_broker_registration_change()->set_departure(
      static_cast<v1::BrokerDeparture>(departure_to(departure)));
  draft.append(std::move(record));
}

// Nothing is in the broker's hands any more: what its departure was for.
void complete(Draft& draft, const BrokerRegistration& broker, Departure departure) {
  if (departure == Departure::kFence || departure == Departure::kUncleanFence) {
    append_fenced(draft, broker, true);
  }
  if (departure != Departure::kUnregister) return;
  v1::Record record;
  record.mutable_unregister_broker()->set_broker_id(broker.id);
  record.mutable_unregister_broker()->set_broker_epoch(broker.epoch);
  draft.append(std::move(record));
}

// What such a departure says about what the broker has on its disk.
Leaving leaving_of(const BrokerRegistration& broker, Departure departure) {
  const bool is_clean = departure == Departure::kFence || departure == Departure::kNone;
  return {broker.id, !is_clean};
}

// A step of taking everything out of the broker's hands. One that is fenced leads nothing and is in
// no ISR that has another member. With eligible leaders it may be one, or be alone in an ISR since
// before they were kept; what it has may be lost when it does not leave cleanly.
Resume release(Draft& draft,
               const BrokerRegistration& broker,
               Departure departure,
               PartitionKey from,
               const ControlOptions& options) {
  const BrokerHoldings& held = draft.image().topics.index().of(broker.id);
  const Leaving leaving = leaving_of(broker, departure);
  if (!broker.fenced) return release_partitions(draft, leaving, held.replicas, from, options);
  const bool keeps_eligible = draft.image().features.level(kEligibleLeadersFeature) > 0;
  if (!leaving.is_unclean || !keeps_eligible) return {};
  // Each step takes what it changes out of these: a process that tries again finds fewer.
  return release_partitions(draft, leaving, held.last_resort, from, options);
}

// The first step of a departure, often the only one.
Leftover begin_departure(Draft& draft,
                         const BrokerRegistration& broker,
                         Departure departure,
                         const ControlOptions& options) {
  const Resume next = release(draft, broker, departure, kFirstKey, options);
  if (next.has_value()) {
    append_departure(draft, broker, departure);
  } else {
    complete(draft, broker, departure);
  }
  return {broker.id, next};
}

RegisterBrokerAnswer refuse_duplicate(Draft& draft, const char* rule, const std::string& why) {
  return refuse(draft, v1::DUPLICATE_BROKER_REGISTRATION, rule, why);
}

// A new process: fenced, with the offset of its registration as epoch (BRK-3). What an earlier
// process of it led or was in sync for is released first. Without proof of a clean stop that is
// BRK-5; with it the broker is fenced until it has caught up all the same, and may not lead.
RegisterBrokerAnswer register_anew(Draft& draft,
                                   const RegisterBroker& command,
                                   const ControlOptions& options,
                                   Leftover& leftover) {
  const BrokerRegistration* before = draft.image().cluster.find(command.broker_id);
  const bool is_clean = before != nullptr && command.previous_broker_epoch == before->epoch;
  const BrokerIntent intent = before == nullptr ? BrokerIntent() : before->intent;
  if (before != nullptr) {
    draft.explain(is_clean ? "BRK-4" : "BRK-5",
                  is_clean ? "a new process after a clean stop"
                           : "a new process without proof that the old one stopped cleanly");
  }
  // One that was unregistered may be the last in sync since before eligible leaders were kept.
  const BrokerRegistration old =
      before == nullptr ? BrokerRegistration{.id = command.broker_id} : *before;
  const Departure departure = is_clean ? Departure::kFence : Departure::kUncleanFence;
  const Resume next = release(draft, old, departure, kFirstKey, options);
  if (before != nullptr) leftover = {old.id, next};
  if (next.has_value()) {
    if (before != nullptr) append_departure(draft, old, departure);
    return refuse_duplicate(draft, "BRK-5", "what the old process held is being released");
  }
  BrokerRegistration registration = registration_of(command);
  registration.epoch = draft.next_offset();
  registration.intent = intent;
  draft.explain("BRK-3", "broker epoch " + std::to_string(registration.epoch));
  append_registration(draft, registration);
  RegisterBrokerAnswer answer;
  answer.broker_epoch = registration.epoch;
  return answer;
}

// The unfence first, then elections (BRK-14).
Leftover unfence_broker(Draft& draft,
                        const BrokerRegistration& broker,
                        const ControlOptions& options) {
  const BrokerId id = broker.id;
  draft.explain("BRK-9", "broker " + std::to_string(id) + " has read its own registration");
  append_fenced(draft, broker, false);
  const PartitionIndex& index = draft.image().topics.index();
  const PartitionKeys& held = index.of(id).replicas;
  const bool is_small = held.size() < index.leaderless().size();
  Leftover leftover;
  leftover.election =
      elect_for_leaderless(
          draft, is_small ? held : index.leaderless(), kFirstKey, Unclean::kAsConfigured, options)
          .has_value();
  return leftover;
}

// A broker that wants to stop and is neither fenced nor being fenced (BRK-10..BRK-12).
Leftover shut_down(Draft& draft,
                   const BrokerRegistration& broker,
                   const BrokerView& view,
                   HeartbeatAnswer& answer) {
  const BrokerId id = broker.id;
  const bool leads = draft.image().topics.index().of(id).leaders > 0;
  if (!broker.in_controlled_shutdown && leads) {
    draft.explain("BRK-11", "broker " + std::to_string(id) + " hands over what it leads");
    v1::Record record = change_of(broker);
    record.mutable_broker_registration_change()->set_in_controlled_shutdown(true);
    draft.append(std::move(record));
    return {id, release(draft, broker, Departure::kNone, kFirstKey, view.options)};
  }
  if (!broker.in_controlled_shutdown) {
    const Leftover leftover = fence_broker(draft, id, "BRK-10", view.options);
    answer.should_shutdown = answer.fenced = !leftover.handover.has_value();
    return leftover;
  }
  const std::optional<std::uint64_t> handed_over = view.sessions.shutdown_offset(id);
  const bool is_over = !leads && !view.unfinished.is_handing_over(id) && handed_over.has_value();
  if (!is_over || !view.sessions.have_all_applied(draft.image(), *handed_over)) return {};
  draft.explain("BRK-12",
                "all brokers have read offset " + std::to_string(*handed_over) +
                    ", at which broker " + std::to_string(id) + " led nothing");
  append_fenced(draft, broker, true);
  answer.should_shutdown = answer.fenced = true;
  return {};
}

// What a heartbeat of the registered process leads to.
Leftover move_on(Draft& draft,
                 const BrokerRegistration& broker,
                 const Heartbeat& command,
                 const BrokerView& view,
                 HeartbeatAnswer& answer) {
  if (broker.fenced) {
    answer.should_shutdown = command.want_shutdown && broker.departure == Departure::kNone;
    // One that was on its way out comes back as another process only (BRK-19).
    const bool may_return = !command.want_shutdown && !command.want_fence && answer.caught_up &&
                            !broker.in_controlled_shutdown && broker.departure == Departure::kNone;
    if (!may_return) return {};
    answer.fenced = false;
    return unfence_broker(draft, broker, view.options);
  }
  if (broker.departure != Departure::kNone) {
    answer.fenced = true;
    return {};
  }
  if (command.want_shutdown) return shut_down(draft, broker, view, answer);
  if (!command.want_fence) return {};
  answer.fenced = true;
  return fence_broker(draft, broker.id, "BRK-10", view.options);
}

}  // namespace

RegisterBrokerAnswer register_broker(Draft& draft,
                                     const RegisterBroker& command,
                                     const BrokerView& view,
                                     Leftover& leftover) {
  const MetadataImage& image = draft.image();
  if (command.cluster_id != view.options.cluster_id) {
    return refuse(draft,
                  v1::INCONSISTENT_CLUSTER_ID,
                  "BRK-1",
                  "this is cluster " + to_string(view.options.cluster_id) + ", not " +
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
  if (before != nullptr && view.sessions.is_valid(before->id, before->epoch)) {
    return refuse_duplicate(
        draft,
        "BRK-2",
        "another process of broker " + std::to_string(before->id) + " was heard of a moment ago");
  }
  if (before != nullptr && before->departure != Departure::kNone) {
    return refuse_duplicate(draft, "BRK-5", "what the old process held is being released");
  }
  return register_anew(draft, command, view.options, leftover);
}

HeartbeatAnswer take_heartbeat(Draft& draft,
                               const Heartbeat& command,
                               const BrokerView& view,
                               Leftover& leftover) {
  HeartbeatAnswer answer;
  const BrokerRegistration* broker = draft.image().cluster.find(command.broker_id);
  if (broker == nullptr || broker->epoch != command.broker_epoch) {
    draft.explain("BRK-8", "epoch " + std::to_string(command.broker_epoch) + " is not registered");
    answer.error = v1::STALE_BROKER_EPOCH;
    return answer;
  }
  answer.caught_up = command.metadata_offset > broker->epoch;
  answer.fenced = broker->fenced;
  leftover = move_on(draft, BrokerRegistration(*broker), command, view, answer);
  return answer;
}

UnregisterBrokerAnswer unregister_broker(Draft& draft,
                                         const UnregisterBroker& command,
                                         const BrokerView& view,
                                         Leftover& leftover) {
  UnregisterBrokerAnswer answer;
  const BrokerRegistration* found = draft.image().cluster.find(command.broker_id);
  const std::string name = "broker " + std::to_string(command.broker_id);
  if (found == nullptr) {
    answer.error = v1::BROKER_ID_NOT_REGISTERED;
    answer.error_message = name + " is not registered";
    draft.explain("BRK-17", answer.error_message);
    return answer;
  }
  const BrokerRegistration broker = *found;
  if (broker.departure == Departure::kUnregister) return answer;
  draft.explain("BRK-17", name + " is unregistered");
  leftover = begin_departure(draft, broker, Departure::kUnregister, view.options);
  answer.finished = !leftover.handover.has_value();
  return answer;
}

Leftover fence_broker(Draft& draft, BrokerId id, const char* rule, const ControlOptions& options) {
  const BrokerRegistration* found = draft.image().cluster.find(id);
  if (found == nullptr || !found->is_present()) return {};
  const BrokerRegistration broker = *found;
  draft.explain(rule, "broker " + std::to_string(id) + " is fenced");
  return begin_departure(draft, broker, Departure::kFence, options);
}

Leftover continue_departure(Draft& draft,
                            const Unfinished::Handover& handover,
                            const ControlOptions& options) {
  const BrokerRegistration* found = draft.image().cluster.find(handover.broker);
  if (found == nullptr) return {handover.broker, {}};
  const BrokerRegistration broker = *found;
  draft.explain(broker.departure == Departure::kNone ? "BRK-11" : "BRK-14",
                "what broker " + std::to_string(broker.id) + " holds moves on");
  const Resume next = release(draft, broker, broker.departure, handover.from, options);
  if (!next.has_value()) complete(draft, broker, broker.departure);
  return {broker.id, next};
}

}  // namespace quorate::controller
