#include "raft/storage/delta_writer.h"

#include <algorithm>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "raft/storage/entry_codec.h"
#include "raft/storage/entry_reader.h"
#include "raft/storage/log_database.h"
#include "raft/storage/log_keys.h"

namespace quorate::raft {

namespace {

// A WriteBatch grows its own bytes; that it takes them is not a thing of the disk.
Status added(const rocksdb::Status& status) {
  return from_rocksdb(status, "write batch");
}

Status put_sealed(const std::string& key, std::string payload, rocksdb::WriteBatch& out) {
  return added(out.Put(key, seal(key, std::move(payload))));
}

// Removes the records that begin in [first, end).
Status remove_records(GroupId group, Index first, Index end, rocksdb::WriteBatch& out) {
  if (first >= end) return Status::ok();
  return added(out.DeleteRange(indexed_key(group, KeyKind::kEntries, first),
                               indexed_key(group, KeyKind::kEntries, end)));
}

Status put_entries(GroupId group,
                   std::span<const Entry> entries,
                   const RecordLimits& limits,
                   rocksdb::WriteBatch& out) {
  std::vector<rocksdb::Slice> pieces;
  while (!entries.empty()) {
    const std::size_t count = record_length(entries, limits.entries_max, limits.bytes_max);
    const EntryRecord record = encode_entries(entries.first(count));
    pieces.clear();
    for (const std::string_view piece : record.pieces) {
      pieces.emplace_back(piece.data(), piece.size());
    }
    const std::string key = indexed_key(group, KeyKind::kEntries, entries.front().id.index);
    const rocksdb::Slice key_slice(key);
    QUORATE_TRY(
        added(out.Put(rocksdb::SliceParts(&key_slice, 1),
                      rocksdb::SliceParts(pieces.data(), static_cast<int>(pieces.size())))));
    entries = entries.subspan(count);
  }
  return Status::ok();
}

// Removes the stored entries from the cut on; a record that reaches over it is rewritten shorter.
Status write_cut(rocksdb::DB& db,
                 GroupId group,
                 const GroupDelta& delta,
                 const RecordLimits& limits,
                 rocksdb::WriteBatch& out) {
  if (!delta.cut) return Status::ok();
  const Index cut = *delta.cut;
  QUORATE_TRY(remove_records(group, cut, delta.before.last.index.next(), out));
  if (cut <= delta.before.first()) return Status::ok();
  Result<std::vector<Entry>> record = read_record(db, rocksdb::ReadOptions(), group, cut.prev());
  if (!record.is_ok()) return record.status();
  if (record->back().id.index < cut) return Status::ok();
  std::erase_if(*record, [&](const Entry& entry) { return entry.id.index >= cut; });
  return put_entries(group, *record, limits, out);
}

// Removes the stored records that the new snapshot covers whole. The one that reaches over its end
// stays; its head lies in front of the log's first index and is never read (P82).
Status write_trim(rocksdb::DB& db,
                  GroupId group,
                  const GroupDelta& delta,
                  rocksdb::WriteBatch& out) {
  const GroupLog& before = delta.before;
  const Index first = delta.after.first();
  if (first == before.first()) return Status::ok();
  Index keep_from = std::min(first, before.last.index.next());
  if (first <= delta.kept_last()) {
    const Result<std::vector<Entry>> record = read_record(db, rocksdb::ReadOptions(), group, first);
    if (!record.is_ok()) return record.status();
    keep_from = record->front().id.index;
  }
  return remove_records(group, Index{0}, keep_from, out);
}

Status write_runs(GroupId group, const GroupDelta& delta, rocksdb::WriteBatch& out) {
  const std::vector<TermRun>& before = delta.before.runs;
  const std::vector<TermRun>& after = delta.after.runs;
  for (const TermRun& run : before) {
    const auto same =
        std::lower_bound(after.begin(), after.end(), run, [](const TermRun& a, const TermRun& b) {
          return a.first < b.first;
        });
    if (same != after.end() && same->first == run.first) continue;
    QUORATE_TRY(added(out.Delete(indexed_key(group, KeyKind::kTermRun, run.first))));
  }
  for (const TermRun& run : after) {
    if (std::binary_search(before.begin(), before.end(), run, [](const auto& a, const auto& b) {
          return std::pair(a.first, a.term) < std::pair(b.first, b.term);
        })) {
      continue;
    }
    const std::string key = indexed_key(group, KeyKind::kTermRun, run.first);
    QUORATE_TRY(put_sealed(key, encode_term(run.term), out));
  }
  return Status::ok();
}

Status write_memberships(GroupId group, const GroupDelta& delta, rocksdb::WriteBatch& out) {
  const std::vector<Index>& after = delta.after.memberships;
  for (const Index index : delta.before.memberships) {
    if (std::binary_search(after.begin(), after.end(), index)) continue;
    QUORATE_TRY(added(out.Delete(indexed_key(group, KeyKind::kMembership, index))));
  }
  for (const Entry& entry : delta.added) {
    if (entry.kind != EntryKind::kMembership) continue;
    const std::string key = indexed_key(group, KeyKind::kMembership, entry.id.index);
    QUORATE_TRY(put_sealed(key, std::string(entry.data.view()), out));
  }
  return Status::ok();
}

}  // namespace

Status write_bootstrap(const Bootstrap& bootstrap, rocksdb::WriteBatch& out) {
  QUORATE_TRY(validate(bootstrap));
  SnapshotMeta snapshot;
  snapshot.membership = bootstrap.membership;
  const GroupId group = bootstrap.group;
  QUORATE_TRY(put_sealed(group_key(group, KeyKind::kHardState), encode_hard_state({}), out));
  QUORATE_TRY(put_sealed(group_key(group, KeyKind::kSnapshot), encode_snapshot(snapshot), out));
  return put_sealed(group_key(group, KeyKind::kLogEnd), encode_log_id({}), out);
}

Status write_delta(rocksdb::DB& db,
                   GroupId group,
                   const GroupDelta& delta,
                   const RecordLimits& limits,
                   rocksdb::WriteBatch& out) {
  const GroupLog& before = delta.before;
  const GroupLog& after = delta.after;
  QUORATE_TRY(write_cut(db, group, delta, limits, out));
  QUORATE_TRY(write_trim(db, group, delta, out));
  QUORATE_TRY(put_entries(group, delta.added, limits, out));
  if (before.runs != after.runs) QUORATE_TRY(write_runs(group, delta, out));
  QUORATE_TRY(write_memberships(group, delta, out));
  if (before.snapshot != after.snapshot) {
    QUORATE_TRY(
        put_sealed(group_key(group, KeyKind::kSnapshot), encode_snapshot(after.snapshot), out));
  }
  if (before.last != after.last) {
    QUORATE_TRY(put_sealed(group_key(group, KeyKind::kLogEnd), encode_log_id(after.last), out));
  }
  if (before.hard_state != after.hard_state) {
    QUORATE_TRY(put_sealed(
        group_key(group, KeyKind::kHardState), encode_hard_state(after.hard_state), out));
  }
  return Status::ok();
}

}  // namespace quorate::raft
