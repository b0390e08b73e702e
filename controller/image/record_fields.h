// Fields of records as the image's own words, and back.
//
// Thread: any.
#pragma once

#include "controller/image/broker_list.h"
#include "controller/image/cluster_image.h"
#include "controller/image/types.h"
#include "raft/base/status.h"

namespace quorate::controller::v1 {
class BrokerIntent;
class Uuid;
}  // namespace quorate::controller::v1

namespace quorate::controller {

// A record that does not fit the image is kCorruption, whatever part of the image says so.
[[nodiscard]] Status misfit(const Status& status);

[[nodiscard]] Uuid uuid_from(const v1::Uuid& wire);
void write_uuid(const Uuid& id, v1::Uuid& wire);

// Errors: kCorruption (negative id, port out of range, no incarnation).
[[nodiscard]] Result<BrokerRegistration> registration_from(const v1::RegisterBroker& record);
// Errors: kUnsupported.
[[nodiscard]] Result<Departure> departure_from(int wire);
[[nodiscard]] int departure_to(Departure departure);
[[nodiscard]] BrokerIntent intent_from(const v1::BrokerIntent& wire);
void write_intent(const BrokerIntent& intent, v1::BrokerIntent& wire);
void write_registration(const BrokerRegistration& registration, v1::RegisterBroker& record);

template <typename Field>
[[nodiscard]] BrokerList broker_list_from(const Field& field) {
  return BrokerList(
      std::span<const BrokerId>(field.data(), static_cast<std::size_t>(field.size())));
}
template <typename Field>
void write_broker_list(const BrokerList& list, Field& field) {
  field.Assign(list.begin(), list.end());
}

}  // namespace quorate::controller
