#include "raft/testing/sim_snapshots.h"

#include <utility>

namespace quorate::raft::testing {

Status SimSnapshots::open() {
  auto opened = FileSnapshotStore::open(disk_.share(), options_);
  if (!opened.is_ok()) return opened.status();
  store_ = *std::move(opened);
  if (!store_->problems().empty()) return store_->problems().front();
  return Status::ok();
}

void SimSnapshots::crash(Random& random) {
  sending_.clear();
  store_.reset();
  disk_.stop_never();
  disk_.lose_power([&](std::uint64_t most) { return random.between(0, most); });
}

std::optional<SnapshotMeta> SimSnapshots::newest() const {
  const std::vector<SnapshotMeta> there = store_->list();
  return there.empty() ? std::nullopt : std::optional(there.front());
}

std::optional<SnapshotPiece> SimSnapshots::read(const SnapshotRequest& request) {
  std::shared_ptr<StoredSnapshot> snapshot;
  for (const Sending& each : sending_) {
    if (each.transfer == request.transfer) snapshot = each.snapshot;
  }
  if (snapshot == nullptr) {
    const auto meta = newest();
    if (!meta) return std::nullopt;
    auto opened = store_->open(meta->last);
    if (!opened.is_ok()) return std::nullopt;
    snapshot = *std::move(opened);
    sending_.push_back({request.transfer, snapshot});
  }
  auto bytes = snapshot->read(request.offset, request.bytes_max);
  if (!bytes.is_ok()) return std::nullopt;
  return SnapshotPiece{request.transfer, snapshot->meta(), request.offset, *std::move(bytes)};
}

void SimSnapshots::release(const SnapshotTransfer& transfer) {
  std::erase_if(sending_, [&](const Sending& each) { return each.transfer == transfer; });
}

}  // namespace quorate::raft::testing
