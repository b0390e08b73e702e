#include "controller/image/types.h"

#include <array>

namespace quorate::controller {
namespace {

constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::size_t kTextSize = 22;  // 128 bits in digits of 6, the last one holding 2

}  // namespace

std::string to_string(const Uuid& id) {
  std::string text;
  for (std::size_t digit = 0; digit < kTextSize; ++digit) {
    std::size_t value = 0;
    for (std::size_t bit = digit * 6; bit < digit * 6 + 6; ++bit) {
      const std::uint64_t half = bit < 64 ? id.high : id.low;
      const std::size_t one = bit < 128 ? (half >> (63U - bit % 64U)) & 1U : 0;
      value = value * 2 + one;
    }
    text += kAlphabet[value];
  }
  return text;
}

std::optional<Uuid> uuid_from_string(std::string_view text) {
  if (text.size() != kTextSize) return std::nullopt;
  std::array<std::uint64_t, 2> halves{};
  for (std::size_t digit = 0; digit < kTextSize; ++digit) {
    const std::size_t value = kAlphabet.find(text[digit]);
    if (value == std::string_view::npos) return std::nullopt;
    for (std::size_t i = 0; i < 6; ++i) {
      const std::size_t bit = digit * 6 + i;
      const std::uint64_t one = (value >> (5U - i)) & 1U;
      if (bit < 128) {
        halves[bit / 64] = halves[bit / 64] << 1U | one;
      } else if (one != 0) {
        return std::nullopt;
      }
    }
  }
  return Uuid{halves[0], halves[1]};
}

}  // namespace quorate::controller
