#include "tests/raft/server/disk.h"

namespace quorate::raft {

Result<Recovered> Disk::recover(GroupId group) const {
  const MutexLock lock(mutex_);
  if (group != group_) return Status(Code::kNotFound, "no such group");
  Recovered recovered;
  recovered.hard_state = hard_state_;
  recovered.snapshot = snapshot_;
  recovered.last = entries_.empty() ? Index{0} : entries_.back().id.index;
  for (const Entry& entry : entries_) {
    if (recovered.term_runs.empty() || recovered.term_runs.back().term != entry.id.term) {
      recovered.term_runs.push_back({.first = entry.id.index, .term = entry.id.term});
    }
    if (entry.kind != EntryKind::kMembership) continue;
    auto membership = decode_membership(entry.data.view());
    QUORATE_TRY(membership.status());
    recovered.memberships.push_back({entry.id.index, *membership});
  }
  return recovered;
}

Status Disk::persist(std::span<const PersistBatch> batches) {
  const MutexLock lock(mutex_);
  while (hung_)
    changed_.wait(mutex_);
  if (++persists_ == fail_at_) return {Code::kIoError, "this write was to fail"};
  for (const PersistBatch& batch : batches)
    write(batch);
  return Status::ok();
}

void Disk::write(const PersistBatch& batch) {
  if (batch.truncate_from) entries_.resize(batch.truncate_from->value - 1);
  for (const Entry& entry : batch.entries) {
    QUORATE_CHECK(entry.id.index.value == entries_.size() + 1);
    entries_.push_back(entry);
  }
  if (batch.hard_state) hard_state_ = *batch.hard_state;
}

Result<std::vector<Entry>> Disk::read(Index first, Index last, std::size_t bytes_max) const {
  const MutexLock lock(mutex_);
  if (first.value == 0 || first.value > entries_.size()) {
    return Status(Code::kNotFound, "not in the log");
  }
  std::vector<Entry> found;
  std::size_t bytes = 0;
  for (Index at = first; at <= last && at.value <= entries_.size(); at = at.next()) {
    const Entry& entry = entries_[at.value - 1];
    bytes += entry.bytes();
    if (!found.empty() && bytes > bytes_max) break;
    if (!is_intact(entry)) return Status(Code::kCorruption, "a bit is wrong");
    found.push_back(entry);
  }
  return found;
}

}  // namespace quorate::raft
