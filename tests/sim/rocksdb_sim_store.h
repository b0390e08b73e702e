// The real RocksDB store below a simulated replica, on a disk that stops in the middle of what is
// written and forgets what was not synced.
//
// Owner: SimDisk. Thread: the simulation's; RocksDB's own beside it.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "raft/base/random.h"
#include "raft/storage/rocksdb_log_store.h"
#include "raft/testing/sim_store.h"
#include "tests/raft/storage/fault_disk.h"
#include "tests/raft/storage/temp_dir.h"

namespace quorate::raft::testing {

// What the crashes of all stores of a run did.
struct CrashCounts {
  std::uint64_t crashes = 0;
  std::uint64_t in_a_write = 0;    // the disk stopped before the batches were acknowledged
  std::uint64_t in_an_open = 0;    // and once more while the store was opened again
  std::uint64_t power_losses = 0;  // what was not synced is gone
};

class RocksDbSimStore final : public SimStore {
 public:
  RocksDbSimStore(const ReplicaId& replica,
                  const Membership& first,
                  Random random,
                  CrashCounts& counts);

  [[nodiscard]] LogStore& store() override { return *store_; }
  Status crash(std::span<const PersistBatch> batches) override;

 private:
  // On a new disk below the same files; it stops at `operation` of the opening when that is not 0.
  Status open(std::uint64_t operation);
  void lose_power_sometimes();

  const Identity identity_;
  Random random_;
  CrashCounts& counts_;
  const TempDir dir_;
  std::unique_ptr<FaultDisk> disk_;
  std::unique_ptr<RocksDbLogStore> store_;
};

}  // namespace quorate::raft::testing
