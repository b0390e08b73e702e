// For the tests: every message that there are codecs for, and how to fill it with random values.
//
// The fill functions are made from the schemas, so that a new API or version is tested by being
// declared. Thread: values.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "broker-stub/kafka/error_code.h"
#include "broker-stub/kafka/primitives.h"
#include "raft/base/random.h"
#include "raft/base/status.h"

namespace quorate::kafka::cases {

struct MessageCase {
  std::string name;
  std::int16_t version_min = 0;
  std::int16_t version_max = 0;
  // A message with random values, encoded.
  std::function<std::string(Random&, std::int16_t)> random_bytes;
  // Whether a message with random values is the same after being encoded and decoded.
  std::function<bool(Random&, std::int16_t)> comes_back;
  // Decodes and encodes again.
  std::function<Result<std::string>(std::string_view, std::int16_t)> again;
  std::function<Result<std::string>(std::string_view, std::int16_t)> to_json;
};

// Made by the generator.
[[nodiscard]] std::vector<MessageCase> all_cases();

// What they return lives for ever.
[[nodiscard]] std::string_view random_string(Random& random);
[[nodiscard]] Slice random_records(Random& random);
[[nodiscard]] Uuid random_uuid(Random& random);
[[nodiscard]] ErrorCode random_error_code(Random& random);

template <typename Number>
[[nodiscard]] Number random_number(Random& random) {
  if constexpr (std::is_same_v<Number, bool>) {
    return random.chance(1, 2);
  } else {
    // The ends of the range are where encodings break.
    switch (random.below(4)) {
      case 0: return std::numeric_limits<Number>::min();
      case 1: return std::numeric_limits<Number>::max();
      case 2: return static_cast<Number>(-1);
      default: return static_cast<Number>(random.next());
    }
  }
}

template <typename T>
[[nodiscard]] std::string encoded(const T& message, std::int16_t version) {
  Writer writer;
  message.encode(writer, version);
  return writer.status().is_ok() ? writer.take_string() : "does not encode";
}

template <typename T>
[[nodiscard]] Result<T> decoded(std::string_view bytes, std::int16_t version) {
  T message;
  Reader reader(bytes);
  QUORATE_TRY(message.decode(reader, version));
  if (reader.remaining() > 0) return Status(Code::kCorruption, "bytes are left over");
  return message;
}

template <typename T>
[[nodiscard]] MessageCase case_of(std::string name, void (*fill)(T&, Random&, std::int16_t)) {
  MessageCase made{
      .name = std::move(name), .version_min = T::kVersionMin, .version_max = T::kVersionMax};
  made.random_bytes = [fill](Random& random, std::int16_t version) {
    T message;
    fill(message, random, version);
    return encoded(message, version);
  };
  made.comes_back = [fill](Random& random, std::int16_t version) {
    T message;
    fill(message, random, version);
    const std::string bytes = encoded(message, version);
    const auto back = decoded<T>(bytes, version);
    return back.is_ok() && *back == message;
  };
  made.again = [](std::string_view bytes, std::int16_t version) -> Result<std::string> {
    const auto message = decoded<T>(bytes, version);
    if (!message.is_ok()) return message.status();
    return encoded(*message, version);
  };
  made.to_json = [](std::string_view bytes, std::int16_t version) -> Result<std::string> {
    const auto message = decoded<T>(bytes, version);
    if (!message.is_ok()) return message.status();
    return message->to_json(version);
  };
  return made;
}

}  // namespace quorate::kafka::cases
