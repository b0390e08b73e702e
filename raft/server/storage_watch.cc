#include "raft/server/storage_watch.h"

#include "raft/base/check.h"

namespace quorate::raft {

StorageWatch::StorageWatch(std::uint64_t slow_ticks, std::uint64_t hung_ticks)
    : slow_ticks_(slow_ticks), hung_ticks_(hung_ticks) {
  QUORATE_CHECK(slow_ticks > 0);
  QUORATE_CHECK(slow_ticks < hung_ticks);
}

StorageHealth StorageWatch::on_ticks(std::uint64_t ticks, std::uint64_t sync) {
  if (sync != sync_ || sync == 0) {
    sync_ = sync;
    ticks_ = 0;
  } else {
    ticks_ += ticks;
  }
  return health();
}

StorageHealth StorageWatch::health() const {
  if (ticks_ >= hung_ticks_) return StorageHealth::kHung;
  return ticks_ >= slow_ticks_ ? StorageHealth::kSlow : StorageHealth::kHealthy;
}

}  // namespace quorate::raft
