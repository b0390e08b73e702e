#include "raft/testing/sim_disk.h"

#include <algorithm>
#include <iterator>
#include <span>
#include <utility>

namespace quorate::raft::testing {

SimDisk::SimDisk(GroupId group, const Membership& membership, const HardState& initial)
    : group_(group) {
  QUORATE_CHECK(store_.bootstrap({group, membership}).is_ok());
  const PersistBatch first{.group = group, .hard_state = initial};
  if (initial != HardState{}) QUORATE_CHECK(store_.persist(std::span(&first, 1)).is_ok());
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
  QUORATE_TRY(store_.persist(syncing_));
  return std::exchange(syncing_, {});
}

Result<std::vector<PersistBatch>> SimDisk::crash(std::size_t kept) {
  std::vector<PersistBatch> all = std::exchange(syncing_, {});
  all.insert(all.end(),
             std::make_move_iterator(waiting_.begin()),
             std::make_move_iterator(waiting_.end()));
  waiting_.clear();
  all.resize(std::min(kept, all.size()));
  QUORATE_TRY(store_.persist(all));
  return all;
}

}  // namespace quorate::raft::testing
