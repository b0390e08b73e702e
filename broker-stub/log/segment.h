// Segment: one file of record batches, `<base offset, 20 digits>.log`, and its index.
//
// Invariants: batches lie without a gap, their offsets are dense (each batch begins at the end of
// the one before), the index speaks of exactly what is in the file.
//
// What is appended is in the page cache when append() returns: it survives the death of the
// process, not that of the machine; sync() makes it survive both.
//
// Owner: PartitionLog. Thread: its owner's (reads of the disk happen on it; see PartitionLog).
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "broker-stub/kafka/record_batch.h"
#include "broker-stub/log/disk_file.h"
#include "broker-stub/log/segment_index.h"
#include "raft/base/status.h"

namespace quorate::broker {

// How a walk over a segment ended.
struct ScanEnd {
  std::uint64_t position = 0;    // behind the last good batch
  std::int64_t next_offset = 0;  // its end
  std::uint64_t bytes_left = 0;  // that do not begin with a good batch
  std::string reason;            // what is wrong with them; empty when there are none
};

enum class ScanCheck : std::uint8_t { kHeaders, kChecksums };

using BatchVisitor =
    std::function<void(const kafka::RecordBatchView& batch, std::uint64_t position)>;

[[nodiscard]] std::string segment_file_name(std::int64_t base_offset, std::string_view extension);

class Segment {
 public:
  // The segment's file, made when it is not there. Nothing is known of its contents yet: call
  // load() or scan().
  static Result<Segment> open(const std::filesystem::path& directory, std::int64_t base_offset);

  [[nodiscard]] std::int64_t base_offset() const { return base_offset_; }
  [[nodiscard]] std::int64_t next_offset() const { return index_.next_offset(); }
  [[nodiscard]] std::uint64_t size_bytes() const { return size_bytes_; }
  [[nodiscard]] std::int64_t max_timestamp_ms() const { return index_.max_timestamp_ms(); }

  // Believes the index files; kCorruption or kNotFound when they do not belong to the log file.
  Status load_index();
  // Reads the whole file, verifying every batch, and makes the index anew. What does not verify
  // stays in the file, is not indexed, and is told in the result.
  Result<ScanEnd> scan(const BatchVisitor& visit);
  // Visits the headers of the good batches from the one that contains `offset` on.
  Status visit_from(std::int64_t offset, const BatchVisitor& visit) const;

  // Whole batches that follow what is there.
  Status append(std::string_view batches);
  // Whole batches from the one that contains `offset` (which must be in this segment) and ending
  // at or below `end_offset`: at least one if there is one, then as many as fit `bytes_max`.
  Result<std::string> read(std::int64_t offset,
                           std::int64_t end_offset,
                           std::size_t bytes_max) const;
  // The first batch with a record at or after `timestamp_ms`; empty when there is none.
  Result<std::string> first_at(std::int64_t timestamp_ms) const;

  // Keeps the batches that end at or below `end_offset`.
  Status truncate_to(std::int64_t end_offset);
  // Cuts the file behind the last indexed batch.
  Status cut_to(std::uint64_t size_bytes);
  Status sync();
  // Writes the index files; for a segment that gets nothing more, or at a clean stop.
  Status save_index() const;
  Status remove();

 private:
  Segment(std::filesystem::path directory, std::int64_t base_offset, DiskFile file);

  Result<ScanEnd> walk(std::uint64_t position,
                       std::int64_t offset,
                       ScanCheck check,
                       const BatchVisitor& visit) const;
  [[nodiscard]] std::filesystem::path path(std::string_view extension) const;

  std::filesystem::path directory_;
  std::int64_t base_offset_;
  DiskFile file_;
  SegmentIndex index_;
  std::uint64_t size_bytes_ = 0;
};

}  // namespace quorate::broker
