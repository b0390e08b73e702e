// The same 128-bit id as the metadata image and as the Kafka protocol write it.
//
// Thread: values.
#pragma once

#include "broker-stub/kafka/primitives.h"
#include "controller/image/types.h"

namespace quorate::broker {

[[nodiscard]] kafka::Uuid to_kafka(const controller::Uuid& id);
[[nodiscard]] controller::Uuid from_kafka(const kafka::Uuid& id);

}  // namespace quorate::broker
