// Recovery from the loss of a quorum: the survivors become a membership of their own.
//
// For a group whose voters are lost for good in such a number that it can never elect a leader
// again. Nothing can bring back what only the lost ones held; what the survivors hold is kept.
//
//   plan_recovery()    looks at the survivors' directories; changes nothing
//   apply_recovery()   one directory at a time: old state or new state, nothing between
//
// The plan takes the log that is most recent by term, then index (the source), gives it to every
// survivor, ends it with a membership entry that names the survivors as voters, in a term beyond
// all that were seen, and fences them off: messages of whoever did not take part are refused from
// then on, and the other way round.
//
// Invariants:
//   R1  every entry that a survivor holds and that was committed is in the source's log: of two
//       logs the one that would win the other's vote holds all that is committed (§5.4.1)
//   R2  after it every survivor has the same log; any majority of them can go on
//   R3  no directory opens between the first and the last write of its apply; applying again
//       finishes it
//   R4  a directory that changed since the plan is refused
//
// Thread: one at a time. Source: docs/recovery.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "raft/base/status.h"
#include "raft/core/fingerprint.h"
#include "raft/core/membership.h"
#include "raft/storage/identity.h"

namespace quorate::raft {

// How far a survivor's log is from the source's.
struct SurvivorLog {
  ReplicaId replica;
  LogId last;
  Index match;  // equal to the source's up to here; what lies behind it is replaced
};

struct RecoveryGroup {
  GroupId group;
  ReplicaId source;
  LogId source_last;  // the newest entry that is kept
  LogId entry;        // the one that makes the survivors the membership
  Membership before;  // effective in the source's log
  Membership after;
  std::vector<SurvivorLog> logs;  // by replica
  // Everything up to here is known to have been committed; what lies between it and source_last may
  // never have been acknowledged, and will be committed.
  Index committed;
  Term seen;  // the highest of any survivor: above source_last.term others led, or tried to
};

struct RecoverySurvivor {
  ReplicaId replica;
  std::string dir;           // where the plan found it
  Fingerprint::Value state;  // of everything in it when the plan was made
};

// A directory that cannot take part, and why.
struct RecoveryExcluded {
  std::string dir;
  std::string why;
};

struct RecoveryPlan {
  ClusterId cluster;
  ClusterId fence;                          // the new one
  ClusterId fence_before;                   // of an earlier recovery; none before the first
  std::vector<RecoverySurvivor> survivors;  // by replica
  std::vector<RecoveryExcluded> excluded;
  std::vector<RecoveryGroup> groups;
};

struct RecoveryLimits {
  std::uint64_t copied_bytes_max = 256U << 20U;  // of entries given to one survivor; else excluded
  std::uint64_t term_gap = 1000;  // terms left unused: the lost ones may have gone beyond `seen`
};

// Reads every entry of `dirs`. kFailedPrecondition when a quorum of some group is among them (no
// recovery is needed), when one is in use, or when nothing whole is there; kInvalidArgument when
// they do not belong together.
Result<RecoveryPlan> plan_recovery(const std::vector<std::string>& dirs,
                                   const RecoveryLimits& limits = {});

enum class RecoveryOutcome : std::uint8_t {
  kApplied,
  kFinished,  // an earlier apply was interrupted
  kAlreadyApplied,
};

// Applies `plan` to `dir`, wherever it lies now. `source_dir` holds the source's directory, before
// or after its own apply. kFailedPrecondition when `dir` is not of the plan or changed since;
// nothing is changed then.
Result<RecoveryOutcome> apply_recovery(const RecoveryPlan& plan,
                                       const std::string& dir,
                                       const std::string& source_dir);

// Text with a checksum over it. kCorruption for anything else.
[[nodiscard]] std::string encode_recovery_plan(const RecoveryPlan& plan);
Result<RecoveryPlan> decode_recovery_plan(std::string_view text);

}  // namespace quorate::raft
