// PartitionLog: the record batches of one partition replica, from offset 0 on.
//
//   <base offset>.log .index .timeindex   segments; only the last one grows
//   <end offset>.snapshot                 producer state before that offset
//   leader-epoch-checkpoint               epoch -> start offset; synced with the segments, so that
//                                         it tells the truth about everything that is synced
//
// Invariants: offsets are dense (B5); leader epochs never decrease along the log (B11); producer
// state is the fold of what is in the log (B13); nothing enters whose CRC-32C does not match (B21).
//
// Durability: appended bytes are in the page cache, so the death of the process loses nothing. They
// are synced when a segment is full, at close(), and every flush_interval_messages records (Kafka's
// default: never in between; an acknowledged record is *replicated*, not synced). recovery_point()
// is the offset below which everything is synced.
//
// Recovery: at or behind the recovery point a batch that does not verify is a torn tail and is cut,
// with all that follows it. Before the recovery point it is damage, and open() refuses: the replica
// must be repaired from another one, never shortened in silence.
//
// A disk error makes the log fail: failure() says why, every later call refuses.
//
// Owner: one Partition. Thread: its owner's. Disk reads and writes happen on that thread; the seam
// for moving them elsewhere is this class.
// Source: Kafka's record batch v2; KIP-101, KIP-98.
#pragma once

#include <cstdint>
#include <filesystem>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "broker-stub/kafka/error_code.h"
#include "broker-stub/log/leader_epochs.h"
#include "broker-stub/log/producer_states.h"
#include "broker-stub/log/segment.h"
#include "raft/base/status.h"

namespace quorate::broker {

struct PartitionLogOptions {
  std::uint64_t segment_bytes = 1U << 30U;  // a segment is closed before it grows beyond
  // Records between two syncs; the maximum means "only when a segment is full".
  std::uint64_t flush_interval_messages = std::numeric_limits<std::uint64_t>::max();
};

// What open() had to do.
struct LogRecovery {
  std::uint64_t bytes_cut = 0;  // torn tail
  std::string reason;           // why; empty when nothing was cut
};

struct LogAppend {
  kafka::ErrorCode error = kafka::ErrorCode::kNone;
  std::string message;
  std::int64_t first_offset = -1;
  std::int64_t end_offset = -1;  // of what was appended, or of the original of a duplicate
  bool duplicate = false;        // nothing was written: it is in the log already
};

// All -1 when no record is late enough.
struct TimestampOffset {
  std::int64_t offset = -1;
  std::int64_t timestamp_ms = -1;
  std::int32_t leader_epoch = -1;
};

class PartitionLog {
 public:
  // `recovery_point` as last checkpointed; 0 when there is none. kCorruption: see above.
  static Result<std::unique_ptr<PartitionLog>> open(const std::filesystem::path& directory,
                                                    PartitionLogOptions options,
                                                    std::int64_t recovery_point);

  // Holds from the next append on.
  void set_options(PartitionLogOptions options) { options_ = options; }

  [[nodiscard]] const LogRecovery& recovery() const { return recovery_; }
  [[nodiscard]] const Status& failure() const { return failure_; }
  [[nodiscard]] std::int64_t start_offset() const { return segments_.front().base_offset(); }
  [[nodiscard]] std::int64_t end_offset() const { return segments_.back().next_offset(); }
  [[nodiscard]] std::int64_t recovery_point() const { return recovery_point_; }
  [[nodiscard]] std::uint64_t size_bytes() const;
  [[nodiscard]] std::size_t segments() const { return segments_.size(); }
  [[nodiscard]] const LeaderEpochs& epochs() const { return epochs_; }
  [[nodiscard]] const ProducerStates& producers() const { return producers_; }

  // Records that leader epoch `epoch` begins at the log's end.
  Status begin_epoch(std::int32_t epoch);
  // One batch of a producer that kafka::check_produced() let pass: its CRC and sequence are
  // checked, it is given offsets and `leader_epoch`, and written.
  LogAppend append_as_leader(const kafka::RecordBatchView& batch, std::int32_t leader_epoch);
  // Whole batches as a leader sent them: checked, and written as they are. Errors leave the log as
  // it was.
  LogAppend append_as_follower(std::string_view batches);

  // Whole batches from the one that contains `offset`, ending at or below `end_offset`; at least
  // one if there is one. Empty at the end of what may be read. `offset` must lie in
  // [start_offset(), end_offset()].
  Result<std::string> read(std::int64_t offset, std::int64_t end_offset, std::size_t bytes_max);
  // The first record at or after `timestamp_ms`, as exact as kafka::find_timestamp().
  Result<TimestampOffset> offset_at(std::int64_t timestamp_ms);
  // The record with the largest timestamp (by batch).
  Result<TimestampOffset> offset_of_max_timestamp();

  // Drops every batch that ends behind `end_offset`, and every leader epoch that begins there.
  Status truncate_to(std::int64_t end_offset);
  // Everything so far survives a power loss once it returns ok.
  Status flush();
  // flush(), indexes and producer snapshot: the next open() need not read the log's last segment.
  Status close();

 private:
  PartitionLog(std::filesystem::path directory, PartitionLogOptions options);

  Status recover(std::int64_t recovery_point);
  Status load_epochs();
  Status recover_segments(std::int64_t recovery_point);
  Status rebuild_producers();
  Status save_epochs(Durability durability) const;
  Status save_producers();
  Status remove_producer_snapshots_above(std::int64_t offset);

  LogAppend write(const kafka::RecordBatchView& batch);
  Status roll();
  Status fail(Status why);
  [[nodiscard]] Segment& segment_of(std::int64_t offset);

  std::filesystem::path directory_;
  PartitionLogOptions options_;
  std::vector<Segment> segments_;  // never empty once open
  LeaderEpochs epochs_;
  ProducerStates producers_;
  LogRecovery recovery_;
  Status failure_;
  std::int64_t recovery_point_ = 0;
  std::uint64_t records_since_sync_ = 0;
  bool epochs_known_ = false;  // the checkpoint file was read
};

}  // namespace quorate::broker
