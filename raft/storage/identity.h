// Whose data directory this is: a cluster, a node, and one incarnation of that node's disk.
//
//   <dir>/LOCK       held while a process uses the directory (data_dir_lock.h)
//   <dir>/identity   this file: text, written once when the directory is formatted, never changed
//   <dir>/witness    what was made durable, outside the database (witness.h)
//   <dir>/raft-log/  the database (rocksdb_log_store.h)
//
// The incarnation is drawn when the directory is formatted. A wiped or copied disk is therefore
// never taken for the replica that it was (P15): identity, witness and database must agree at open.
//
// Thread: any. Source: docs/storage-format.md, docs/io-ordering.md.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "raft/base/status.h"
#include "raft/core/types.h"
#include "raft/storage/log_store.h"

namespace quorate::raft {

// The format of a data directory, and of one with a fence: the newest that this program reads.
inline constexpr std::uint32_t kDataDirFormat = 1;
inline constexpr std::uint32_t kFencedDataDirFormat = 2;

struct Identity {
  ClusterId cluster;
  NodeId node;
  Incarnation incarnation;
  std::uint32_t format = kDataDirFormat;
  // Drawn by a recovery from the loss of a quorum (recovery.h); none before the first. It parts
  // those who took part in the recovery from whoever did not.
  ClusterId fence{};

  // What goes into every message in place of the cluster: replicas on two sides of a recovery are
  // strangers to each other.
  [[nodiscard]] ClusterId wire_cluster() const { return fence.is_none() ? cluster : fence; }
  [[nodiscard]] Identity fenced_by(ClusterId drawn) const {
    return {cluster, node, incarnation, kFencedDataDirFormat, drawn};
  }
  [[nodiscard]] ReplicaId replica() const { return {node, incarnation}; }
  bool operator==(const Identity&) const = default;
};

// What the caller knows from its configuration. What is not set is not compared.
struct ExpectedIdentity {
  std::optional<ClusterId> cluster;
  std::optional<NodeId> node;
};

// 128 random bits from the system, for incarnations and cluster ids.
[[nodiscard]] Uuid draw_uuid();

// Makes `dir` (and its parents' last component, if missing) a data directory with one group, mode
// 0700. Everything is synced on return; the identity is written last, so that an interrupted
// format is never taken for a directory in use.
// kAlreadyExists, naming what was found, when `dir` holds anything; kIoError; kInvalidArgument.
Status format_data_dir(const std::string& dir, const Identity& identity, const Bootstrap& group);

// Reads and checks the identity of `dir`.
// kNotFound: not formatted. kFailedPrecondition: another cluster's, another node's, or data without
// an identity. kUnsupported: written by a newer format. kCorruption: damaged. kIoError.
Result<Identity> open_identity(const std::string& dir, const ExpectedIdentity& expected);

// The file's text and back; decode gives kCorruption or kUnsupported with the reason.
[[nodiscard]] std::string encode_identity(const Identity& identity);
Result<Identity> decode_identity(std::string_view text);

}  // namespace quorate::raft
