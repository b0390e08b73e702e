// The invariants that the simulator checks, one line of text each.
//
// Thread: values. Source: docs/testing.md, section "Invariants".
#pragma once

#include <span>
#include <string_view>

namespace quorate::raft::testing {

struct Invariant {
  std::string_view id;
  std::string_view text;
};

[[nodiscard]] std::span<const Invariant> invariants();
// Empty for an unknown id.
[[nodiscard]] std::string_view invariant_text(std::string_view id);

}  // namespace quorate::raft::testing
