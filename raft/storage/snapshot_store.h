// SnapshotStore: where the snapshots of one group lie, and what arrives of one on its way in.
//
// A snapshot is there once take() or finish() returned ok: durable, whole, its checksum right; it
// is there entirely or not at all (P16). What is not yet whole is invisible, and what a crash left
// of it is either continued (receive()) or removed.
//
// Errors: kIoError and kCorruption name file and reason. None of them is final: a snapshot that
// could not be kept is taken or received again, and the log stays uncompacted meanwhile (P17).
// Thread: take(), receive(), finish(), remove() and collect() by one thread at a time; list(),
// open() and what open() gave by any at any time.
// Source: docs/storage-format.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "raft/base/status.h"
#include "raft/core/message.h"
#include "raft/storage/snapshot_source.h"

namespace quorate::raft {

// One snapshot, opened. While it lives its bytes are not removed.
class StoredSnapshot {
 public:
  virtual ~StoredSnapshot() = default;
  [[nodiscard]] virtual const SnapshotMeta& meta() const = 0;
  // The bytes from `offset` on, at most `bytes_max`, fewer only at the content's end; each checked.
  virtual Result<SharedBytes> read(std::uint64_t offset, std::size_t bytes_max) = 0;
};

class SnapshotStore {
 public:
  virtual ~SnapshotStore() = default;

  // What is there, newest first.
  [[nodiscard]] virtual std::vector<SnapshotMeta> list() const = 0;

  // The snapshot that ends with `last`, all of its content verified before this returns, once.
  virtual Result<std::shared_ptr<StoredSnapshot>> open(const LogId& last) = 0;

  // Keeps `content` as the snapshot at `place` (last, membership); gives it with its length and
  // checksum.
  virtual Result<SnapshotMeta> take(const SnapshotMeta& place, SnapshotSource& content) = 0;

  // `bytes` at `offset` of the snapshot `meta` have arrived. They are kept if they continue what is
  // held of it; what is held of another one goes. How many bytes are held now: all of them also
  // when the snapshot is there already.
  virtual Result<std::uint64_t> receive(const SnapshotMeta& meta,
                                        std::uint64_t offset,
                                        std::string_view bytes) = 0;
  // All of it has arrived. kCorruption when its checksum is wrong: nothing of it is left (P92).
  virtual Status finish(const SnapshotMeta& meta) = 0;

  virtual Status remove(const LogId& last) = 0;
  // Removes what a state machine that holds the entries up to `applied` needs no more: every
  // snapshot that is older than the newest one of these entries and not open, and what arrived of
  // such a one. Newer ones stay: the state machine may have to be restored from any of them, and
  // if none is ever installed, the newest of `applied` is what this replica starts from (P16).
  virtual Status collect(Index applied) = 0;
};

// A stored snapshot read from front to back.
class StoredSnapshotSource final : public SnapshotSource {
 public:
  explicit StoredSnapshotSource(std::shared_ptr<StoredSnapshot> snapshot)
      : snapshot_(std::move(snapshot)) {}
  Result<SharedBytes> read(std::size_t bytes_max) override {
    auto bytes = snapshot_->read(offset_, bytes_max);
    if (bytes.is_ok()) offset_ += bytes->size();
    return bytes;
  }

 private:
  std::shared_ptr<StoredSnapshot> snapshot_;
  std::uint64_t offset_ = 0;
};

}  // namespace quorate::raft
