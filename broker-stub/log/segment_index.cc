#include "broker-stub/log/segment_index.h"

#include <algorithm>

#include "broker-stub/kafka/primitives.h"
#include "raft/base/crc32c.h"

namespace quorate::broker {
namespace {

constexpr std::size_t kFooterBytes = 20;  // log bytes, one number, checksum

// Entries, then {log bytes, `extra`, checksum of all before it}.
std::string close(kafka::Writer& out, std::uint64_t log_bytes, std::int64_t extra) {
  out.int64(static_cast<std::int64_t>(log_bytes));
  out.int64(extra);
  std::string bytes = out.take_string();
  kafka::Writer checksum;
  checksum.int32(static_cast<std::int32_t>(crc32c(bytes)));
  return bytes + checksum.take_string();
}

struct Closed {
  std::string_view entries;
  std::int64_t extra = 0;
};

Result<Closed> open(std::string_view bytes, std::uint64_t log_bytes) {
  const Status refusal{Code::kCorruption, "index: not the index of this log"};
  if (bytes.size() < kFooterBytes) return refusal;
  const std::string_view entries = bytes.substr(0, bytes.size() - kFooterBytes);
  kafka::Reader footer(bytes.substr(entries.size()));
  const std::int64_t size = footer.int64();
  const std::int64_t extra = footer.int64();
  const auto checksum = static_cast<std::uint32_t>(footer.int32());
  if (checksum != crc32c(bytes.substr(0, bytes.size() - 4))) return refusal;
  if (size != static_cast<std::int64_t>(log_bytes)) return refusal;
  return Closed{entries, extra};
}

}  // namespace

Result<SegmentIndex> SegmentIndex::from_bytes(std::int64_t base_offset,
                                              std::uint64_t log_bytes,
                                              std::string_view offsets,
                                              std::string_view times) {
  const auto offset_file = open(offsets, log_bytes);
  const auto time_file = open(times, log_bytes);
  if (!offset_file.is_ok()) return offset_file.status();
  if (!time_file.is_ok()) return time_file.status();
  SegmentIndex index(base_offset);
  kafka::Reader places(offset_file->entries);
  kafka::Reader stamps(time_file->entries);
  while (places.remaining() > 0 && places.is_ok() && stamps.is_ok()) {
    Entry entry;
    entry.offset = base_offset + places.int32();
    entry.position = static_cast<std::uint64_t>(places.int64());
    entry.timestamp_ms = stamps.int64();
    if (stamps.int32() != entry.offset - base_offset) stamps.fail("the files do not match");
    index.entries_.push_back(entry);
    index.indexed_bytes_ = entry.position;
  }
  if (!places.is_ok() || !stamps.is_ok() || stamps.remaining() != 0) {
    return {Code::kCorruption, "index: malformed"};
  }
  index.next_offset_ = offset_file->extra;
  index.max_timestamp_ms_ = time_file->extra;
  return index;
}

std::string SegmentIndex::offsets_to_bytes(std::uint64_t log_bytes) const {
  kafka::Writer out;
  for (const Entry& entry : entries_) {
    out.int32(static_cast<std::int32_t>(entry.offset - base_offset_));
    out.int64(static_cast<std::int64_t>(entry.position));
  }
  return close(out, log_bytes, next_offset_);
}

std::string SegmentIndex::times_to_bytes(std::uint64_t log_bytes) const {
  kafka::Writer out;
  for (const Entry& entry : entries_) {
    out.int64(entry.timestamp_ms);
    out.int32(static_cast<std::int32_t>(entry.offset - base_offset_));
  }
  return close(out, log_bytes, max_timestamp_ms_);
}

void SegmentIndex::add(const BatchPlace& batch) {
  if (batch.position >= indexed_bytes_ + kIntervalBytes) {
    entries_.push_back({batch.base_offset, batch.position, max_timestamp_ms_});
    indexed_bytes_ = batch.position;
  }
  next_offset_ = batch.last_offset + 1;
  max_timestamp_ms_ = std::max(max_timestamp_ms_, batch.max_timestamp_ms);
}

std::uint64_t SegmentIndex::position_for(std::int64_t offset) const {
  const auto after = std::upper_bound(
      entries_.begin(), entries_.end(), offset, [](std::int64_t wanted, const Entry& entry) {
        return wanted < entry.offset;
      });
  return after == entries_.begin() ? 0 : std::prev(after)->position;
}

std::uint64_t SegmentIndex::position_for_timestamp(std::int64_t timestamp_ms) const {
  const auto after = std::lower_bound(
      entries_.begin(), entries_.end(), timestamp_ms, [](const Entry& entry, std::int64_t wanted) {
        return entry.timestamp_ms < wanted;
      });
  return after == entries_.begin() ? 0 : std::prev(after)->position;
}

}  // namespace quorate::broker
