// The store on a given RocksDB Env and witness file, for tests of faults. Internal: names RocksDB,
// never installed.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "raft/storage/identity.h"
#include "raft/storage/rocksdb_log_store.h"
#include "raft/storage/witness.h"

namespace rocksdb {
class Env;
}

namespace quorate::raft {

struct RocksDbLogStoreParts {
  rocksdb::Env* env = nullptr;  // null: the system's; must outlive the store
  // Wraps the witness file; empty: used as it is.
  std::function<std::unique_ptr<WitnessFile>(std::unique_ptr<WitnessFile>)> wrap_witness;
};

struct RocksDbLogStoreMaker {
  static Result<std::unique_ptr<RocksDbLogStore>> open(RocksDbLogStoreOptions options,
                                                       const RocksDbLogStoreParts& parts);
};

// format_data_dir() on a given Env.
Status format_data_dir_on(const std::string& dir,
                          const Identity& identity,
                          const Bootstrap& group,
                          rocksdb::Env* env);

}  // namespace quorate::raft
