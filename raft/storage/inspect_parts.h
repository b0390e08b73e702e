// The parts of an inspection. Internal: names RocksDB.
//
// Each looks at one thing and adds what is wrong to the inspection; none stops at the first.
// Thread: one.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include <rocksdb/db.h>

#include "raft/storage/group_log.h"
#include "raft/storage/inspect.h"
#include "raft/storage/witness.h"

namespace quorate::raft {

void add_finding(Inspection& inspection, Finding finding);

// What of a group's positions is there.
struct InspectedPositions {
  GroupLog log;
  bool is_complete = false;                         // hard state, base and end were read
  std::map<Index, std::string> membership_entries;  // their data
};

// The directory and its database, opened for looking.
struct InspectedDatabase {
  std::string dir;
  rocksdb::DB& db;
};

InspectedPositions inspect_positions(const InspectedDatabase& where,
                                     InspectedGroup& group,
                                     Inspection& inspection);

// Reads every entry; `tick` is called with the number of entries passed.
void inspect_entries(const InspectedDatabase& where,
                     const InspectedPositions& positions,
                     InspectedGroup& group,
                     Inspection& inspection,
                     const std::function<void(std::uint64_t)>& tick);

// The newest whole slot, if there is one.
std::optional<WitnessState> inspect_witness(const std::string& dir, Inspection& inspection);

// Every log file of the database, record by record; says whether it found damage.
bool inspect_log_files(const std::string& dir, Inspection& inspection);

void inspect_snapshots(const std::string& dir, Inspection& inspection);

// "raft-log/<file>" when a message of RocksDB names one; else empty.
[[nodiscard]] std::string file_in_message(const std::string& message);

// The file that holds the newest value of `key`, or empty.
[[nodiscard]] std::string file_holding(const InspectedDatabase& where, const std::string& key);

}  // namespace quorate::raft
