// SegmentIndex: where, in one segment file, to begin to look for an offset or a timestamp.
//
// Sparse: one entry per kIntervalBytes of log, so a search reads at most that much in vain. Two
// files per segment, `.index` (offset -> position) and `.timeindex` (largest timestamp so far ->
// offset), each closed by a footer {log bytes, checksum}. They are a cache: a file that is absent
// or does not verify is made again from the log, never believed.
//
// Owner: Segment. Thread: its owner's. Pure: bytes in, bytes out.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "raft/base/status.h"

namespace quorate::broker {

struct BatchPlace {
  std::int64_t base_offset = 0;
  std::int64_t last_offset = 0;
  std::int64_t max_timestamp_ms = -1;
  std::uint64_t position = 0;
  std::uint64_t size_bytes = 0;
};

class SegmentIndex {
 public:
  static constexpr std::uint64_t kIntervalBytes = 4096;

  explicit SegmentIndex(std::int64_t base_offset) : base_offset_(base_offset) {}
  // From the two files of a segment whose log is `log_bytes` long; kCorruption if they are not of
  // that log.
  static Result<SegmentIndex> from_bytes(std::int64_t base_offset,
                                         std::uint64_t log_bytes,
                                         std::string_view offsets,
                                         std::string_view times);
  [[nodiscard]] std::string offsets_to_bytes(std::uint64_t log_bytes) const;
  [[nodiscard]] std::string times_to_bytes(std::uint64_t log_bytes) const;

  // The batch that follows all batches so far.
  void add(const BatchPlace& batch);
  // Everything before this position has offsets below `offset`: begin here.
  [[nodiscard]] std::uint64_t position_for(std::int64_t offset) const;
  // No record at a position before this one has a timestamp of `timestamp_ms` or later.
  [[nodiscard]] std::uint64_t position_for_timestamp(std::int64_t timestamp_ms) const;

  [[nodiscard]] std::int64_t next_offset() const { return next_offset_; }
  // -1 while the segment is empty.
  [[nodiscard]] std::int64_t max_timestamp_ms() const { return max_timestamp_ms_; }

 private:
  struct Entry {
    std::int64_t offset = 0;  // base offset of the batch at `position`
    std::uint64_t position = 0;
    std::int64_t timestamp_ms = -1;  // largest of all batches before `position`
  };

  std::int64_t base_offset_;
  std::vector<Entry> entries_;
  std::uint64_t indexed_bytes_ = 0;  // position of the last entry
  std::int64_t next_offset_ = base_offset_;
  std::int64_t max_timestamp_ms_ = -1;
};

}  // namespace quorate::broker
