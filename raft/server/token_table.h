// TokenTable: what waits for an answer, by the token that will come back with it.
//
// A slot is used again and again without allocating; the token also carries how often, so that a
// token that was answered once finds nothing.
// Owner: one loop. Thread: that one's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace quorate::raft {

template <typename T>
class TokenTable {
 public:
  using Token = std::uint64_t;

  Token insert(T value) {
    if (free_.empty()) {
      free_.push_back(static_cast<std::uint32_t>(slots_.size()));
      slots_.emplace_back();
    }
    const std::uint32_t at = free_.back();
    free_.pop_back();
    Slot& slot = slots_[at];
    slot.value = std::move(value);
    return (static_cast<Token>(slot.use) << kSlotBits) | at;
  }

  // Each token gives its value once.
  std::optional<T> take(Token token) {
    const auto at = static_cast<std::uint32_t>(token & kSlotMask);
    if (at >= slots_.size()) return std::nullopt;
    Slot& slot = slots_[at];
    if (!slot.value || slot.use != static_cast<std::uint32_t>(token >> kSlotBits)) {
      return std::nullopt;
    }
    std::optional<T> value = std::exchange(slot.value, std::nullopt);
    ++slot.use;
    free_.push_back(at);
    return value;
  }

  // Everything that still waits, in no order; the table is empty afterwards.
  std::vector<T> take_all() {
    std::vector<T> all;
    for (std::uint32_t at = 0; at < slots_.size(); ++at) {
      if (!slots_[at].value) continue;
      all.push_back(*std::exchange(slots_[at].value, std::nullopt));
      ++slots_[at].use;
      free_.push_back(at);
    }
    return all;
  }

  [[nodiscard]] std::size_t size() const { return slots_.size() - free_.size(); }

 private:
  static constexpr unsigned kSlotBits = 32;
  static constexpr Token kSlotMask = (Token{1} << kSlotBits) - 1;

  struct Slot {
    std::optional<T> value;
    std::uint32_t use = 0;
  };
  std::vector<Slot> slots_;
  std::vector<std::uint32_t> free_;  // slots without a value
};

}  // namespace quorate::raft
