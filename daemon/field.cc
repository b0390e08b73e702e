#include "daemon/field.h"

#include <array>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <ctime>

namespace quorate {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

unsigned byte_at(std::string_view text, std::size_t at) {
  return static_cast<unsigned char>(text[at]);
}

// How many bytes the UTF-8 character at the start of `text` has; 0 when it is not one.
std::size_t utf8_length(std::string_view text) {
  const unsigned lead = byte_at(text, 0);
  std::size_t length = 0;
  if (lead < 0x80U) return 1;
  if (lead >= 0xC2U && lead <= 0xDFU) length = 2;
  if (lead >= 0xE0U && lead <= 0xEFU) length = 3;
  if (lead >= 0xF0U && lead <= 0xF4U) length = 4;
  if (length == 0 || text.size() < length) return 0;
  for (std::size_t at = 1; at < length; ++at) {
    if ((byte_at(text, at) & 0xC0U) != 0x80U) return 0;
  }
  const unsigned second = byte_at(text, 1);
  if (lead == 0xE0U && second < 0xA0U) return 0;  // overlong
  if (lead == 0xEDU && second > 0x9FU) return 0;  // surrogate
  if (lead == 0xF0U && second < 0x90U) return 0;  // overlong
  if (lead == 0xF4U && second > 0x8FU) return 0;  // beyond U+10FFFF
  return length;
}

void append_escaped(std::string& out, char symbol) {
  switch (symbol) {
    case '"': out += "\\\""; return;
    case '\\': out += "\\\\"; return;
    case '\n': out += "\\n"; return;
    case '\r': out += "\\r"; return;
    case '\t': out += "\\t"; return;
    default: break;
  }
  if (static_cast<unsigned char>(symbol) >= 0x20U && symbol != 0x7F) {
    out += symbol;
    return;
  }
  std::array<char, 8> code{};
  std::snprintf(code.data(), code.size(), "\\u%04x", static_cast<unsigned char>(symbol));
  out += code.data();
}

// Numbers and booleans look the same in JSON and logfmt; what is not finite is null.
struct AppendScalar {
  std::string& out;
  void operator()(std::string_view) const {}
  void operator()(std::int64_t number) const { append_number(out, number); }
  void operator()(std::uint64_t number) const { append_number(out, number); }
  void operator()(double number) const {
    if (std::isfinite(number)) {
      append_number(out, number);
    } else {
      out += "null";
    }
  }
  void operator()(bool flag) const { out += flag ? "true" : "false"; }
};

bool needs_quotes(std::string_view text) {
  if (text.empty()) return true;
  for (const char symbol : text) {
    const auto byte = static_cast<unsigned char>(symbol);
    if (byte <= 0x20U || byte >= 0x7FU || symbol == '"' || symbol == '=' || symbol == '\\') {
      return true;
    }
  }
  return false;
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    if (length == 0) {
      out += kReplacement;
    } else if (length == 1) {
      append_escaped(out, text.front());
    } else {
      out += text.substr(0, length);
    }
    text.remove_prefix(length == 0 ? 1 : length);
  }
  out += '"';
}

void append_json_field(std::string& out, const Field& field) {
  out += ',';
  append_json_string(out, field.key);
  out += ':';
  if (const auto* text = std::get_if<std::string_view>(&field.value)) {
    append_json_string(out, *text);
  } else {
    std::visit(AppendScalar{out}, field.value);
  }
}

void append_logfmt_field(std::string& out, const Field& field) {
  out += ' ';
  out += field.key;
  out += '=';
  const auto* text = std::get_if<std::string_view>(&field.value);
  if (text == nullptr) {
    std::visit(AppendScalar{out}, field.value);
  } else if (needs_quotes(*text)) {
    append_json_string(out, *text);
  } else {
    out += *text;
  }
}

std::int64_t wall_us() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::microseconds>(now).count();
}

std::string to_rfc3339(std::int64_t wall_us) {
  constexpr std::int64_t kMicros = 1'000'000;
  std::int64_t micros = wall_us % kMicros;
  auto seconds = static_cast<std::time_t>(wall_us / kMicros);
  if (micros < 0) {
    micros += kMicros;
    --seconds;
  }
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  std::array<char, 40> day{};
  const std::size_t length = std::strftime(day.data(), day.size(), "%Y-%m-%dT%H:%M:%S", &utc);
  std::array<char, 16> fraction{};
  std::snprintf(fraction.data(), fraction.size(), ".%06dZ", static_cast<int>(micros));
  return std::string(day.data(), length) + fraction.data();
}

}  // namespace quorate
