#include "controller/control/operator_control.h"

#include <set>
#include <string>
#include <utility>

#include "quorate/controller/v1/common.pb.h"
#include "quorate/controller/v1/record.pb.h"

#include "controller/control/decommission.h"
#include "controller/control/stop_cost.h"
#include "controller/image/record_fields.h"

namespace quorate::controller {
namespace {

BrokerIntent intent_after(const BrokerIntent& before, BrokerAction action) {
  BrokerIntent after = before;
  switch (action) {
    case BrokerAction::kCordon: after.cordoned = true; break;
    case BrokerAction::kUncordon: after.cordoned = false; break;
    case BrokerAction::kDrain: after.maintenance = true; break;
    case BrokerAction::kResume: after.maintenance = false; break;
    case BrokerAction::kDecommission: after.decommission = true; break;
    case BrokerAction::kRecommission: after.decommission = false; break;
  }
  return after;
}

struct Wording {
  const char* rule;
  const char* words;
};

Wording wording_of(BrokerAction action) {
  switch (action) {
    case BrokerAction::kCordon: return {"OPS-1", "gets no new replicas"};
    case BrokerAction::kUncordon: return {"OPS-1", "gets new replicas again"};
    case BrokerAction::kDrain: return {"OPS-3", "hands over what it leads and leads nothing more"};
    case BrokerAction::kResume: return {"OPS-5", "may lead again"};
    case BrokerAction::kDecommission: return {"OPS-6", "gives all that it has to others"};
    case BrokerAction::kRecommission: return {"OPS-8", "keeps what it has"};
  }
  return {};
}

std::string counted(std::uint64_t count, const char* what) {
  return std::to_string(count) + (count == 1 ? " partition " : " partitions ") + what;
}

// Why the broker may not go into maintenance; empty when it may (OPS-4).
std::string fault_of_drain(const MetadataImage& image, BrokerId id, const ControlOptions& options) {
  std::set<BrokerId> gone;
  for (const auto& [other, broker] : image.cluster.brokers()) {
    if (broker->intent.maintenance) gone.insert(other);
  }
  if (gone.size() >= options.maintenance_brokers_max) {
    return "broker " + std::to_string(*gone.begin()) + " is in maintenance, and no more than " +
           std::to_string(options.maintenance_brokers_max) +
           " may be at a time (maintenance.brokers.max)";
  }
  gone.insert(id);
  const StopCost cost = cost_of_stop(image, gone);
  if (cost.is_nothing()) return {};
  std::string text;
  if (cost.leaders_lost > 0) text = counted(cost.leaders_lost, "would have no leader");
  if (cost.below_min_isr > 0) {
    if (!text.empty()) text += " and ";
    text += counted(cost.below_min_isr, "would fall below min.insync.replicas");
  }
  return text + " if it stopped, " + cost.first + " first";
}

struct OperatorFault {
  const char* rule;
  std::string text;
};

OperatorFault fault_of(const MetadataImage& image,
                       const AlterBroker& command,
                       const ControlOptions& options) {
  if (command.action == BrokerAction::kDrain) {
    return {"OPS-4", fault_of_drain(image, command.broker_id, options)};
  }
  if (command.action == BrokerAction::kDecommission) {
    return {"OPS-7", fault_of_decommission(image, command.broker_id)};
  }
  return {"OPS-2", {}};
}

}  // namespace

AlterBrokerAnswer alter_broker(Draft& draft,
                               const AlterBroker& command,
                               const ControlOptions& options) {
  const std::string name = "broker " + std::to_string(command.broker_id);
  const BrokerRegistration* broker = draft.image().cluster.find(command.broker_id);
  if (broker == nullptr) {
    draft.explain("OPS-2", name + " is not registered");
    return {v1::BROKER_ID_NOT_REGISTERED, name + " is not registered"};
  }
  const BrokerIntent after = intent_after(broker->intent, command.action);
  if (after == broker->intent) return {};
  if (command.guard == Guard::kHeld) {
    auto [rule, fault] = fault_of(draft.image(), command, options);
    if (!fault.empty()) {
      draft.explain(rule, name + ": " + fault);
      return {v1::POLICY_VIOLATION, std::move(fault)};
    }
  }
  const Wording wording = wording_of(command.action);
  draft.explain(wording.rule, name + " " + wording.words);
  v1::Record record;
  v1::BrokerRegistrationChange& change = *record.mutable_broker_registration_change();
  change.set_broker_id(broker->id);
  change.set_broker_epoch(broker->epoch);
  write_intent(after, *change.mutable_intent());
  draft.append(std::move(record));
  return {};
}

BrokerId next_to_drain(const MetadataImage& image, BrokerId from) {
  const auto& brokers = image.cluster.brokers();
  for (auto at = brokers.lower_bound(from); at != brokers.end(); ++at) {
    const BrokerRegistration& broker = *(*at).value;
    if (broker.intent.maintenance && image.topics.index().of(broker.id).leaders > 0) {
      return broker.id;
    }
  }
  return kNoBroker;
}

}  // namespace quorate::controller
