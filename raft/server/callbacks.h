// How proposals, reads and changes of the membership end.
//
// Each ends in exactly one callback (P64), also at stop(). Callbacks run on the apply thread or,
// when nothing was applied, on the raft thread: they must be short, must not block, must not throw
// and must not call Server::stop().
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "raft/base/status.h"
#include "raft/core/entry.h"
#include "raft/core/ready.h"
#include "raft/core/types.h"

namespace quorate::raft {

struct ProposeOptions {
  std::optional<Term> expected_term;  // reject unless this replica leads exactly this term
};

struct Proposed {
  // Ok: committed and applied here. kUnknownOutcome: it may be in the log of a quorum, now or
  // later. Anything else: it certainly will never be.
  Status status;
  LogId id;            // valid when ok
  SharedBytes result;  // what the state machine set, when ok
};
using ProposeCallback = std::function<void(Proposed)>;

// Of read(): ok when this replica has applied everything that was committed anywhere when it was
// called. Of read_at_least(): ok when this replica has applied what was asked for.
using ReadCallback = std::function<void(Status)>;

// Ok: the membership and the index of its entry, committed and in force. Always on the raft thread.
using ChangeCallback = std::function<void(const ChangeOutcome&)>;

// Ok: this snapshot is durable. Called on the snapshot thread or, when none was begun, on the apply
// thread.
using SnapshotCallback = std::function<void(Result<SnapshotMeta>)>;

// The bytes of a flight recording, or why there is none. On the raft thread.
using RecordingCallback = std::function<void(Result<std::string>)>;
using RecordingSink = std::function<void(std::string)>;

}  // namespace quorate::raft
