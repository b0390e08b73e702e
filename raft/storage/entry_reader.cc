#include "raft/storage/entry_reader.h"

#include <memory>
#include <string>
#include <utility>

#include "raft/storage/entry_codec.h"
#include "raft/storage/log_database.h"
#include "raft/storage/log_keys.h"

namespace quorate::raft {

namespace {

std::string name_of(GroupId group, Index index) {
  return "group " + std::to_string(group.value) + ": entry " + std::to_string(index.value);
}

// The record under the iterator, which must hold `index`.
Result<std::vector<Entry>> decode_current(const rocksdb::Iterator& at, GroupId group, Index index) {
  if (!at.status().ok()) return from_rocksdb(at.status(), name_of(group, index));
  const std::optional<Index> first =
      at.Valid() ? key_index({at.key().data(), at.key().size()}, group, KeyKind::kEntries)
                 : std::nullopt;
  if (!first) return {Code::kCorruption, name_of(group, index) + " is missing"};
  Result<std::vector<Entry>> entries = decode_entries(SharedBytes(at.value().ToString()), *first);
  if (!entries.is_ok()) {
    return entries.status().with_context("group " + std::to_string(group.value));
  }
  if (entries->back().id.index < index) {
    return {Code::kCorruption, name_of(group, index) + " is missing"};
  }
  return entries;
}

}  // namespace

Result<std::vector<Entry>> read_entries(rocksdb::DB& db,
                                        const rocksdb::ReadOptions& options,
                                        const EntryRange& range) {
  const std::unique_ptr<rocksdb::Iterator> at(db.NewIterator(options));
  at->SeekForPrev(indexed_key(range.group, KeyKind::kEntries, range.first));
  std::vector<Entry> found;
  std::size_t bytes = 0;
  Index wanted = range.first;
  while (wanted <= range.last) {
    Result<std::vector<Entry>> record = decode_current(*at, range.group, wanted);
    if (!record.is_ok()) return record.status();
    for (Entry& entry : *record) {
      if (entry.id.index < wanted || wanted > range.last) continue;
      if (entry.id.index != wanted) {
        return {Code::kCorruption, name_of(range.group, wanted) + " is missing"};
      }
      bytes += entry.bytes();
      if (!found.empty() && bytes > range.bytes_max) return found;
      found.push_back(std::move(entry));
      wanted = wanted.next();
    }
    at->Next();
  }
  return found;
}

Result<std::vector<Entry>> read_record(rocksdb::DB& db,
                                       const rocksdb::ReadOptions& options,
                                       GroupId group,
                                       Index index) {
  const std::unique_ptr<rocksdb::Iterator> at(db.NewIterator(options));
  at->SeekForPrev(indexed_key(group, KeyKind::kEntries, index));
  return decode_current(*at, group, index);
}

}  // namespace quorate::raft
