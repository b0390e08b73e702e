// FailPoint: the places between two steps of the server at which a test makes the process die,
// wait, or see an error. In builds with QUORATE_FAIL_POINTS (the presets for development);
// elsewhere reach() is ok and nothing else.
//
//   QUORATE_FAIL_AT='log.before_sync=crash@3 apply.after=pause:200' quorate-kv ...
//
//   spec   := rule { ' ' rule }
//   rule   := point '=' action [ '@' hit ]       the hit-th time it is reached (1), once
//   action := 'crash'                            SIGKILL: nothing is flushed, nobody is told
//           | 'error'                            as if what comes next had failed with an I/O error
//           | 'pause:' milliseconds              at most 60,000
//
// Thread: reach() by any.
// Source: docs/testing.md.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "raft/base/status.h"

namespace quorate::raft {

enum class FailPoint : std::uint8_t {
  kSendBefore,         // messages of one step are about to leave
  kLogBeforeSync,      // batches are about to be written and synced
  kLogAfterSync,       // they are durable, the core does not know it yet
  kLogBeforeCompact,   // entries are about to be removed from the disk
  kLogAfterCompact,    // they are gone
  kApplyBefore,        // committed entries are about to be applied
  kApplyAfter,         // they are, nobody is answered yet
  kMembershipApplied,  // one of them was a membership
  kSnapshotBefore,     // a snapshot is about to be written
  kSnapshotAfter,      // it is there, the log is not compacted yet
  kReceiveBefore,      // a piece of a leader's snapshot is about to be written
  kReceiveAfter,       // the whole of it is there, the core does not know it yet
  kRestoreBefore,      // the state machine is about to be replaced by a snapshot
  kRestoreAfter,       // it is
};
inline constexpr std::array kFailPoints = {
    FailPoint::kSendBefore,
    FailPoint::kLogBeforeSync,
    FailPoint::kLogAfterSync,
    FailPoint::kLogBeforeCompact,
    FailPoint::kLogAfterCompact,
    FailPoint::kApplyBefore,
    FailPoint::kApplyAfter,
    FailPoint::kMembershipApplied,
    FailPoint::kSnapshotBefore,
    FailPoint::kSnapshotAfter,
    FailPoint::kReceiveBefore,
    FailPoint::kReceiveAfter,
    FailPoint::kRestoreBefore,
    FailPoint::kRestoreAfter,
};
[[nodiscard]] std::string_view to_string(FailPoint point);  // "log.before_sync"

#ifdef QUORATE_FAIL_POINTS
constexpr bool kHasFailPoints = true;
#else
constexpr bool kHasFailPoints = false;
#endif

// Arms the points that `spec` names in place of those armed before; an empty one disarms all.
// kInvalidArgument: nothing is changed.
Status arm_fail_points(std::string_view spec);
// By what QUORATE_FAIL_AT says; nothing is changed when it is not set. Server and Host call it at
// their start.
Status arm_fail_points_by_environment();

namespace detail {
Status reach_armed(FailPoint point);
}  // namespace detail

// kIoError when the test wants what comes next to fail.
[[nodiscard]] inline Status reach(FailPoint point) {
  if constexpr (kHasFailPoints) return detail::reach_armed(point);
  return Status::ok();
}

}  // namespace quorate::raft
