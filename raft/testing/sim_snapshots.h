// The snapshots of one simulated replica: the real file store over a directory in memory that can
// stop in the middle of an operation and lose power.
//
// Owner: SimReplica's host (it outlives the process). Thread: one.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "raft/base/random.h"
#include "raft/core/ready.h"
#include "raft/storage/file_snapshot_store.h"
#include "raft/storage/memory_directory.h"

namespace quorate::raft::testing {

class SimSnapshots {
 public:
  SimSnapshots(GroupId group, std::size_t chunk_bytes) : options_{group, chunk_bytes} {}

  // A new process looks at what is there.
  Status open();
  // The process ends. Power too: a drawn part of what was not synced is lost.
  void crash(Random& random);

  [[nodiscard]] SnapshotStore& store() { return *store_; }
  [[nodiscard]] std::optional<SnapshotMeta> newest() const;

  // The piece that was asked for; nothing when there is no snapshot.
  [[nodiscard]] std::optional<SnapshotPiece> read(const SnapshotRequest& request);
  void release(const SnapshotTransfer& transfer);

  // The disk stops a few operations from now, in the middle of one.
  void stop_within(std::uint64_t operations) { disk_.stop_at(disk_.operations() + operations); }
  void stop_never() { disk_.stop_never(); }

 private:
  struct Sending {
    SnapshotTransfer transfer;
    std::shared_ptr<StoredSnapshot> snapshot;
  };

  FileSnapshotStore::Options options_;
  MemoryDirectory disk_;
  std::unique_ptr<FileSnapshotStore> store_;
  std::vector<Sending> sending_;
};

}  // namespace quorate::raft::testing
