#include "controller/service/metadata_feed.h"

#include <algorithm>
#include <chrono>
#include <utility>
#include <vector>

#include "quorate/controller/v1/record.pb.h"

namespace quorate::controller {

MetadataFeed::MetadataFeed(FeedOptions options) : options_(options) {
  thread_ = std::thread([this] { run(); });
}

MetadataFeed::~MetadataFeed() {
  stop();
}

void MetadataFeed::on_batch(const BatchPointer& batch,
                            const MetadataDelta& delta,
                            const MetadataImage& /*before*/,
                            const MetadataImage& /*after*/) {
  const std::size_t bytes = batch->ByteSizeLong();
  const MutexLock lock(mutex_);
  ring_.push_back({delta.base_offset, bytes, batch});
  ring_bytes_ += bytes;
  end_offset_ = delta.end_offset;
  // The newest batch always stays, however large.
  while (ring_.size() > 1 &&
         (ring_.size() > options_.ring_batches_max || ring_bytes_ > options_.ring_bytes_max)) {
    ring_bytes_ -= ring_.front().bytes;
    ring_.pop_front();
  }
  if (!std::exchange(fresh_, true)) condition_.notify_one();
}

void MetadataFeed::on_restored(const MetadataImage& image) {
  const MutexLock lock(mutex_);
  ring_.clear();
  ring_bytes_ = 0;
  end_offset_ = image.end_offset;
  if (!std::exchange(fresh_, true)) condition_.notify_one();
}

MetadataFeed::Found MetadataFeed::find(std::uint64_t cursor) const {
  const MutexLock lock(mutex_);
  if (cursor >= end_offset_) return {Position::kAtEnd, nullptr};
  const auto kept = std::ranges::lower_bound(ring_, cursor, {}, &Kept::base_offset);
  if (kept == ring_.end() || kept->base_offset != cursor) return {Position::kTooOld, nullptr};
  return {Position::kHere, kept->batch};
}

std::uint64_t MetadataFeed::end_offset() const {
  const MutexLock lock(mutex_);
  return end_offset_;
}

bool MetadataFeed::subscribe(const std::shared_ptr<FeedSubscriber>& subscriber) {
  const MutexLock lock(mutex_);
  if (stopping_ || subscribers_.size() >= options_.subscribers_max) return false;
  subscribers_.insert(subscriber);
  return true;
}

void MetadataFeed::unsubscribe(const std::shared_ptr<FeedSubscriber>& subscriber) {
  const MutexLock lock(mutex_);
  subscribers_.erase(subscriber);
}

bool MetadataFeed::begin_snapshot() {
  const MutexLock lock(mutex_);
  if (snapshots_ >= options_.snapshots_max) return false;
  ++snapshots_;
  return true;
}

void MetadataFeed::end_snapshot() {
  const MutexLock lock(mutex_);
  QUORATE_CHECK(snapshots_ > 0);
  --snapshots_;
}

std::size_t MetadataFeed::subscribers() const {
  const MutexLock lock(mutex_);
  return subscribers_.size();
}

void MetadataFeed::stop() {
  {
    const MutexLock lock(mutex_);
    stopping_ = true;
    condition_.notify_all();
  }
  if (thread_.joinable()) thread_.join();
}

void MetadataFeed::run() {
  while (true) {
    std::vector<std::shared_ptr<FeedSubscriber>> woken;
    {
      const MutexLock lock(mutex_);
      if (!fresh_ && !stopping_) {
        condition_.wait_for(mutex_, std::chrono::milliseconds(options_.position_ms));
      }
      if (stopping_) return;
      fresh_ = false;
      woken.assign(subscribers_.begin(), subscribers_.end());
    }
    for (const auto& subscriber : woken)
      subscriber->on_wake();
  }
}

}  // namespace quorate::controller
