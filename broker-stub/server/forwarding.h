// What all requests that are forwarded to the controllers have in common.
//
// Thread: the broker thread.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>

#include <asio/awaitable.hpp>

#include "broker-stub/kafka/error_code.h"
#include "broker-stub/net/request_service.h"
#include "broker-stub/server/serving.h"

namespace quorate::broker {

// How long a change may take to reach this broker's own image before its answer leaves.
inline constexpr std::chrono::milliseconds kOwnImageWait(5000);

// What the client asks for, within reason.
[[nodiscard]] inline std::int64_t forwarding_timeout_ms(std::int32_t timeout_ms) {
  constexpr std::int32_t kTimeoutMinMs = 100;
  constexpr std::int32_t kTimeoutMaxMs = 120'000;
  return std::clamp(timeout_ms, kTimeoutMinMs, kTimeoutMaxMs);
}

// For requests that name no time.
inline constexpr std::int64_t kForwardingTimeoutMs = 30'000;

// Clients are not authenticated yet: they all have Kafka's name for those who are not.
inline constexpr const char* kAnonymousUser = "ANONYMOUS";

// Says in `meta` who asks, for its quota; a client that speaks a version below `refused_from` does
// not know THROTTLING_QUOTA_EXCEEDED and is told to wait instead.
template <typename Meta>
void write_client(const Request& request, std::int16_t refused_from, Meta& meta) {
  meta.mutable_client()->set_user(kAnonymousUser);
  meta.mutable_client()->set_client_id(std::string(request.client_id));
  meta.mutable_client()->set_delayed(request.version < refused_from);
}

// The sentence of an answer: the controller's, else that of the code.
[[nodiscard]] inline std::optional<std::string> sentence(kafka::ErrorCode error,
                                                         const std::string& message) {
  if (error == kafka::ErrorCode::kNone) return std::nullopt;
  return message.empty() ? std::string(message_of(error)) : message;
}

// Writes into `row` what became of item `at`, of an answer that has a result for each unless the
// whole request was refused.
template <typename Answer, typename Row>
void write_verdict(const Result<Answer>& answer, int at, Row& row) {
  const auto write = [&row](kafka::ErrorCode error, const std::string& message) {
    row.error_code = error;
    row.error_message = sentence(error, message);
  };
  if (!answer.is_ok()) return write(error_of(answer.status()), answer.status().message());
  if (at >= answer->results_size()) {
    return write(static_cast<kafka::ErrorCode>(answer->error()), answer->error_message());
  }
  const auto& own = answer->results(at);
  write(static_cast<kafka::ErrorCode>(own.error()), own.error_message());
}

// Lets the active controller carry out a change. When the answer is there this broker has read what
// came of it, if that took no longer than kOwnImageWait.
template <typename Wanted, typename Answer>
[[nodiscard]] asio::awaitable<Result<Answer>> forward(
    Serving& serving,
    Result<Answer> (controller::ControllerClient::*change)(Wanted, controller::CallOptions),
    Wanted wanted,
    std::int64_t timeout_ms) {
  const std::function<Result<Answer>(controller::ControllerClient&)> work =
      [change, wanted = std::move(wanted), timeout_ms](controller::ControllerClient& client) {
        return (client.*change)(wanted, {.timeout_ms = timeout_ms});
      };
  auto answer = co_await serving.calls.call(work);
  if (answer.is_ok()) {
    co_await serving.image.reaches(answer->meta().commit_offset(), kOwnImageWait);
  }
  co_return answer;
}

}  // namespace quorate::broker
