// What can be asked of a data directory that no process uses: is it whole, and what is in it.
//
// Read-only: nothing is repaired, no file changes.
// Thread: any. Source: docs/storage-format.md.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "raft/base/status.h"
#include "raft/core/recovered.h"
#include "raft/storage/identity.h"

namespace quorate::raft {

struct VerifiedGroup {
  GroupId group;
  Recovered recovered;
  std::uint64_t entries = 0;        // each read and checked
  std::uint64_t payload_bytes = 0;  // of those
  std::uint32_t log_checksum = 0;   // CRC-32C over the entries' checksums, in order (D11)
};

struct VerifyReport {
  Identity identity;
  std::vector<VerifiedGroup> groups;
  std::vector<Status> problems;  // empty: the directory is whole
};

// Reads every entry of every group. Not ok only when the directory cannot be looked at at all; what
// is wrong inside is in `problems`.
Result<VerifyReport> verify_data_dir(const std::string& dir);

// One line per fact and entry, for people: identity, witness, and per group hard state, snapshot,
// term runs, memberships and the entries first..last.
Result<std::string> dump_data_dir(const std::string& dir, Index first, Index last);

}  // namespace quorate::raft
