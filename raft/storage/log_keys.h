// The keys of the log database: 'g', group id, kind, index; numbers big-endian, so that they sort.
//
// Small values are sealed: their checksum covers the key too, so that a value that belongs to
// another key does not verify (D17).
// Thread: any. Source: docs/storage-format.md, "Keys".
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "raft/base/status.h"
#include "raft/core/recovered.h"
#include "raft/core/types.h"
#include "raft/storage/identity.h"

namespace quorate::raft {

enum class KeyKind : char {
  kEntries = 'e',     // index: the record's first; value: entry_codec.h
  kHardState = 'h',   // no index
  kLogEnd = 'l',      // no index
  kMembership = 'm',  // index: of the kMembership entry
  kSnapshot = 's',    // no index
  kTermRun = 't',     // index: the run's first
};

[[nodiscard]] std::string identity_key();
[[nodiscard]] std::string group_key(GroupId group, KeyKind kind);
[[nodiscard]] std::string indexed_key(GroupId group, KeyKind kind, Index index);
// Behind every key of groups below `group`, in front of every key of `group`.
[[nodiscard]] std::string group_prefix(GroupId group);
// The group of a key, when it is a group's.
[[nodiscard]] std::optional<GroupId> key_group(std::string_view key);
// The index of `key`, when it is one of `group` and `kind` with an index.
[[nodiscard]] std::optional<Index> key_index(std::string_view key, GroupId group, KeyKind kind);

// `payload` and a checksum over `key` and it; unseal() gives kCorruption when it does not verify.
[[nodiscard]] std::string seal(std::string_view key, std::string payload);
Result<std::string> unseal(std::string_view key, std::string_view value);

[[nodiscard]] std::string encode_hard_state(const HardState& state);
Result<HardState> decode_hard_state(std::string_view payload);
[[nodiscard]] std::string encode_log_id(const LogId& id);
Result<LogId> decode_log_id(std::string_view payload);
[[nodiscard]] std::string encode_term(Term term);
Result<Term> decode_term(std::string_view payload);
[[nodiscard]] std::string encode_snapshot(const SnapshotMeta& snapshot);
Result<SnapshotMeta> decode_snapshot(std::string_view payload);

}  // namespace quorate::raft
