// Witness: evidence, outside the database, of what was made durable.
//
// With any recovery mode RocksDB can lose synced writes without a word: a log file that is missing,
// or cut between two records, opens as if it had never been longer. The witness is one small file
// that says how far each group had come. If the database is behind it at open, the disk lost
// acknowledged data and the store refuses (D2, P14, P15).
//
// Invariants:
//   I1  it never claims what is not durable in the database: claims rise after the database's sync,
//       and are lowered before a write that cuts what they name
//   I2  a slot is overwritten only while the other one of its page holds a whole, newest-but-one
//       state
//   I3  a raised term or vote is on disk before persist() returns; a longer log is claimed soon
//       after (one write behind at most), off the caller's path
//   I4  a page is durable before page 0 counts it
//
// A write takes the pages in which something was posted, 4 KiB each, and syncs once.
//
// Owner: RocksDbLogStore. Thread: the log-writer thread; what is only to be written soon is written
// by a thread of its own.
// Source: docs/io-ordering.md (why this order), docs/storage-format.md (the bytes).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "raft/base/status.h"
#include "raft/core/types.h"
#include "raft/storage/witness_file.h"

namespace quorate::raft {

class Witness {
 public:
  // Continues from `state`, as read_witness() gave it.
  Witness(std::unique_ptr<WitnessFile> file, WitnessState state);
  // Writes what was posted.
  ~Witness();
  Witness(const Witness&) = delete;
  Witness& operator=(const Witness&) = delete;

  // Claims `group` for `id` with the next write; replaces what was posted and not yet written. At
  // most kWitnessGroupsMax groups.
  void post(GroupId id, const WitnessedGroup& group);
  // What was posted is written behind the caller's back.
  void write_soon();
  // What was posted is durable on return. Not ok: final, as for the database.
  Status write();

  // Ok until a write failed.
  [[nodiscard]] Status status() const;
  // What is claimed of `id`, written or posted; nothing when the group is unknown.
  [[nodiscard]] std::optional<WitnessedGroup> claim(GroupId id) const;
  [[nodiscard]] std::uint64_t bytes_written() const;

 private:
  class Writer;
  std::unique_ptr<Writer> writer_;
};

}  // namespace quorate::raft
