// What every simulation says of the run of one seed; each adds what it counts.
//
// Owner: the caller. Thread: a value.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "raft/testing/safety_checker.h"

namespace quorate::raft::testing {

struct SeedVerdict {
  std::uint64_t seed = 0;
  std::optional<Violation> violation;  // none: the run was clean
  std::vector<std::string> last_lines;
  std::uint64_t event_hash = 0;

  [[nodiscard]] bool is_clean() const { return !violation; }
};

}  // namespace quorate::raft::testing
