#include "raft/testing/sim_disk.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>

namespace quorate::raft::testing {

SimDisk::SimDisk(GroupId group,
                 const Membership& membership,
                 const HardState& initial,
                 std::unique_ptr<SimStore> real)
    : group_(group), real_(std::move(real)) {
  QUORATE_CHECK(store_.bootstrap({group, membership}).is_ok());
  if (initial == HardState{}) return;
  const Status written = persist({{.group = group, .hard_state = initial}});
  QUORATE_CHECK(written.is_ok());
}

// As the log writer of raft/server does.
Status SimDisk::persist(const std::vector<PersistBatch>& batches) {
  QUORATE_TRY(store_.persist(batches));
  if (real_ == nullptr) return Status::ok();
  QUORATE_TRY(real_->store().persist(batches));
  for (const PersistBatch& batch : batches) {
    if (!batch.snapshot) continue;
    QUORATE_TRY(real_->store().compact(group_, batch.snapshot->last.index));
  }
  return Status::ok();
}

Status SimDisk::compare() {
  const auto wanted = store_.recover(group_);
  const auto found = real_->store().recover(group_);
  QUORATE_TRY(wanted.status());
  QUORATE_TRY(found.status());
  const auto differs = [](const char* what) {
    return Status(Code::kCorruption, std::string("the store came back with another ") + what);
  };
  if (found->hard_state != wanted->hard_state) return differs("term or vote");
  if (found->snapshot.last != wanted->snapshot.last) return differs("base");
  if (found->snapshot.membership != wanted->snapshot.membership) return differs("base membership");
  if (found->last != wanted->last) return differs("end of the log");
  if (found->term_runs != wanted->term_runs) return differs("run of terms");
  if (found->memberships != wanted->memberships) return differs("membership");
  const Index first = wanted->snapshot.last.index.next();
  if (first > wanted->last) return Status::ok();
  constexpr std::size_t kBytesMax = 1U << 30U;
  const auto entries = store_.read(group_, first, wanted->last, kBytesMax);
  const auto there = real_->store().read(group_, first, wanted->last, kBytesMax);
  QUORATE_TRY(entries.status());
  QUORATE_TRY(there.status());
  if (*there != *entries) return differs("entry");
  return Status::ok();
}

Result<Recovered> SimDisk::recover() {
  if (real_ != nullptr) QUORATE_TRY(compare());
  return newest().recover(group_);
}

bool SimDisk::has_outstanding_entries() const {
  const auto has_entries = [](const PersistBatch& batch) { return !batch.entries.empty(); };
  return std::any_of(syncing_.begin(), syncing_.end(), has_entries) ||
         std::any_of(waiting_.begin(), waiting_.end(), has_entries);
}

bool SimDisk::begin_sync() {
  if (is_syncing() || waiting_.empty()) return false;
  syncing_.assign(std::make_move_iterator(waiting_.begin()),
                  std::make_move_iterator(waiting_.end()));
  waiting_.clear();
  return true;
}

Result<std::vector<PersistBatch>> SimDisk::finish_sync() {
  QUORATE_TRY(persist(syncing_));
  return std::exchange(syncing_, {});
}

Result<std::vector<PersistBatch>> SimDisk::crash(std::size_t kept) {
  std::vector<PersistBatch> all = std::exchange(syncing_, {});
  all.insert(all.end(),
             std::make_move_iterator(waiting_.begin()),
             std::make_move_iterator(waiting_.end()));
  waiting_.clear();
  const auto end = all.begin() + static_cast<std::ptrdiff_t>(std::min(kept, all.size()));
  std::vector<PersistBatch> rest(std::make_move_iterator(end), std::make_move_iterator(all.end()));
  all.erase(end, all.end());
  QUORATE_TRY(persist(all));
  if (real_ == nullptr) return all;
  QUORATE_TRY(real_->crash(rest));
  if (rest.empty() || compare().is_ok()) return all;
  QUORATE_TRY(store_.persist(rest));  // then all of it must be there
  QUORATE_TRY(compare());
  all.insert(all.end(), std::make_move_iterator(rest.begin()), std::make_move_iterator(rest.end()));
  return all;
}

}  // namespace quorate::raft::testing
