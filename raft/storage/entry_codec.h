// The bytes of one entry record: a contiguous run of entries under one database key.
//
// Each entry keeps the checksum it got when it was appended, which is bound to its index and term;
// a record carries the first index, so an entry that moved, alone or with its record, does not
// verify (D4).
// Thread: any. Source: docs/storage-format.md, "Entry record".
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "raft/base/status.h"
#include "raft/core/entry.h"

namespace quorate::raft {

// A record in pieces, in order: headers lie in `headers`, payloads where the entries keep them.
// Valid as long as both live and `headers` is not touched.
struct EntryRecord {
  std::string headers;
  std::vector<std::string_view> pieces;
};

// `entries` is contiguous and not empty.
[[nodiscard]] EntryRecord encode_entries(std::span<const Entry> entries);

// The entries of a record, each verified; their payloads share `record`. kCorruption names the
// index as far as it is known. `first` is the index that the record's key says.
Result<std::vector<Entry>> decode_entries(SharedBytes record, Index first);

// What of a record is whole, for those who look for damage.
struct RecordScan {
  struct Flaw {
    Index index;
    Status status;  // names the index
  };
  std::vector<Entry> entries;  // those that verify
  std::vector<Flaw> flaws;     // of the others, as far as the record can be followed
};
// Never fails as a whole: a record that is not one is a single flaw at `first`.
[[nodiscard]] RecordScan scan_entries(SharedBytes record, Index first);

// How many of `entries` go into the next record: at least one, at most `entries_max`, and as long
// as their payloads stay within `bytes_max`.
[[nodiscard]] std::size_t record_length(std::span<const Entry> entries,
                                        std::size_t entries_max,
                                        std::size_t bytes_max);

}  // namespace quorate::raft
