// SnapshotDisk: the snapshots of one test replica, and what it holds of one on its way in. What is
// here survives a restart of the replica.
//
// Owner and thread: the test.
#pragma once

#include <optional>
#include <string>

#include "raft/core/ready.h"

namespace quorate::raft::testing {

// A snapshot of `content` behind the entry `last`, its voters 1..`voters`.
[[nodiscard]] SnapshotMeta snapshot_at(LogId last, std::uint64_t voters, std::string_view content);
// The bytes [offset, offset + size) of `content`, which is that of `meta`.
[[nodiscard]] InstallSnapshot chunk_of(const SnapshotMeta& meta,
                                       std::uint64_t transfer,
                                       std::uint64_t offset,
                                       std::string_view bytes);

class SnapshotDisk {
 public:
  struct Stored {
    SnapshotMeta meta;
    std::string content;
  };

  // The newest whole snapshot.
  [[nodiscard]] const std::optional<Stored>& newest() const { return newest_; }
  void keep(Stored snapshot) { newest_ = std::move(snapshot); }

  [[nodiscard]] std::optional<SnapshotPiece> read(const SnapshotRequest& request);
  // Writes the piece where it fits: how far its content is held now.
  [[nodiscard]] std::uint64_t receive(const SnapshotPiece& piece);
  // Everything that `meta` announces is held. Whether it is right; it is kept, or forgotten.
  [[nodiscard]] bool finish(const SnapshotMeta& meta);
  void lose_incoming() { incoming_.reset(); }

 private:
  std::optional<Stored> newest_;
  std::optional<Stored> incoming_;
  std::optional<SnapshotTransfer> serving_;
  std::optional<Stored> served_;  // pinned for `serving_`
};

}  // namespace quorate::raft::testing
