#include "tests/raft/core/snapshot_disk.h"

#include <utility>

#include "raft/base/check.h"
#include "raft/base/crc32c.h"
#include "tests/raft/core/replica_group.h"

namespace quorate::raft::testing {

SnapshotMeta snapshot_at(LogId last, std::uint64_t voter_count, std::string_view content) {
  return {last, voters(voter_count), content.size(), crc32c(content)};
}

InstallSnapshot chunk_of(const SnapshotMeta& meta,
                         std::uint64_t transfer,
                         std::uint64_t offset,
                         std::string_view bytes) {
  return {.meta = meta,
          .transfer = transfer,
          .offset = offset,
          .chunk = SharedBytes(std::string(bytes)),
          .chunk_checksum = crc32c(bytes)};
}

std::optional<SnapshotPiece> SnapshotDisk::read(const SnapshotRequest& request) {
  if (serving_ != request.transfer) {
    serving_ = request.transfer;
    served_ = newest_;
  }
  if (!served_ || request.offset > served_->content.size()) return std::nullopt;
  return SnapshotPiece{request.transfer,
                       served_->meta,
                       request.offset,
                       SharedBytes(served_->content.substr(request.offset, request.bytes_max))};
}

std::uint64_t SnapshotDisk::receive(const SnapshotPiece& piece) {
  if (!incoming_ || incoming_->meta != piece.meta) incoming_ = Stored{piece.meta, {}};
  if (piece.offset == incoming_->content.size()) incoming_->content += piece.bytes.view();
  return incoming_->content.size();
}

bool SnapshotDisk::finish(const SnapshotMeta& meta) {
  const std::optional<Stored> whole = std::exchange(incoming_, std::nullopt);
  const bool is_right = whole && whole->meta == meta && whole->content.size() == meta.bytes &&
                        crc32c(whole->content) == meta.checksum;
  if (is_right) newest_ = whole;
  return is_right;
}

// --- Node ---

// The log goes on behind the new base where it leads there; else all of it goes (P81).
void Node::rebase(const SnapshotMeta& base) {
  const std::uint64_t old = recovered_.snapshot.last.index.value;
  QUORATE_CHECK(base.last.index.value > old);
  const std::uint64_t covered = base.last.index.value - old;
  const bool leads = covered <= entries_.size() && entries_[covered - 1].id == base.last;
  const auto end = leads ? entries_.begin() + static_cast<std::ptrdiff_t>(covered) : entries_.end();
  entries_.erase(entries_.begin(), end);
  recovered_.snapshot = base;
}

void Node::carry_out_snapshots(Ready& ready) {
  if (ready.restore) {
    restored.push_back(*ready.restore);
    if (is_serving_snapshots_) core_->applied(ready.restore->last.index);
  }
  std::copy(
      ready.snapshots_done.begin(), ready.snapshots_done.end(), std::back_inserter(snapshots_done));
  for (const SnapshotRequest& request : ready.snapshots) {
    snapshots.push_back(request);
    if (!is_serving_snapshots_) continue;
    auto piece = snapshot_disk.read(request);
    if (piece) core_->snapshot_read(*std::move(piece));
    if (!piece) core_->snapshot_unread(request.transfer);
  }
  for (const SnapshotPiece& piece : ready.snapshots_received) {
    received.push_back(piece);
    if (!is_serving_snapshots_) continue;
    const std::uint64_t held = snapshot_disk.receive(piece);
    core_->snapshot_received(piece.transfer, held);
    if (held < piece.meta.bytes) continue;
    if (snapshot_disk.finish(piece.meta)) {
      core_->snapshot_verified(piece.transfer);
    } else {
      core_->snapshot_refused(piece.transfer);
    }
  }
}

void Node::take_snapshot(std::string content) {
  const Index last = core_->status().applied;
  SnapshotMeta meta{{core_->term_at(last).value(), last}, core_->status().membership};
  meta.bytes = content.size();
  meta.checksum = crc32c(content);
  snapshot_disk.keep({meta, std::move(content)});
}

}  // namespace quorate::raft::testing
