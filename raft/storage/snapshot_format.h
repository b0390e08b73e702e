// The bytes of a snapshot file: header, chunks, footer.
//
// PURE but for the file that is read. A file without its footer is one that is being written; a
// chunk's checksum is bound to its place, so a chunk of another place or file does not verify.
// Thread: values. Source: docs/storage-format.md.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "raft/base/status.h"
#include "raft/core/message.h"
#include "raft/core/types.h"
#include "raft/storage/directory.h"

namespace quorate::raft {

inline constexpr std::size_t kSnapshotChunkBytesMax = 16U << 20U;

// "snapshot-<index>-<term>", 20 digits each, so that names sort as snapshots do.
[[nodiscard]] std::string snapshot_name(const LogId& last);

// `meta` with bytes and checksum as far as they are known beforehand: 0 for one being taken.
[[nodiscard]] std::string encode_snapshot_header(GroupId group, const SnapshotMeta& meta);
// What stands in front of a chunk's data.
[[nodiscard]] std::string encode_chunk_head(std::uint64_t offset, std::string_view data);
[[nodiscard]] std::string encode_snapshot_footer(std::uint64_t bytes, std::uint32_t checksum);

// Where a chunk's data lies.
struct ChunkAt {
  std::uint64_t offset = 0;    // in the content
  std::uint64_t position = 0;  // in the file, of its head
  std::uint32_t length = 0;
};

// What a file was found to hold.
struct SnapshotScan {
  SnapshotMeta announced;  // the header's
  std::vector<ChunkAt> chunks;
  std::uint64_t bytes = 0;      // of whole chunks
  std::uint32_t checksum = 0;   // over them
  std::uint64_t whole_end = 0;  // position behind the last whole chunk
  Status flaw;                  // ok: a whole footer follows, which agrees
};

// Only header and footer are looked at: what the file claims to be. kCorruption when one is not
// whole.
Result<SnapshotMeta> read_snapshot_claim(ReadFile& file, GroupId group);
// Everything. Not ok when even the header is of no use.
Result<SnapshotScan> scan_snapshot(ReadFile& file, GroupId group);
// The data of one chunk, checked.
Result<std::string> read_chunk(ReadFile& file, const ChunkAt& at);

}  // namespace quorate::raft
