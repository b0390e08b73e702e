#include "broker-stub/log/segment.h"

#include <algorithm>
#include <iomanip>
#include <sstream>
#include <utility>

#include "raft/base/check.h"

namespace quorate::broker {
namespace {

// A window over a file that moves forward: each byte is read about once.
class Window {
 public:
  Window(const DiskFile& file, std::uint64_t end) : file_(file), end_(end) {}

  // The batch at `position`, its CRC not looked at; valid until the next call. kCorruption when
  // there is no batch.
  Result<kafka::RecordBatchView> batch_at(std::uint64_t position) {
    const auto prefix = at(position, kafka::kRecordBatchPrefixBytes);
    if (!prefix.is_ok()) return prefix.status();
    kafka::Reader in(*prefix);
    in.int64();
    const std::int64_t length = in.int32();
    const std::uint64_t left = end_ - position;
    if (!in.is_ok() || length < 0 ||
        static_cast<std::uint64_t>(length) + kafka::kRecordBatchPrefixBytes > left) {
      return {Code::kCorruption, "the file ends inside a batch"};
    }
    const auto size = static_cast<std::size_t>(length) + kafka::kRecordBatchPrefixBytes;
    const auto bytes = at(position, size);
    if (!bytes.is_ok()) return bytes.status();
    auto batch = kafka::RecordBatchView::parse(*bytes);
    if (!batch.is_ok()) return {Code::kCorruption, batch.status().message()};
    return batch;
  }

 private:
  static constexpr std::uint64_t kReadBytes = 256U << 10U;

  // The bytes [position, position + size) as far as the file has them.
  Result<std::string_view> at(std::uint64_t position, std::size_t size) {
    size = static_cast<std::size_t>(std::min<std::uint64_t>(size, end_ - position));
    if (position < start_ || position + size > start_ + bytes_.size()) {
      const std::uint64_t wanted =
          std::min(std::max<std::uint64_t>(size, kReadBytes), end_ - position);
      auto read = file_.read_at(position, static_cast<std::size_t>(wanted));
      if (!read.is_ok()) return read.status();
      bytes_ = *std::move(read);
      start_ = position;
      if (bytes_.size() < size) return {Code::kIoError, file_.path().string() + ": became shorter"};
    }
    return std::string_view(bytes_).substr(static_cast<std::size_t>(position - start_), size);
  }

  const DiskFile& file_;
  std::uint64_t end_;
  std::uint64_t start_ = 0;
  std::string bytes_;
};

BatchPlace place_of(const kafka::RecordBatchView& batch, std::uint64_t position) {
  return {.base_offset = batch.base_offset(),
          .last_offset = batch.last_offset(),
          .max_timestamp_ms = batch.max_timestamp(),
          .position = position,
          .size_bytes = batch.bytes().size()};
}

}  // namespace

std::string segment_file_name(std::int64_t base_offset, std::string_view extension) {
  std::ostringstream name;
  name << std::setw(20) << std::setfill('0') << base_offset << extension;
  return name.str();
}

Segment::Segment(std::filesystem::path directory, std::int64_t base_offset, DiskFile file)
    : directory_(std::move(directory)),
      base_offset_(base_offset),
      file_(std::move(file)),
      index_(base_offset) {}

Result<Segment> Segment::open(const std::filesystem::path& directory, std::int64_t base_offset) {
  auto file = DiskFile::open(directory / segment_file_name(base_offset, ".log"));
  if (!file.is_ok()) return file.status();
  const auto size = file->size_bytes();
  if (!size.is_ok()) return size.status();
  Segment segment(directory, base_offset, *std::move(file));
  segment.size_bytes_ = *size;
  return segment;
}

std::filesystem::path Segment::path(std::string_view extension) const {
  return directory_ / segment_file_name(base_offset_, extension);
}

Status Segment::load_index() {
  const auto offsets = read_file(path(".index"));
  if (!offsets.is_ok()) return offsets.status();
  const auto times = read_file(path(".timeindex"));
  if (!times.is_ok()) return times.status();
  auto index = SegmentIndex::from_bytes(base_offset_, size_bytes_, *offsets, *times);
  if (!index.is_ok()) return index.status();
  index_ = *std::move(index);
  return {};
}

Result<ScanEnd> Segment::scan(const BatchVisitor& visit) {
  SegmentIndex fresh(base_offset_);
  auto end = walk(0, base_offset_, ScanCheck::kChecksums, [&](const auto& batch, auto position) {
    fresh.add(place_of(batch, position));
    visit(batch, position);
  });
  if (end.is_ok()) index_ = std::move(fresh);
  return end;
}

Status Segment::visit_from(std::int64_t offset, const BatchVisitor& visit) const {
  // Offsets between the index entry and `offset` are walked over, not visited.
  const std::uint64_t start = index_.position_for(offset);
  const auto end = walk(start, -1, ScanCheck::kHeaders, [&](const auto& batch, auto position) {
    if (batch.last_offset() >= offset) visit(batch, position);
  });
  if (!end.is_ok()) return end.status();
  if (!end->reason.empty()) return {Code::kCorruption, file_.path().string() + ": " + end->reason};
  return {};
}

Result<ScanEnd> Segment::walk(std::uint64_t position,
                              std::int64_t offset,
                              ScanCheck check,
                              const BatchVisitor& visit) const {
  Window window(file_, size_bytes_);
  ScanEnd end{.position = position, .next_offset = std::max<std::int64_t>(offset, 0)};
  while (end.position < size_bytes_) {
    const auto batch = window.batch_at(end.position);
    if (!batch.is_ok() && batch.status().code() != Code::kCorruption) return batch.status();
    if (!batch.is_ok()) {
      end.reason = batch.status().message();
    } else if (offset >= 0 && batch->base_offset() != end.next_offset) {
      end.reason = "the batch begins at offset " + std::to_string(batch->base_offset()) + ", not " +
                   std::to_string(end.next_offset);
    } else if (check == ScanCheck::kChecksums && !batch->is_crc_valid()) {
      end.reason = "the batch does not match its CRC";
    }
    if (!end.reason.empty()) break;
    offset = batch->next_offset();
    visit(*batch, end.position);
    end.position += batch->bytes().size();
    end.next_offset = offset;
  }
  end.bytes_left = size_bytes_ - end.position;
  return end;
}

Status Segment::append(std::string_view batches) {
  std::uint64_t position = size_bytes_;
  QUORATE_TRY(file_.write_at(position, batches));
  kafka::RecordBatchCursor cursor(batches);
  while (const auto batch = cursor.next()) {
    QUORATE_CHECK(batch->base_offset() == next_offset());
    index_.add(place_of(*batch, position));
    position += batch->bytes().size();
  }
  QUORATE_CHECK(position == size_bytes_ + batches.size());
  size_bytes_ = position;
  return {};
}

Result<std::string> Segment::read(std::int64_t offset,
                                  std::int64_t end_offset,
                                  std::size_t bytes_max) const {
  std::string bytes;
  Window window(file_, size_bytes_);
  for (std::uint64_t position = index_.position_for(offset); position < size_bytes_;) {
    const auto batch = window.batch_at(position);
    if (!batch.is_ok()) return batch.status().with_context(file_.path().string());
    position += batch->bytes().size();
    if (batch->last_offset() < offset) continue;
    if (batch->last_offset() >= end_offset) break;
    if (!bytes.empty() && bytes.size() + batch->bytes().size() > bytes_max) break;
    bytes += batch->bytes();
  }
  return bytes;
}

Result<std::string> Segment::first_at(std::int64_t timestamp_ms) const {
  Window window(file_, size_bytes_);
  for (std::uint64_t position = index_.position_for_timestamp(timestamp_ms);
       position < size_bytes_;) {
    const auto batch = window.batch_at(position);
    if (!batch.is_ok()) return batch.status().with_context(file_.path().string());
    if (batch->max_timestamp() >= timestamp_ms) return std::string(batch->bytes());
    position += batch->bytes().size();
  }
  return std::string();
}

Status Segment::truncate_to(std::int64_t end_offset) {
  std::uint64_t size = 0;
  SegmentIndex kept(base_offset_);
  const auto end =
      walk(0, base_offset_, ScanCheck::kHeaders, [&](const auto& batch, auto position) {
        if (batch.last_offset() >= end_offset) return;
        kept.add(place_of(batch, position));
        size = position + batch.bytes().size();
      });
  if (!end.is_ok()) return end.status();
  if (!end->reason.empty()) return {Code::kCorruption, file_.path().string() + ": " + end->reason};
  QUORATE_TRY(cut_to(size));
  index_ = std::move(kept);
  return {};
}

Status Segment::cut_to(std::uint64_t size_bytes) {
  QUORATE_TRY(file_.truncate(size_bytes));
  size_bytes_ = size_bytes;
  QUORATE_TRY(remove_file(path(".index")));
  return remove_file(path(".timeindex"));
}

Status Segment::sync() {
  return file_.sync();
}

Status Segment::save_index() const {
  QUORATE_TRY(replace_file(path(".index"), index_.offsets_to_bytes(size_bytes_)));
  return replace_file(path(".timeindex"), index_.times_to_bytes(size_bytes_));
}

Status Segment::remove() {
  QUORATE_TRY(remove_file(path(".index")));
  QUORATE_TRY(remove_file(path(".timeindex")));
  return remove_file(path(".log"));
}

}  // namespace quorate::broker
