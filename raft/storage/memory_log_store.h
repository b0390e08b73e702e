// MemoryLogStore: a LogStore whose disk is a map. For tests, the simulator and embedders that
// bring durability of another kind.
//
// A batch that does not fit (a gap, falling terms, a second vote in a term, a cut of what a
// snapshot covers, an entry whose checksum does not verify) is a mistake of whoever made it:
// kInvalidArgument, and nothing of the call is kept.
// Thread: any (one lock inside). Owner: whoever built it.
// Source: log_store.h; design of the batch order in raft/core/ready.h.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <span>
#include <vector>

#include "raft/base/mutex.h"
#include "raft/storage/log_store.h"

namespace quorate::raft {

class MemoryLogStore : public LogStore {
 public:
  Result<Recovered> recover(GroupId group) override;
  Status bootstrap(const Bootstrap& bootstrap) override;
  Status persist(std::span<const PersistBatch> batches) override;
  Result<std::vector<Entry>> read(GroupId group,
                                  Index first,
                                  Index last,
                                  std::size_t bytes_max) override;
  Status compact(GroupId group, Index up_to) override;
  [[nodiscard]] std::uint64_t bytes_written() const override;

 private:
  // entries[0] has index `first`; with no entry the log's end is first - 1.
  struct Group {
    HardState hard_state;
    SnapshotMeta snapshot;
    Index first{1};
    std::deque<Entry> entries;

    [[nodiscard]] Index last() const { return {first.value + entries.size() - 1}; }
    // Of an entry held; of the snapshot's last entry; else 0.
    [[nodiscard]] Term term_at(Index index) const;
  };

  // A group as it will be behind the batches tried so far, told without copying its entries.
  struct Draft {
    const Group* group = nullptr;
    HardState hard_state;
    LogId snapshot;
    Index kept;                // entries of the group up to here remain
    std::vector<LogId> added;  // behind kept, or behind the snapshot

    [[nodiscard]] LogId last() const;
  };

  // Whether `batch` fits behind `draft`, which then includes it; the reason when not.
  static Status admit(Draft& draft, const PersistBatch& batch);
  static Status admit_cut(Draft& draft, Index from);
  static void admit_snapshot(Draft& draft, const LogId& last);
  static void write(Group& group, const PersistBatch& batch);
  static void drop_through(Group& group, Index up_to);

  mutable Mutex mutex_;
  std::map<GroupId, Group> groups_ QUORATE_GUARDED_BY(mutex_);
  std::uint64_t bytes_written_ QUORATE_GUARDED_BY(mutex_) = 0;
};

}  // namespace quorate::raft
