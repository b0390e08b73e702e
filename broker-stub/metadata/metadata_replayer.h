// MetadataReplayer: turns the metadata stream into images, with the controller's own replay code.
//
//   stream ──▶ replay ──▶ (before, after, delta) ──▶ the broker
//
// A snapshot is believed only if its image has the hash that came with it; whatever cannot be
// replayed stops the stream with an error (C3): a broker that skips a record would act on a state
// that no one decided.
//
// Owner: the broker's composition root. Thread: the follower's for the listener functions; image()
// any.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

#include "controller/client/metadata_follower.h"
#include "controller/image/delta.h"
#include "controller/image/image.h"
#include "raft/base/mutex.h"

namespace quorate::broker {

using ImagePtr = std::shared_ptr<const controller::MetadataImage>;

// One step of the metadata. `delta` is absent after a snapshot: anything may have changed.
struct MetadataChange {
  ImagePtr before;
  ImagePtr after;
  std::optional<controller::MetadataDelta> delta;
};

// Where a serving controller's log ends, and who leads it.
struct MetadataPosition {
  std::uint64_t end_offset = 0;
  std::int32_t active_controller = -1;
};

struct MetadataCallbacks {
  std::function<void(MetadataChange)> on_change;
  std::function<void(MetadataPosition)> on_position;
};

class MetadataReplayer : public controller::MetadataListener {
 public:
  // The callbacks run on the follower's thread, in order.
  explicit MetadataReplayer(MetadataCallbacks callbacks);

  // The newest image; empty (end_offset 0) at first. Never null.
  [[nodiscard]] ImagePtr image() const;

  Status on_snapshot(const controller::MetadataSnapshot& snapshot) override;
  Status on_batch(const controller::v1::RecordBatch& batch) override;
  void on_position(const controller::v1::Position& position) override;

 private:
  void publish(controller::MetadataImage image, std::optional<controller::MetadataDelta> delta);

  MetadataCallbacks callbacks_;
  mutable Mutex mutex_;
  ImagePtr image_ QUORATE_GUARDED_BY(mutex_);
};

}  // namespace quorate::broker
