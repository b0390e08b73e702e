// `quorate raft`: what lies in a data directory that no process uses.
//
// Works without a cluster. Nothing is changed.
// Thread: main. Source: docs/cli.md, docs/recovery.md.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "cli/output.h"
#include "raft/base/status.h"

namespace quorate::cli {

struct InspectOptions {
  std::string dir;
  std::optional<std::uint64_t> group;  // may be left out when there is one
  std::optional<std::uint64_t> first;  // of the log
  std::optional<std::uint64_t> last;
  std::uint64_t limit = 1000;  // entries of a dump
  bool with_data = false;      // payloads in a dump, hexadecimal
};

// Exit status: 0 whole, 10 damage was found.
int raft_verify(const InspectOptions& options, Format format);
int raft_dump(const InspectOptions& options, Format format);
int raft_hash_at(const InspectOptions& options, Format format);
int raft_identity(const InspectOptions& options, Format format);

}  // namespace quorate::cli
