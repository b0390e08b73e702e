// Puts the difference between two states of a group into a WriteBatch. Internal: names RocksDB.
//
// What stays is not touched: only the record at a cut is rewritten, and only positions that changed
// are written. Thread: the log-writer thread. Source: docs/storage-format.md.
#pragma once

#include <cstddef>

#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>

#include "raft/base/status.h"
#include "raft/storage/group_log.h"
#include "raft/storage/log_store.h"

namespace quorate::raft {

struct RecordLimits {
  std::size_t entries_max = 0;
  std::size_t bytes_max = 0;
};

// All keys of a group that was never there. kInvalidArgument when the membership is not valid.
Status write_bootstrap(const Bootstrap& bootstrap, rocksdb::WriteBatch& out);

// Appends `delta` of `group` to `out`; reads `db` only for a cut or a snapshot inside a record.
Status write_delta(rocksdb::DB& db,
                   GroupId group,
                   const GroupDelta& delta,
                   const RecordLimits& limits,
                   rocksdb::WriteBatch& out);

}  // namespace quorate::raft
