// evidence(): what a violation message is put together from.
#pragma once

#include <sstream>
#include <string>

namespace quorate::raft::testing {

// All parts written one behind the other.
template <typename... Parts>
[[nodiscard]] std::string evidence(const Parts&... parts) {
  std::ostringstream out;
  (out << ... << parts);
  return out.str();
}

}  // namespace quorate::raft::testing
