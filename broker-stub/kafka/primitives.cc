#include "broker-stub/kafka/primitives.h"

#include <limits>

namespace quorate::kafka {

Status Reader::status() const {
  if (is_ok()) return Status::ok();
  return {Code::kCorruption,
          std::string(error_) + " (at byte " + std::to_string(error_position_) + ")"};
}

void Reader::fail(const char* reason) {
  if (!is_ok()) return;
  error_ = reason;
  error_position_ = position_;
  position_ = bytes_.size();
}

std::uint64_t Reader::base128(std::uint32_t bits) {
  std::uint64_t value = 0;
  for (std::uint32_t shift = 0; shift < bits; shift += 7) {
    const auto byte = static_cast<std::uint8_t>(fixed<1>());
    value |= std::uint64_t{byte & 0x7fU} << shift;
    if ((byte & 0x80U) == 0) {
      // The last byte of a 32-bit (64-bit) varint has room for 4 (1) bits only.
      const bool fits = shift + 7 <= bits || (byte >> (bits - shift)) == 0;
      if (!fits) fail("a varint is too large for its type");
      return is_ok() ? value : 0;
    }
  }
  fail("a varint does not end");
  return 0;
}

std::uint32_t Reader::unsigned_varint() {
  return static_cast<std::uint32_t>(base128(32));
}

std::int32_t Reader::varint() {
  const auto raw = static_cast<std::uint32_t>(base128(32));
  return static_cast<std::int32_t>((raw >> 1U) ^ (0U - (raw & 1U)));
}

std::int64_t Reader::varlong() {
  const std::uint64_t raw = base128(64);
  return static_cast<std::int64_t>((raw >> 1U) ^ (std::uint64_t{0} - (raw & 1U)));
}

Uuid Reader::uuid() {
  Uuid value;
  const std::string_view bytes = raw(value.bytes.size());
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    value.bytes[i] = static_cast<std::uint8_t>(bytes[i]);
  }
  return value;
}

std::string_view Reader::raw(std::size_t size) {
  if (!is_ok() || size > remaining()) {
    fail("a length points beyond the end");
    return {};
  }
  const std::string_view bytes = bytes_.substr(position_, size);
  position_ += size;
  return bytes;
}

// The length in compact form, or `plain` (already read); nothing for null.
std::optional<std::size_t> Reader::length(Form form, std::int64_t plain) {
  if (form == Form::kCompact) plain = std::int64_t{unsigned_varint()} - 1;
  if (plain < -1) fail("a length is negative");
  if (plain < 0) return std::nullopt;
  return static_cast<std::size_t>(plain);
}

std::optional<std::string_view> Reader::sized(std::optional<std::size_t> size) {
  if (!size) return std::nullopt;
  return raw(*size);
}

std::optional<std::string_view> Reader::nullable_string(Form form) {
  return sized(length(form, form == Form::kPlain ? int16() : 0));
}

std::string_view Reader::string(Form form) {
  const auto value = nullable_string(form);
  if (!value) fail("a string is null where the protocol forbids it");
  return value.value_or(std::string_view{});
}

std::optional<Slice> Reader::nullable_slice(Form form) {
  const auto bytes = sized(length(form, form == Form::kPlain ? int32() : 0));
  if (!bytes) return std::nullopt;
  return Slice{.bytes = *bytes, .owner = nullptr};
}

Slice Reader::slice(Form form) {
  const auto value = nullable_slice(form);
  if (!value) fail("bytes are null where the protocol forbids it");
  return value.value_or(Slice{});
}

std::optional<std::size_t> Reader::nullable_array_length(Form form) {
  const auto count = length(form, form == Form::kPlain ? int32() : 0);
  if (!count || !is_ok()) return std::nullopt;
  // Every element takes at least one byte.
  if (*count > remaining()) {
    fail("an array is longer than the bytes that are left");
    return 0;
  }
  if (*count > elements_left_) {
    fail("a message has more array elements than this program accepts");
    return 0;
  }
  elements_left_ -= static_cast<std::uint32_t>(*count);
  return count;
}

std::size_t Reader::array_length(Form form) {
  const auto count = nullable_array_length(form);
  if (!count) fail("an array is null where the protocol forbids it");
  return count.value_or(0);
}

void Writer::fixed(std::uint64_t value, std::size_t size) {
  for (std::size_t i = size; i > 0; --i) {
    current_.push_back(static_cast<char>(value >> (8 * (i - 1)) & 0xffU));
  }
}

void Writer::base128(std::uint64_t value) {
  while (value >= 0x80) {
    current_.push_back(static_cast<char>((value & 0x7fU) | 0x80U));
    value >>= 7U;
  }
  current_.push_back(static_cast<char>(value));
}

void Writer::varint(std::int32_t value) {
  const auto raw = static_cast<std::uint32_t>(value);
  base128((raw << 1U) ^ (value < 0 ? ~0U : 0U));
}

void Writer::varlong(std::int64_t value) {
  const auto raw = static_cast<std::uint64_t>(value);
  base128((raw << 1U) ^ (value < 0 ? ~std::uint64_t{0} : 0U));
}

void Writer::uuid(const Uuid& value) {
  for (const std::uint8_t byte : value.bytes)
    current_.push_back(static_cast<char>(byte));
}

void Writer::length(Form form, std::size_t size, std::size_t plain_bytes) {
  const std::size_t size_max = plain_bytes == 2 ? std::numeric_limits<std::int16_t>::max()
                                                : std::numeric_limits<std::int32_t>::max();
  too_long_ = too_long_ || size > size_max;
  if (form == Form::kCompact) {
    base128(size + 1);
  } else {
    fixed(size, plain_bytes);
  }
}

void Writer::null_length(Form form, std::size_t plain_bytes) {
  if (form == Form::kCompact) {
    base128(0);
  } else {
    fixed(~std::uint64_t{0}, plain_bytes);
  }
}

void Writer::string(Form form, std::string_view value) {
  length(form, value.size(), 2);
  current_.append(value);
}

void Writer::nullable_string(Form form, const std::optional<std::string_view>& value) {
  if (!value) return null_length(form, 2);
  string(form, *value);
}

void Writer::slice(Form form, const Slice& value) {
  length(form, value.bytes.size(), 4);
  if (value.owner == nullptr || value.bytes.size() < kSpliceBytesMin) {
    current_.append(value.bytes);
    return;
  }
  finish_current();
  finished_bytes_ += value.bytes.size();
  finished_.push_back(value);
}

void Writer::nullable_slice(Form form, const std::optional<Slice>& value) {
  if (!value) return null_length(form, 4);
  slice(form, *value);
}

void Writer::array_length(Form form, std::size_t count) {
  length(form, count, 4);
}

void Writer::tagged_fields(const std::vector<std::pair<std::uint32_t, std::string>>& fields) {
  unsigned_varint(static_cast<std::uint32_t>(fields.size()));
  for (const auto& [tag, bytes] : fields) {
    unsigned_varint(tag);
    unsigned_varint(static_cast<std::uint32_t>(bytes.size()));
    current_.append(bytes);
  }
}

Status Writer::status() const {
  if (!too_long_) return Status::ok();
  return {Code::kInvalidArgument, "a string or an array is too long for its length field"};
}

void Writer::finish_current() {
  if (current_.empty()) return;
  auto owned = std::make_shared<const std::string>(std::move(current_));
  current_.clear();
  finished_bytes_ += owned->size();
  finished_.push_back({.bytes = *owned, .owner = owned});
}

std::vector<Slice> Writer::take() {
  finish_current();
  finished_bytes_ = 0;
  return std::exchange(finished_, {});
}

std::string Writer::take_string() {
  std::string all;
  all.reserve(size());
  for (const Slice& slice : take())
    all.append(slice.bytes);
  return all;
}

}  // namespace quorate::kafka
