// Reads a group's state out of the database: a handful of keys, never the entries (beside the
// first and the last record, which show that the log is where its end says).
//
// Internal: names RocksDB. Thread: any.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <rocksdb/db.h>

#include "raft/base/status.h"
#include "raft/core/recovered.h"
#include "raft/storage/group_log.h"
#include "raft/storage/identity.h"
#include "raft/storage/witness.h"

namespace quorate::raft {

// The sealed value of `key`; kNotFound, kCorruption (naming `what`), kIoError.
Result<std::string> read_sealed(rocksdb::DB& db,
                                const rocksdb::ReadOptions& options,
                                const std::string& key,
                                const std::string& what);

// The identity that the database was made for.
Result<Identity> read_database_identity(rocksdb::DB& db);

// The groups that have keys, ascending.
Result<std::vector<GroupId>> read_groups(rocksdb::DB& db);

// The state of `group`, checked (P12). kNotFound when it was never bootstrapped.
Result<GroupLog> read_group_log(rocksdb::DB& db, GroupId group);

// The same as the core starts from it.
Result<Recovered> read_recovered(rocksdb::DB& db, GroupId group);

// Ok unless the database is behind what was witnessed; kCorruption with the numbers (P14, D2).
Status compare_with_witness(GroupId group, const GroupLog& log, const WitnessedGroup& witnessed);

// Identity, groups and their states, compared with `witness` and `identity`.
Status check_database(rocksdb::DB& db, const Identity& identity, const WitnessState& witness);

}  // namespace quorate::raft
