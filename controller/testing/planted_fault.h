// A rule that is broken on purpose, so that tests see the checker find it.
//
// Thread: a value.
#pragma once

#include <cstdint>

namespace quorate::controller::testing {

enum class PlantedFault : std::uint8_t {
  kNone,
  kEarlyAnswer,       // a controller answers before its batch is committed (C6)
  kLostRecord,        // a controller leaves out a record of a batch (C1)
  kEarlyAcknowledge,  // a leader acknowledges what only it has (B1)
  kFalseProof,        // a broker that lost data says that it stopped cleanly (B1, C15)
  kEarlyRoles,        // a process leads by metadata from before it was registered (B1)
  kSkippedBatch,      // a broker leaves out a batch (C26)
};

}  // namespace quorate::controller::testing
