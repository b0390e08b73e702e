// MetadataEvents: what a committed batch changed, as structured events and log lines: brokers
// registered, fenced, unfenced; topics; leaders, leader epochs and ISRs of partitions.
//
// Batches that were decided before this process started (the replay of the log) are left out.
//
// Owner: main. Thread: the apply thread.
// Source: docs/events.md.
#pragma once

#include <cstdint>

#include "controller/service/metadata_state_machine.h"
#include "daemon/event_stream.h"
#include "daemon/log.h"

namespace quorate::controller {

class MetadataEvents : public MetadataObserver {
 public:
  // Both must outlive it.
  MetadataEvents(EventStream& events, Log& log, std::int64_t started_wall_ms)
      : events_(events), log_(log), started_wall_ms_(started_wall_ms) {}

  void on_batch(const BatchPointer& batch,
                const MetadataDelta& delta,
                const MetadataImage& before,
                const MetadataImage& after) override;
  void on_void(const v1::RecordBatch& batch) override;

 private:
  void tell_broker(BrokerId id, const MetadataImage& before, const MetadataImage& after);
  void tell_partition(const TopicPartition& id,
                      const MetadataImage& before,
                      const MetadataImage& after);

  EventStream& events_;
  Log& log_;
  const std::int64_t started_wall_ms_;
};

}  // namespace quorate::controller
