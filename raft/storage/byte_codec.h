// Little-endian integers and varints in byte strings, for what is stored.
//
// Reading is total: a reader that ran out of bytes stays failed and gives zeros, so that a decoder
// checks once at its end. Thread: values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace quorate::raft {

inline void append_fixed(std::string& out, std::uint64_t value, std::size_t bytes) {
  for (std::size_t i = 0; i < bytes; ++i) {
    out.push_back(static_cast<char>(static_cast<unsigned char>(value >> (8 * i))));
  }
}
inline void append_u32(std::string& out, std::uint32_t value) {
  append_fixed(out, value, 4);
}
inline void append_u64(std::string& out, std::uint64_t value) {
  append_fixed(out, value, 8);
}

// 7 bits a byte, lowest first, the high bit set on all but the last: 1 to 10 bytes.
inline void append_varint(std::string& out, std::uint64_t value) {
  while (value >= 0x80U) {
    out.push_back(static_cast<char>(static_cast<unsigned char>(value | 0x80U)));
    value >>= 7U;
  }
  out.push_back(static_cast<char>(static_cast<unsigned char>(value)));
}

// Most significant byte first, so that keys sort as numbers do.
inline void append_big_endian(std::string& out, std::uint64_t value) {
  for (std::size_t i = 8; i-- > 0;) {
    out.push_back(static_cast<char>(static_cast<unsigned char>(value >> (8 * i))));
  }
}

class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : rest_(bytes) {}

  [[nodiscard]] bool failed() const { return failed_; }
  // Everything was read and nothing was missing.
  [[nodiscard]] bool finished() const { return !failed_ && rest_.empty(); }
  [[nodiscard]] std::size_t remaining() const { return rest_.size(); }

  std::string_view bytes(std::uint64_t count) {
    if (count > rest_.size()) {
      failed_ = true;
      rest_ = {};
      return {};
    }
    const std::string_view taken = rest_.substr(0, static_cast<std::size_t>(count));
    rest_.remove_prefix(taken.size());
    return taken;
  }
  std::uint64_t fixed(std::size_t count) {
    std::uint64_t value = 0;
    const std::string_view taken = bytes(count);
    for (std::size_t i = taken.size(); i-- > 0;) {
      value = (value << 8U) | static_cast<unsigned char>(taken[i]);
    }
    return value;
  }
  std::uint8_t u8() { return static_cast<std::uint8_t>(fixed(1)); }
  std::uint32_t u32() { return static_cast<std::uint32_t>(fixed(4)); }
  std::uint64_t u64() { return fixed(8); }
  std::uint64_t big_endian() {
    std::uint64_t value = 0;
    for (const char c : bytes(8))
      value = (value << 8U) | static_cast<unsigned char>(c);
    return value;
  }
  // Fails on more than 64 bits and on a longer form than append_varint() writes.
  std::uint64_t varint() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      const std::uint64_t byte = u8();
      if (failed_) return 0;
      const std::uint64_t bits = byte & 0x7fU;
      const bool too_wide = shift == 63 && bits > 1;
      const bool padded = byte == 0 && shift > 0;
      if (too_wide || padded) break;
      value |= bits << shift;
      if (byte < 0x80U) return value;
    }
    failed_ = true;
    rest_ = {};
    return 0;
  }

 private:
  std::string_view rest_;
  bool failed_ = false;
};

}  // namespace quorate::raft
