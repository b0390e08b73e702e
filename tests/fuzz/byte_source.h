// ByteSource: a fuzzer's input read as choices. It is total: where the bytes have run out, every
// choice is the first one, so that each prefix of an input is an input too.
//
// Owner and thread: one run of a target.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace quorate::fuzz {

class ByteSource {
 public:
  ByteSource(const std::uint8_t* data, std::size_t size)
      : rest_(reinterpret_cast<const char*>(data), size) {}

  [[nodiscard]] bool is_empty() const { return rest_.empty(); }

  std::uint8_t byte() {
    if (rest_.empty()) return 0;
    const auto taken = static_cast<unsigned char>(rest_.front());
    rest_.remove_prefix(1);
    return taken;
  }
  // One of 0..count-1; count is 1..256.
  std::size_t below(std::size_t count) { return byte() % count; }
  // True once in `count` values of a byte.
  bool one_in(std::size_t count) { return below(count) == count - 1; }
  std::uint64_t u64() {
    std::uint64_t value = 0;
    for (int i = 0; i < 8; ++i)
      value = (value << 8U) | byte();
    return value;
  }
  // At most `size` bytes.
  std::string_view bytes(std::size_t size) {
    const std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(taken.size());
    return taken;
  }
  std::string_view rest() { return bytes(rest_.size()); }

 private:
  std::string_view rest_;
};

}  // namespace quorate::fuzz
