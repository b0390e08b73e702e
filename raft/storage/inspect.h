// Inspect: what lies in a data directory that no process uses, whether it is whole, and if not what
// is wrong where.
//
// READ-ONLY: no byte of the directory changes, nothing is repaired. A damaged directory is opened
// as far as it goes; what is wrong is a finding, not an error.
//
// Owner: whoever looks. Thread: one at a time.
// Source: docs/storage-format.md; the kinds of findings: docs/recovery.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "raft/base/status.h"
#include "raft/core/fingerprint.h"
#include "raft/core/recovered.h"
#include "raft/storage/identity.h"

namespace quorate::raft {

enum class FindingKind : std::uint8_t {
  kIdentityDamaged,      // the identity file is missing or does not verify
  kIdentityMismatch,     // identity, witness and database name different replicas
  kWitnessDamaged,       // no slot of the witness is whole, or there is none
  kWitnessTorn,          // one slot is not whole: a write was interrupted, the other counts
  kBehindWitness,        // term, vote or log are behind what was made durable
  kGroupMissing,         // a group that was made durable is not in the database
  kDatabaseUnreadable,   // RocksDB refuses to open it as it is
  kDatabaseFileDamaged,  // a file of the database does not verify
  kPositionDamaged,      // hard state, log end, base, term run or membership does not verify
  kPositionMismatch,     // they verify, but contradict each other or the entries
  kHardStateBehind,      // the stored term is below an entry's
  kEntryMissing,
  kEntryDamaged,        // its record, or its checksum
  kEntryUnreadable,     // the file that holds it is damaged
  kEntryUnexpected,     // behind the log's end
  kTermFalls,           // an entry has a lower term than the one in front of it
  kSnapshotDamaged,     // a published snapshot is not whole
  kSnapshotMissing,     // the log begins behind a snapshot that is not there
  kSnapshotUnfinished,  // being taken or received when the process ended
  kSnapshotAhead,       // the log does not reach it: removed at the next start
};

// Lower snake case, stable: "entry_damaged".
[[nodiscard]] std::string_view to_string(FindingKind kind);

enum class Severity : std::uint8_t {
  kNote,    // what a crash may leave; the store opens
  kDamage,  // the store refuses, or will when it reads there
};

struct Finding {
  FindingKind kind = FindingKind::kIdentityDamaged;
  Severity severity = Severity::kDamage;
  std::string file;  // inside the directory; empty when it is not one file's
  std::optional<GroupId> group;
  std::optional<Index> index;
  std::optional<Term> term;
  std::string message;
};

// What the witness says of a group.
struct WitnessClaim {
  HardState hard_state;
  LogId last;
};

// Over index, term, kind and bytes of the entries first..last, in order: equal logs give equal
// hashes, wherever they were compacted.
struct LogHash {
  Index first;
  Index last;
  Fingerprint::Value value;
};
[[nodiscard]] std::string to_string(const Fingerprint::Value& value);  // 32 hexadecimal digits

// As far as it could be read.
struct InspectedGroup {
  GroupId group;
  Recovered recovered;
  LogId last;
  std::optional<WitnessClaim> witnessed;
  // Filled by verify():
  std::uint64_t entries = 0;        // each read and whole
  std::uint64_t payload_bytes = 0;  // of those
  LogHash hash;                     // over those; comparable only without findings
};

struct InspectedSnapshot {
  GroupId group;
  std::string file;
  SnapshotMeta meta;
  bool is_whole = false;
};

struct Inspection {
  std::optional<Identity> identity;
  std::vector<InspectedGroup> groups;        // ascending
  std::vector<InspectedSnapshot> snapshots;  // of the directory's own store, by group and name
  std::vector<Finding> findings;             // at most kFindingsMax
  std::uint64_t findings_omitted = 0;

  static constexpr std::size_t kFindingsMax = 1000;
  // Without damage; notes there may be.
  [[nodiscard]] bool is_whole() const;
};

// How far a long operation is; units are entries.
struct InspectProgress {
  std::uint64_t done = 0;
  std::uint64_t total = 0;
};

class DataDirInspector {
 public:
  using Report = std::function<void(const InspectProgress&)>;
  using Visit = std::function<void(const Entry&)>;

  // kNotFound: no such directory, or nothing of ours in it. kFailedPrecondition: in use; another
  // inspector may look at the same time.
  static Result<std::unique_ptr<DataDirInspector>> open(const std::string& dir);
  // For a caller who holds the directory's lock, as long as it does.
  static Result<std::unique_ptr<DataDirInspector>> open_locked(const std::string& dir);
  ~DataDirInspector();

  // Identity, positions and what is wrong with them; reads no entry but the first and the last.
  [[nodiscard]] const Inspection& overview() const;
  // Reads everything. `report` may be empty.
  [[nodiscard]] Inspection verify(const Report& report);
  // Each of the entries first..last in order. kNotFound when they are not all in the log;
  // kCorruption names the index.
  Status for_each_entry(GroupId group, Index first, Index last, const Visit& visit);
  Result<LogHash> hash(GroupId group, Index first, Index last);
  // The whole log of `group`, or what the overview knows of it; nothing when it is not there.
  [[nodiscard]] const InspectedGroup* find(GroupId group) const;

 private:
  class Impl;
  explicit DataDirInspector(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;
};

// Whose directory this is, also while a process uses it: the file is written once and never
// changes. The errors of open_identity().
Result<Identity> inspect_identity(const std::string& dir);

}  // namespace quorate::raft
