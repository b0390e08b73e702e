#include "controller/control/operator_control.h"

#include <string>
#include <utility>

#include "quorate/controller/v1/common.pb.h"
#include "quorate/controller/v1/record.pb.h"

#include "controller/image/record_fields.h"

namespace quorate::controller {
namespace {

BrokerIntent intent_after(const BrokerIntent& before, BrokerAction action) {
  BrokerIntent after = before;
  switch (action) {
    case BrokerAction::kCordon: after.cordoned = true; break;
    case BrokerAction::kUncordon: after.cordoned = false; break;
  }
  return after;
}

std::string words_of(BrokerAction action) {
  switch (action) {
    case BrokerAction::kCordon: return "gets no new replicas";
    case BrokerAction::kUncordon: return "gets new replicas again";
  }
  return {};
}

}  // namespace

AlterBrokerAnswer alter_broker(Draft& draft, const AlterBroker& command) {
  const std::string name = "broker " + std::to_string(command.broker_id);
  const BrokerRegistration* broker = draft.image().cluster.find(command.broker_id);
  if (broker == nullptr) {
    draft.explain("OPS-2", name + " is not registered");
    return {v1::BROKER_ID_NOT_REGISTERED, name + " is not registered"};
  }
  const BrokerIntent after = intent_after(broker->intent, command.action);
  if (after == broker->intent) return {};
  draft.explain("OPS-1", name + " " + words_of(command.action));
  v1::Record record;
  v1::BrokerRegistrationChange& change = *record.mutable_broker_registration_change();
  change.set_broker_id(broker->id);
  change.set_broker_epoch(broker->epoch);
  write_intent(after, *change.mutable_intent());
  draft.append(std::move(record));
  return {};
}

}  // namespace quorate::controller
