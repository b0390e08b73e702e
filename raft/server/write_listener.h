// The two ends of the log writer: where batches go in, and who hears that they are durable.
#pragma once

#include <cstdint>
#include <span>

#include "raft/core/ready.h"

namespace quorate::raft {

// Thread: submit() by the raft thread; sync_under_way() by any.
class BatchSink {
 public:
  virtual ~BatchSink() = default;
  virtual void submit(PersistBatch batch) = 0;
  // Numbers the sync that is running now: 1, 2, ...; 0 when none is.
  [[nodiscard]] virtual std::uint64_t sync_under_way() const = 0;
};

// Thread: called on the log-writer thread.
class WriteListener {
 public:
  virtual ~WriteListener() = default;
  // All of them are durable, in this order; they may be of several groups.
  virtual void on_written(std::span<const PersistBatch> batches) = 0;
  // The store failed: nothing is written any more.
  virtual void on_write_failed() = 0;
};

}  // namespace quorate::raft
