// MetadataStateMachine: replays committed batches into the image that everybody reads.
//
// The image is volatile: at start the newest snapshot is restored and the log behind it replayed.
// After each span of entries the new image is swapped in; who holds an older one keeps it, which is
// also what makes a snapshot cheap: it is a pointer to the image of that moment.
//
//   entry --> parse --> replay --> applied | void
//                   \-> error: throws, and this server stops (C3). Never skipped.
//
// A void batch (its base offset is not the image's end) was decided on a state that never came to
// be. It is void on every replica, changes nothing, and its proposer is told so: the entry's result
// is kVoidResult.
//
// Owner: main. Thread: the apply thread; image() by any.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "controller/image/delta.h"
#include "controller/image/image.h"
#include "raft/base/mutex.h"
#include "raft/server/state_machine.h"

namespace quorate::controller {

inline constexpr std::string_view kVoidResult = "void";

using ImagePointer = std::shared_ptr<const MetadataImage>;
using BatchPointer = std::shared_ptr<const v1::RecordBatch>;

// What happens to the committed image. Calls come from the apply thread and must be short.
class MetadataObserver {
 public:
  virtual ~MetadataObserver() = default;
  // `batch` took the image from `before` to `after`, which image() shows soon.
  virtual void on_batch(const BatchPointer& /*batch*/,
                        const MetadataDelta& /*delta*/,
                        const MetadataImage& /*before*/,
                        const MetadataImage& /*after*/) {}
  virtual void on_void(const v1::RecordBatch& /*batch*/) {}
  // image() shows everything below `end_offset`; the last entry was of `term`.
  virtual void on_applied(raft::Term /*term*/, std::uint64_t /*end_offset*/) {}
  // The image was replaced by that of a snapshot: what was before says nothing about it.
  virtual void on_restored(const MetadataImage& /*image*/) {}
  virtual void on_leader_start(raft::Term /*term*/, const ImagePointer& /*image*/) {}
  virtual void on_leader_stop(raft::Term /*term*/) {}
};

class MetadataStateMachine : public raft::StateMachine {
 public:
  // Before the server starts; `observer` must outlive it.
  void add_observer(MetadataObserver& observer) { observers_.push_back(&observer); }

  // Never null.
  [[nodiscard]] ImagePointer image() const;
  // How often the image was replaced by that of a snapshot.
  [[nodiscard]] std::uint64_t snapshots_loaded() const { return snapshots_loaded_.load(); }

  void apply(std::span<const raft::Entry> entries, raft::ApplyResults& results) override;
  std::unique_ptr<raft::SnapshotSource> snapshot() override;
  Status restore(const raft::SnapshotMeta& meta, raft::SnapshotSource& content) override;
  void on_leader_start(raft::Term term) override;
  void on_leader_stop(raft::Term term) override;

 private:
  // Whether the batch took effect.
  bool apply_batch(const raft::Entry& entry, MetadataImage& image);

  std::vector<MetadataObserver*> observers_;
  std::atomic<std::uint64_t> snapshots_loaded_{0};
  mutable Mutex mutex_;
  ImagePointer image_ QUORATE_GUARDED_BY(mutex_) = std::make_shared<const MetadataImage>();
};

}  // namespace quorate::controller
