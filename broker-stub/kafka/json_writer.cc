#include "broker-stub/kafka/json_writer.h"

#include <array>
#include <charconv>
#include <cmath>

namespace quorate::kafka {

namespace {

constexpr std::string_view kHex = "0123456789abcdef";

void append_hex(std::string& out, std::uint8_t byte) {
  out.push_back(kHex[byte >> 4U]);
  out.push_back(kHex[byte & 0xfU]);
}

}  // namespace

void JsonWriter::separate() {
  if (!is_first_) text_.push_back(',');
  is_first_ = false;
}

void JsonWriter::open(char bracket) {
  separate();
  text_.push_back(bracket);
  is_first_ = true;
}

void JsonWriter::close(char bracket) {
  text_.push_back(bracket);
  is_first_ = false;
}

void JsonWriter::literal(std::string_view text) {
  separate();
  text_.append(text);
}

void JsonWriter::key(std::string_view name) {
  value(name);
  text_.push_back(':');
  is_first_ = true;
}

void JsonWriter::value(double number) {
  if (!std::isfinite(number)) return null();
  std::array<char, 32> buffer{};
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number);
  literal({buffer.data(), static_cast<std::size_t>(end.ptr - buffer.data())});
}

void JsonWriter::value(std::string_view text) {
  separate();
  text_.push_back('"');
  for (const char c : text) {
    const auto byte = static_cast<std::uint8_t>(c);
    if (c == '"' || c == '\\') {
      text_.push_back('\\');
      text_.push_back(c);
    } else if (byte < 0x20 || byte >= 0x7f) {
      text_.append("\\u00");
      append_hex(text_, byte);
    } else {
      text_.push_back(c);
    }
  }
  text_.push_back('"');
}

void JsonWriter::value(const Uuid& id) {
  std::string hex;
  for (const std::uint8_t byte : id.bytes)
    append_hex(hex, byte);
  value(std::string_view(hex));
}

void JsonWriter::value(const Slice& records) {
  value(std::to_string(records.bytes.size()) + " bytes");
}

}  // namespace quorate::kafka
