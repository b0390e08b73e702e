// JsonWriter: one line of JSON for traces and tests, written member by member.
//
// Bytes outside printable ASCII appear as \u00xx, whatever their encoding. Record data and other
// bytes, which may be secrets, are shown by their size only; a number that JSON cannot say as null.
// Owner: whoever writes. Thread: that one's.
#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

#include "broker-stub/kafka/error_code.h"
#include "broker-stub/kafka/primitives.h"

namespace quorate::kafka {

class JsonWriter {
 public:
  void begin_object() { open('{'); }
  void end_object() { close('}'); }
  void begin_array() { open('['); }
  void end_array() { close(']'); }
  void key(std::string_view name);

  void null() { literal("null"); }
  void value(bool value) { literal(value ? "true" : "false"); }  // NOLINT: a value, not a mode
  template <std::signed_integral Number>
  void value(Number number) {
    literal(std::to_string(number));
  }
  void value(double number);
  void value(std::string_view text);
  void value(ErrorCode code) { value(to_string(code)); }
  void value(const Uuid& id);
  void value(const Slice& records);

  [[nodiscard]] std::string take() { return std::move(text_); }

 private:
  void open(char bracket);
  void close(char bracket);
  void literal(std::string_view text);
  void separate();

  std::string text_;
  bool is_first_ = true;
};

}  // namespace quorate::kafka
