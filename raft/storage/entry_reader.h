// Reads entries out of the database, each verified. Internal: names RocksDB.
//
// Thread: any; each call sees one state of the database.
#pragma once

#include <cstddef>
#include <vector>

#include <rocksdb/db.h>

#include "raft/base/status.h"
#include "raft/core/entry.h"
#include "raft/core/types.h"

namespace quorate::raft {

// What is to be read: first..last, both in the log.
struct EntryRange {
  GroupId group;
  Index first;
  Index last;
  std::size_t bytes_max = 0;
};

// The entries of `range`, stopping before bytes_max is passed but with at least one. kCorruption
// names the index that is missing or damaged.
Result<std::vector<Entry>> read_entries(rocksdb::DB& db,
                                        const rocksdb::ReadOptions& options,
                                        const EntryRange& range);

// The whole record that holds `index`.
Result<std::vector<Entry>> read_record(rocksdb::DB& db,
                                       const rocksdb::ReadOptions& options,
                                       GroupId group,
                                       Index index);

}  // namespace quorate::raft
