#include "raft/storage/entry_codec.h"

#include <array>
#include <cstdint>
#include <memory>
#include <utility>

#include "raft/base/check.h"
#include "raft/storage/byte_codec.h"

namespace quorate::raft {

namespace {

constexpr std::uint8_t kRecordFormat = 1;
// format, count, first index
constexpr std::size_t kRecordHeaderBytes = 1 + 4 + 8;
// kind, checksum, term, length; the largest an entry's header can be
constexpr std::size_t kEntryHeaderBytesMax = 1 + 4 + 10 + 10;

Status damaged(Index index, const char* what) {
  return {Code::kCorruption, "entry " + std::to_string(index.value) + ": " + what};
}

bool is_known(std::uint8_t kind) {
  return kind <= static_cast<std::uint8_t>(EntryKind::kMembership);
}

}  // namespace

EntryRecord encode_entries(std::span<const Entry> entries) {
  QUORATE_CHECK(!entries.empty());
  EntryRecord record;
  std::string& headers = record.headers;
  // Reserved in full, so that the pieces below stay where they point to.
  headers.reserve(kRecordHeaderBytes + entries.size() * kEntryHeaderBytesMax);
  record.pieces.reserve(2 * entries.size());
  headers.push_back(static_cast<char>(kRecordFormat));
  append_u32(headers, static_cast<std::uint32_t>(entries.size()));
  append_u64(headers, entries.front().id.index.value);
  std::size_t begin = 0;
  for (const Entry& entry : entries) {
    headers.push_back(static_cast<char>(entry.kind));
    append_u32(headers, entry.checksum);
    append_varint(headers, entry.id.term.value);
    append_varint(headers, entry.data.size());
    record.pieces.emplace_back(headers.data() + begin, headers.size() - begin);
    begin = headers.size();
    if (entry.data.size() > 0) record.pieces.push_back(entry.data.view());
  }
  return record;
}

RecordScan scan_entries(SharedBytes record, Index first) {
  const auto owner = std::make_shared<const SharedBytes>(std::move(record));
  ByteReader in(owner->view());
  RecordScan scan;
  const auto flawed = [&scan](Index index, const char* what) {
    scan.flaws.push_back({index, damaged(index, what)});
    return std::move(scan);
  };
  const std::uint8_t format = in.u8();
  const std::uint32_t count = in.u32();
  const Index stored_first{in.u64()};
  if (in.failed() || count == 0) return flawed(first, "its record has no header");
  if (format != kRecordFormat) return flawed(first, "its record has an unknown format");
  if (stored_first != first) return flawed(first, "its record belongs to another index");
  scan.entries.reserve(std::min<std::size_t>(count, in.remaining()));
  Index index = first;
  for (std::uint32_t i = 0; i < count; ++i, index = index.next()) {
    const std::uint8_t kind = in.u8();
    const std::uint32_t checksum = in.u32();
    const Term term{in.varint()};
    const std::string_view data = in.bytes(in.varint());
    if (in.failed()) return flawed(index, "its record is cut short");
    if (!is_known(kind)) return flawed(index, "unknown kind");
    Entry entry{{term, index}, static_cast<EntryKind>(kind), SharedBytes(owner, data), checksum};
    if (is_intact(entry)) {
      scan.entries.push_back(std::move(entry));
    } else {
      scan.flaws.push_back({index, damaged(index, "checksum does not match")});
    }
  }
  if (!in.finished()) return flawed(index.prev(), "its record has bytes left over");
  return scan;
}

Result<std::vector<Entry>> decode_entries(SharedBytes record, Index first) {
  RecordScan scan = scan_entries(std::move(record), first);
  if (!scan.flaws.empty()) return scan.flaws.front().status;
  return std::move(scan.entries);
}

std::size_t record_length(std::span<const Entry> entries,
                          std::size_t entries_max,
                          std::size_t bytes_max) {
  std::size_t bytes = 0;
  std::size_t count = 0;
  for (const Entry& entry : entries) {
    bytes += entry.data.size();
    if (count > 0 && (count >= entries_max || bytes > bytes_max)) break;
    ++count;
  }
  return count;
}

}  // namespace quorate::raft
