// Reader and Writer: the primitive types of the Kafka wire protocol.
//
// Reader is total: any bytes give values or an error, nothing is read outside the bytes. An error
// is sticky: after the first one every read gives zero or nothing, so that a decoder asks once at
// its end. What it returns as a view is borrowed from the bytes it reads.
// Bounds: an array length is checked against the bytes that are left and against the budget of
// kArrayElementsMax elements per message before anything is allocated.
//
// Writer collects owned bytes and, for large record data with an owner, borrowed slices: the
// message then leaves as a scatter write without a copy.
//
// Owner: whoever decodes or encodes. Thread: that one's.
// Source: kafka.apache.org/protocol, section "Protocol Primitive Types"; KIP-482 (tagged fields).
#pragma once

#include <array>
#include <bit>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "raft/base/status.h"

namespace quorate::kafka {

// How strings, bytes and arrays carry their length: as a big-endian integer, or (flexible
// versions) as an unsigned varint of the length plus one.
enum class Form : std::uint8_t { kPlain, kCompact };

// Elements of all arrays of one message together: bounds what a small frame can make us allocate.
inline constexpr std::uint32_t kArrayElementsMax = 1'000'000;
// Record data of at least this many bytes with an owner is spliced in, not copied.
inline constexpr std::size_t kSpliceBytesMin = 4096;

struct Uuid {
  std::array<std::uint8_t, 16> bytes{};

  [[nodiscard]] bool is_zero() const { return *this == Uuid{}; }
  friend auto operator<=>(const Uuid&, const Uuid&) = default;
};

// Bytes and what keeps them alive. Without an owner they are borrowed from a frame or a buffer that
// outlives the slice.
struct Slice {
  std::string_view bytes;
  std::shared_ptr<const void> owner;

  friend bool operator==(const Slice& a, const Slice& b) { return a.bytes == b.bytes; }
};

class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}

  [[nodiscard]] bool is_ok() const { return error_ == nullptr; }
  // kCorruption with the reason and the position, or ok.
  [[nodiscard]] Status status() const;
  [[nodiscard]] std::string_view rest() const { return bytes_.substr(position_); }
  [[nodiscard]] std::size_t remaining() const { return bytes_.size() - position_; }

  bool boolean() { return int8() != 0; }
  std::int8_t int8() { return static_cast<std::int8_t>(fixed<1>()); }
  std::int16_t int16() { return static_cast<std::int16_t>(fixed<2>()); }
  std::int32_t int32() { return static_cast<std::int32_t>(fixed<4>()); }
  std::int64_t int64() { return static_cast<std::int64_t>(fixed<8>()); }
  double float64() { return std::bit_cast<double>(fixed<8>()); }
  std::uint32_t unsigned_varint();
  std::int32_t varint();   // zigzag, 5 bytes at most
  std::int64_t varlong();  // zigzag, 10 bytes at most
  Uuid uuid();
  std::string_view raw(std::size_t size);

  std::string_view string(Form form);
  std::optional<std::string_view> nullable_string(Form form);
  // Bytes with an int32 (or compact) length: the types BYTES and RECORDS.
  Slice slice(Form form);
  std::optional<Slice> nullable_slice(Form form);
  // The number of elements that follow; already checked against what is left and the budget.
  std::size_t array_length(Form form);
  std::optional<std::size_t> nullable_array_length(Form form);

  // Calls `field(tag, reader)` for each tagged field; a tag that it does not read is skipped.
  // Tags must ascend, as the protocol demands of writers.
  template <typename Field>
  void tagged_fields(Field&& field) {
    const std::uint32_t count = unsigned_varint();
    std::int64_t last = -1;
    for (std::uint32_t i = 0; i < count && is_ok(); ++i) {
      const std::uint32_t tag = unsigned_varint();
      Reader inner(raw(unsigned_varint()));
      if (std::int64_t{tag} <= last) fail("tags do not ascend");
      if (!is_ok()) return;
      last = tag;
      inner.elements_left_ = elements_left_;
      field(tag, inner);
      elements_left_ = inner.elements_left_;
      if (!inner.is_ok()) fail(inner.error_);
    }
  }
  void skip_tagged_fields() {
    tagged_fields([](std::uint32_t, Reader&) {});
  }

  // Makes the reader fail with `reason` (a constant) unless it has failed before.
  void fail(const char* reason);

 private:
  template <std::size_t kSize>
  std::uint64_t fixed() {
    if (remaining() < kSize || !is_ok()) {
      fail("the bytes end inside an integer");
      return 0;
    }
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < kSize; ++i) {
      value = value << 8U | static_cast<std::uint8_t>(bytes_[position_ + i]);
    }
    position_ += kSize;
    return value;
  }
  std::uint64_t base128(std::uint32_t bits);
  std::optional<std::size_t> length(Form form, std::int64_t plain);
  std::optional<std::string_view> sized(std::optional<std::size_t> size);

  std::string_view bytes_;
  std::size_t position_ = 0;
  std::uint32_t elements_left_ = kArrayElementsMax;
  const char* error_ = nullptr;
  std::size_t error_position_ = 0;
};

class Writer {
 public:
  void boolean(bool value) { int8(value ? 1 : 0); }  // NOLINT: a value, not a mode
  void int8(std::int8_t value) { current_.push_back(static_cast<char>(value)); }
  void int16(std::int16_t value) { fixed(static_cast<std::uint16_t>(value), 2); }
  void int32(std::int32_t value) { fixed(static_cast<std::uint32_t>(value), 4); }
  void int64(std::int64_t value) { fixed(static_cast<std::uint64_t>(value), 8); }
  void float64(double value) { fixed(std::bit_cast<std::uint64_t>(value), 8); }
  void unsigned_varint(std::uint32_t value) { base128(value); }
  void varint(std::int32_t value);
  void varlong(std::int64_t value);
  void uuid(const Uuid& value);
  void raw(std::string_view bytes) { current_.append(bytes); }

  void string(Form form, std::string_view value);
  void nullable_string(Form form, const std::optional<std::string_view>& value);
  void slice(Form form, const Slice& value);
  void nullable_slice(Form form, const std::optional<Slice>& value);
  void array_length(Form form, std::size_t count);
  void null_array(Form form) { null_length(form, 4); }
  // Tagged fields, already encoded, in ascending order of their tags.
  void tagged_fields(const std::vector<std::pair<std::uint32_t, std::string>>& fields);

  // kInvalidArgument once something was too long for its length field; the bytes are then useless.
  [[nodiscard]] Status status() const;
  [[nodiscard]] std::size_t size() const { return finished_bytes_ + current_.size(); }
  // What was written, in order; the writer is empty afterwards.
  [[nodiscard]] std::vector<Slice> take();
  // What was written as one string: a copy of every spliced slice.
  [[nodiscard]] std::string take_string();

 private:
  void fixed(std::uint64_t value, std::size_t size);
  void base128(std::uint64_t value);
  void length(Form form, std::size_t size, std::size_t plain_bytes);
  void null_length(Form form, std::size_t plain_bytes);
  void finish_current();

  std::vector<Slice> finished_;
  std::size_t finished_bytes_ = 0;
  std::string current_;
  bool too_long_ = false;
};

}  // namespace quorate::kafka
