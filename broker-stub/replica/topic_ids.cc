#include "broker-stub/replica/topic_ids.h"

#include <cstddef>

namespace quorate::broker {

kafka::Uuid to_kafka(const controller::Uuid& id) {
  kafka::Uuid out;
  for (std::size_t i = 0; i < 8; ++i) {
    out.bytes[i] = static_cast<std::uint8_t>(id.high >> (56 - 8 * i));
    out.bytes[i + 8] = static_cast<std::uint8_t>(id.low >> (56 - 8 * i));
  }
  return out;
}

controller::Uuid from_kafka(const kafka::Uuid& id) {
  controller::Uuid out;
  for (std::size_t i = 0; i < 8; ++i) {
    out.high = out.high << 8U | id.bytes[i];
    out.low = out.low << 8U | id.bytes[i + 8];
  }
  return out;
}

}  // namespace quorate::broker
