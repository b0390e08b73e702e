// SimStore: a real log store below one simulated replica, beside the one in memory that says what
// must be in it.
//
// Time and faults of the simulated disk stay as they are; what a crash in the middle of a write
// leaves behind is the real store's. Owner: SimDisk. Thread: one.
#pragma once

#include <functional>
#include <memory>
#include <span>

#include "raft/storage/log_store.h"

namespace quorate::raft::testing {

class SimStore {
 public:
  virtual ~SimStore() = default;

  // That of the process that runs; another one after crash().
  [[nodiscard]] virtual LogStore& store() = 0;
  // The process, or the power, ends at some moment in which `batches` are being written by one
  // persist(); then the store is opened again. Either all of them are there or none is.
  // Not ok: it cannot be opened.
  virtual Status crash(std::span<const PersistBatch> batches) = 0;
};

// Makes the formatted store of a replica that has not run yet. Null: there is none but in memory.
using SimStoreMaker =
    std::function<std::unique_ptr<SimStore>(const ReplicaId& replica, const Membership& first)>;

}  // namespace quorate::raft::testing
