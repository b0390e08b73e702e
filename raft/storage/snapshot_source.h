// SnapshotSource: the bytes of one snapshot, read once from front to back.
//
// A state machine hands one out to be written away, and is handed one to be restored from.
// Owner: whoever it was given to. Thread: one at a time, not always the same. What a state machine
// hands out is read on another thread than the apply thread, while entries go on being applied: it
// must show the state of the moment at which it was made.
#pragma once

#include <cstddef>

#include "raft/base/status.h"
#include "raft/core/entry.h"

namespace quorate::raft {

class SnapshotSource {
 public:
  virtual ~SnapshotSource() = default;
  // The next bytes, at least one and at most `bytes_max`; none at the end. Not ok: the content
  // cannot be read (any more), and nothing that was read of it may be used.
  virtual Result<SharedBytes> read(std::size_t bytes_max) = 0;
};

}  // namespace quorate::raft
