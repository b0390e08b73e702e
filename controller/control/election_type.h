// Which replica a leader is elected from (election.h tells how).
//
// Thread: a value.
#pragma once

#include <cstdint>

namespace quorate::controller {

enum class ElectionType : std::uint8_t { kPreferred, kOnline, kUnclean };

}  // namespace quorate::controller
