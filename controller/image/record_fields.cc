#include "controller/image/record_fields.h"

#include <string>
#include <utility>

#include "quorate/controller/v1/common.pb.h"
#include "quorate/controller/v1/record.pb.h"

namespace quorate::controller {

Status misfit(const Status& status) {
  if (status.is_ok()) return status;
  return {Code::kCorruption, status.message()};
}

Uuid uuid_from(const v1::Uuid& wire) {
  return {wire.high(), wire.low()};
}

void write_uuid(const Uuid& id, v1::Uuid& wire) {
  wire.set_high(id.high);
  wire.set_low(id.low);
}

Result<Departure> departure_from(int wire) {
  switch (wire) {
    case v1::BROKER_DEPARTURE_NONE: return Departure::kNone;
    case v1::BROKER_DEPARTURE_FENCE: return Departure::kFence;
    case v1::BROKER_DEPARTURE_UNREGISTER: return Departure::kUnregister;
    case v1::BROKER_DEPARTURE_UNCLEAN_FENCE: return Departure::kUncleanFence;
    default: return Status(Code::kUnsupported, "a departure of an unknown kind");
  }
}

int departure_to(Departure departure) {
  switch (departure) {
    case Departure::kNone: return v1::BROKER_DEPARTURE_NONE;
    case Departure::kFence: return v1::BROKER_DEPARTURE_FENCE;
    case Departure::kUnregister: return v1::BROKER_DEPARTURE_UNREGISTER;
    case Departure::kUncleanFence: return v1::BROKER_DEPARTURE_UNCLEAN_FENCE;
  }
  return v1::BROKER_DEPARTURE_NONE;
}

BrokerIntent intent_from(const v1::BrokerIntent& wire) {
  return {wire.cordoned(), wire.maintenance(), wire.decommission()};
}

void write_intent(const BrokerIntent& intent, v1::BrokerIntent& wire) {
  wire.set_cordoned(intent.cordoned);
  wire.set_maintenance(intent.maintenance);
  wire.set_decommission(intent.decommission);
}

Result<BrokerRegistration> registration_from(const v1::RegisterBroker& record) {
  BrokerRegistration to;
  to.id = record.broker_id();
  to.incarnation = uuid_from(record.incarnation());
  if (to.id < 0) return Status(Code::kCorruption, "registration of a negative broker id");
  if (to.incarnation.is_none()) {
    return Status(Code::kCorruption,
                  "registration of broker " + std::to_string(to.id) + " without incarnation");
  }
  to.epoch = record.broker_epoch();
  to.rack = record.rack();
  to.fenced = record.fenced();
  to.in_controlled_shutdown = record.in_controlled_shutdown();
  const Result<Departure> departure = departure_from(record.departure());
  if (!departure.is_ok()) return departure.status();
  to.departure = *departure;
  to.intent = intent_from(record.intent());
  for (const v1::Endpoint& endpoint : record.endpoints()) {
    if (endpoint.port() == 0 || endpoint.port() > 65535) {
      return Status(
          Code::kCorruption,
          "registration of broker " + std::to_string(to.id) + " with a port out of range");
    }
    to.endpoints.push_back({endpoint.listener(),
                            endpoint.host(),
                            static_cast<std::uint16_t>(endpoint.port()),
                            endpoint.security_protocol()});
  }
  for (const v1::Uuid& dir : record.log_dirs())
    to.log_dirs.push_back(uuid_from(dir));
  for (const v1::FeatureRange& range : record.features()) {
    to.features.push_back({range.name(), range.min_level(), range.max_level()});
  }
  return to;
}

void write_registration(const BrokerRegistration& registration, v1::RegisterBroker& record) {
  record.set_broker_id(registration.id);
  write_uuid(registration.incarnation, *record.mutable_incarnation());
  record.set_broker_epoch(registration.epoch);
  record.set_rack(registration.rack);
  record.set_fenced(registration.fenced);
  record.set_in_controlled_shutdown(registration.in_controlled_shutdown);
  record.set_departure(static_cast<v1::BrokerDeparture>(departure_to(registration.departure)));
  if (!(registration.intent == BrokerIntent())) {
    write_intent(registration.intent, *record.mutable_intent());
  }
  for (const Endpoint& endpoint : registration.endpoints) {
    v1::Endpoint& to = *record.add_endpoints();
    to.set_listener(endpoint.listener);
    to.set_host(endpoint.host);
    to.set_port(endpoint.port);
    to.set_security_protocol(endpoint.security_protocol);
  }
  for (const Uuid& dir : registration.log_dirs)
    write_uuid(dir, *record.add_log_dirs());
  for (const FeatureRange& range : registration.features) {
    v1::FeatureRange& to = *record.add_features();
    to.set_name(range.name);
    to.set_min_level(range.min_level);
    to.set_max_level(range.max_level);
  }
}

}  // namespace quorate::controller
