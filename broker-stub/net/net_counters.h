// What the listener counts. Read by the broker for /metrics; only ever grows, but for the gauges.
//
// Thread: any; plain atomics without order among each other.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "broker-stub/kafka/api.h"

namespace quorate::broker {

struct NetCounters {
  using Count = std::atomic<std::uint64_t>;
  static constexpr std::size_t kApisMax = 64;

  Count connections_open = 0;  // gauge
  Count connections_accepted = 0;
  Count connections_over_limit = 0;
  Count connections_timed_out = 0;  // idle, or too slow with a frame or in reading a response
  Count accepts_failed = 0;
  Count bytes_in = 0;
  Count bytes_out = 0;
  Count frames_refused = 0;                // negative, empty or oversized length
  Count requests_malformed = 0;            // header or body that does not decode
  Count requests_unsupported = 0;          // key or version that is not served
  Count requests_failed = 0;               // the service threw
  std::array<Count, kApisMax> requests{};  // by position in kafka::all_apis()

  [[nodiscard]] Count& requests_of(const kafka::Api& api) {
    return requests[static_cast<std::size_t>(&api - kafka::all_apis().data())];
  }
  [[nodiscard]] std::uint64_t requests_of(kafka::ApiKey key) const {
    return requests[static_cast<std::size_t>(&kafka::api_of(key) - kafka::all_apis().data())];
  }
};

}  // namespace quorate::broker
