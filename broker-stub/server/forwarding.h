// What all requests that are forwarded to the controllers have in common.
//
// Thread: the broker thread.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "broker-stub/kafka/error_code.h"

namespace quorate::broker {

// How long a change may take to reach this broker's own image before its answer leaves.
inline constexpr std::chrono::milliseconds kOwnImageWait(5000);

// What the client asks for, within reason.
[[nodiscard]] inline std::int64_t forwarding_timeout_ms(std::int32_t timeout_ms) {
  constexpr std::int32_t kTimeoutMinMs = 100;
  constexpr std::int32_t kTimeoutMaxMs = 120'000;
  return std::clamp(timeout_ms, kTimeoutMinMs, kTimeoutMaxMs);
}

// The sentence of an answer: the controller's, else that of the code.
[[nodiscard]] inline std::optional<std::string> sentence(kafka::ErrorCode error,
                                                         const std::string& message) {
  if (error == kafka::ErrorCode::kNone) return std::nullopt;
  return message.empty() ? std::string(message_of(error)) : message;
}

}  // namespace quorate::broker
