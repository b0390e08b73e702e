// StorageWatch: how the disk does, seen from the raft thread while the writer may be stuck in it.
//
//   kHealthy --(one sync lasts slow_ticks)--> kSlow --(hung_ticks)--> kHung
//      ^-------------------------(that sync returned)-------------------'
//
// Counted in ticks in which one and the same sync was seen to be under way, not by a clock: after
// the process was stopped for a while a sync looks old though the disk is fine.
//
// Owner: RaftLoop. Thread: the raft thread.
#pragma once

#include <cstdint>

#include "raft/core/consensus.h"

namespace quorate::raft {

class StorageWatch {
 public:
  // 0 < slow_ticks < hung_ticks.
  StorageWatch(std::uint64_t slow_ticks, std::uint64_t hung_ticks);

  // So many ticks have passed since the last call; `sync` numbers the sync that is under way, 0
  // when there is none.
  StorageHealth on_ticks(std::uint64_t ticks, std::uint64_t sync);

  [[nodiscard]] StorageHealth health() const;

 private:
  std::uint64_t slow_ticks_;
  std::uint64_t hung_ticks_;
  std::uint64_t sync_ = 0;
  std::uint64_t ticks_ = 0;  // for which sync_ was seen after the first time
};

}  // namespace quorate::raft
