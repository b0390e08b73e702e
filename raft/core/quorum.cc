#include "raft/core/quorum.h"

namespace quorate::raft {

std::size_t majority_of(std::size_t voters) {
  QUORATE_CHECK(voters > 0);
  return voters / 2 + 1;
}

Index majority_index(std::span<Index> held) {
  if (held.empty()) return Index{0};
  // In descending order, the majority-th one is held by that many voters.
  const auto position = held.begin() + static_cast<std::ptrdiff_t>(majority_of(held.size())) - 1;
  std::nth_element(held.begin(), position, held.end(), std::greater<>());
  return *position;
}

Tally tally_half(std::size_t voters, std::size_t yes, std::size_t no) {
  QUORATE_CHECK(yes + no <= voters);
  if (voters == 0) return Tally::kLost;
  if (yes >= majority_of(voters)) return Tally::kWon;
  return voters - no < majority_of(voters) ? Tally::kLost : Tally::kPending;
}

}  // namespace quorate::raft
