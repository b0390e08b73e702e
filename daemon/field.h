// Field: one key and its value, as it appears in a log line or an event.
//
// A field only points at its text: it lives as long as the call it is written in.
// Thread: values.
#pragma once

#include <array>
#include <charconv>
#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <variant>

namespace quorate {

struct Field {
  using Value = std::variant<std::string_view, std::int64_t, std::uint64_t, double, bool>;

  Field(std::string_view field_key, std::string_view text) : key(field_key), value(text) {}
  Field(std::string_view field_key, const char* text)
      : key(field_key), value(std::string_view(text)) {}
  Field(std::string_view field_key, const std::string& text)
      : key(field_key), value(std::string_view(text)) {}
  Field(std::string_view field_key, std::same_as<bool> auto flag) : key(field_key), value(flag) {}
  Field(std::string_view field_key, std::signed_integral auto number)
      : key(field_key), value(std::int64_t{number}) {}
  Field(std::string_view field_key, std::unsigned_integral auto number)
    requires(!std::same_as<decltype(number), bool>)
      : key(field_key), value(std::uint64_t{number}) {}
  Field(std::string_view field_key, double number) : key(field_key), value(number) {}

  std::string_view key;
  Value value;
};

using Fields = std::span<const Field>;

// Appends `text` as a JSON string with its quotes; bytes that are not UTF-8 become U+FFFD.
void append_json_string(std::string& out, std::string_view text);
// Appends `,"key":value`.
void append_json_field(std::string& out, const Field& field);
// Appends ` key=value`; the value is quoted when it holds a space, a quote or a control character.
void append_logfmt_field(std::string& out, const Field& field);
// As JSON has it, in decimals; of a double the shortest that reads as the same one. Requires a
// finite number.
template <typename Number>
void append_number(std::string& out, Number number) {
  std::array<char, 32> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  out.append(digits.data(), end);
}
// Microseconds since 1970 by the machine's clock, for people.
[[nodiscard]] std::int64_t wall_us();
// "2026-01-31T12:34:56.123456Z" of a wall clock given in microseconds since 1970.
[[nodiscard]] std::string to_rfc3339(std::int64_t time_us);

}  // namespace quorate
