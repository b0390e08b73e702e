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
//   I2  a slot is overwritten only while the other one holds a whole, newest-but-one state
//   I3  a raised term or vote is on disk before persist() returns; a longer log is claimed soon
//       after (one write behind at most), off the caller's path
//
// Owner: RocksDbLogStore. Thread: the log-writer thread; what is only to be written soon is written
// by a thread of its own.
// Source: docs/io-ordering.md (why this order), docs/storage-format.md (the bytes).
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "raft/base/status.h"
#include "raft/core/types.h"
#include "raft/storage/identity.h"

namespace quorate::raft {

// At most so many groups in one data directory: one slot is one 4 KiB block.
inline constexpr std::size_t kWitnessGroupsMax = 64;
inline constexpr std::size_t kWitnessSlotBytes = 4096;
inline constexpr std::size_t kWitnessSlots = 2;

// What is claimed of one group.
struct WitnessedGroup {
  HardState hard_state;
  LogId last;  // an entry (or snapshot position) that the log holds; {0, 0} claims nothing
  bool operator==(const WitnessedGroup&) const = default;
};

// The content of one slot.
struct WitnessState {
  std::uint64_t sequence = 0;  // of writes; the slot with the higher one is newer
  Identity identity;
  std::map<GroupId, WitnessedGroup> groups;  // at most kWitnessGroupsMax
  bool operator==(const WitnessState&) const = default;
};

// Exactly kWitnessSlotBytes; decode gives kCorruption with the reason.
[[nodiscard]] std::string encode_witness(const WitnessState& state);
Result<WitnessState> decode_witness(std::string_view slot);

// The file below: writes are durable when they return. Tests put a failing one in its place.
class WitnessFile {
 public:
  virtual ~WitnessFile() = default;
  virtual Status write(std::uint64_t offset, std::string_view bytes) = 0;
};

// Creates the file with `state` in every slot; synced, the directory too.
Status create_witness(const std::string& path, const WitnessState& state);

// The newest whole slot. kNotFound: no such file. kCorruption: wrong size or no whole slot.
Result<WitnessState> read_witness(const std::string& path);

// The file at `path`, opened for writing.
Result<std::unique_ptr<WitnessFile>> open_witness_file(const std::string& path);

class Witness {
 public:
  // Continues from `state`, as read_witness() gave it.
  Witness(std::unique_ptr<WitnessFile> file, WitnessState state);
  // Writes what was posted.
  ~Witness();
  Witness(const Witness&) = delete;
  Witness& operator=(const Witness&) = delete;

  // Claims `group` for `id` with the next write; replaces what was posted and not yet written.
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
