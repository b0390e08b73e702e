// MetadataFeed: recent committed batches, and who reads them.
//
//   apply thread --on_batch()--> ring --wake--> feed thread --> subscribers pull what they lack
//
// A subscriber has a cursor and at most one message on its way; the ring is the only buffer, shared
// by all. Who falls off its end is cut with a reason and may come back (it then gets a snapshot).
//
// Invariant: the ring's batches are contiguous and end at end_offset().
//
// Owner: main. Thread: any (locks inside); subscribers are woken on the feed's thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <set>
#include <thread>

#include "controller/service/metadata_state_machine.h"
#include "controller/service/options.h"
#include "raft/base/mutex.h"

namespace quorate::controller {

// One open stream, woken when there may be something for it.
class FeedSubscriber {
 public:
  virtual ~FeedSubscriber() = default;
  // New batches are there, or (`idle_ms` after the last time) nothing happened for a while.
  virtual void on_wake() = 0;
};

class MetadataFeed : public MetadataObserver {
 public:
  explicit MetadataFeed(FeedOptions options);
  // stop()s.
  ~MetadataFeed() override;
  MetadataFeed(const MetadataFeed&) = delete;
  MetadataFeed& operator=(const MetadataFeed&) = delete;

  enum class Position : std::uint8_t {
    kHere,    // `batch` is the one that begins at the cursor
    kAtEnd,   // nothing yet at or behind the cursor
    kTooOld,  // the cursor is not the start of a batch that is kept
  };
  struct Found {
    Position position = Position::kAtEnd;
    BatchPointer batch;
  };
  [[nodiscard]] Found find(std::uint64_t cursor) const;
  [[nodiscard]] std::uint64_t end_offset() const;

  // False: too many subscribers.
  [[nodiscard]] bool subscribe(const std::shared_ptr<FeedSubscriber>& subscriber);
  void unsubscribe(const std::shared_ptr<FeedSubscriber>& subscriber);
  // A snapshot begins to be sent; false: too many at a time.
  [[nodiscard]] bool begin_snapshot();
  void end_snapshot();

  [[nodiscard]] std::size_t subscribers() const;

  // Nobody is woken after it returns. Idempotent.
  void stop();

  void on_batch(const BatchPointer& batch,
                const MetadataDelta& delta,
                const MetadataImage& before,
                const MetadataImage& after) override;
  // Whoever is in the middle of what the snapshot covers falls off and is sent the image.
  void on_restored(const MetadataImage& image) override;

 private:
  struct Kept {
    std::uint64_t base_offset = 0;
    std::size_t bytes = 0;
    BatchPointer batch;
  };
  void run();

  const FeedOptions options_;
  mutable Mutex mutex_;
  CondVar condition_;
  std::deque<Kept> ring_ QUORATE_GUARDED_BY(mutex_);
  std::size_t ring_bytes_ QUORATE_GUARDED_BY(mutex_) = 0;
  std::uint64_t end_offset_ QUORATE_GUARDED_BY(mutex_) = 0;
  std::set<std::shared_ptr<FeedSubscriber>> subscribers_ QUORATE_GUARDED_BY(mutex_);
  std::size_t snapshots_ QUORATE_GUARDED_BY(mutex_) = 0;
  bool fresh_ QUORATE_GUARDED_BY(mutex_) = false;  // batches came since the last wake
  bool stopping_ QUORATE_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace quorate::controller
