// LogDirectory: the one directory in which a broker keeps everything (`log.dirs`).
//
//   .lock                              held while the broker runs
//   meta.properties                    cluster.id, node.id, directory.id: whose directory this is
//   clean-shutdown                     broker epoch under which the broker last stopped cleanly
//   recovery-point-offset-checkpoint, replication-offset-checkpoint
//   <topic>-<partition>/               partition.metadata (topic id) and the partition's log
//   <topic>-<partition>.<topic id>.stray/   set aside, never read again (B20)
//
// A directory of another node or cluster, one in use, and one that holds files but no
// meta.properties are refused and stay as they are.
//
// Owner: LogStore. Thread: its owner's.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "broker-stub/kafka/primitives.h"
#include "broker-stub/log/disk_file.h"
#include "broker-stub/log/offset_checkpoint.h"
#include "raft/base/status.h"

namespace quorate::broker {

struct DirectoryIdentity {
  std::string cluster_id;  // Kafka's 22 characters of base64url
  std::int32_t node_id = -1;
};

// A partition directory that was found.
struct FoundLog {
  LogName name;
  kafka::Uuid topic_id;
};

class LogDirectory {
 public:
  // Takes the directory for this process. `fresh_directory_id` names it if it is new.
  static Result<LogDirectory> open(const std::filesystem::path& path,
                                   const DirectoryIdentity& identity,
                                   const kafka::Uuid& fresh_directory_id);

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] const kafka::Uuid& directory_id() const { return directory_id_; }
  // The broker epoch of the last clean stop, absent after any other end. Reading it removes the
  // marker: it speaks of one stop only.
  Result<std::optional<std::uint64_t>> take_clean_shutdown();
  Status mark_clean_shutdown(std::uint64_t broker_epoch);

  Result<std::vector<FoundLog>> find_logs() const;
  // The topic id of the directory of that name; the zero id when there is none or it has none.
  Result<kafka::Uuid> owner_of(const LogName& name) const;
  // The directory of a partition of exactly this topic id; made if absent. One of the same name
  // but another topic id is set aside first.
  Result<std::filesystem::path> claim(const LogName& name, const kafka::Uuid& topic_id);
  // The topic is deleted, or other brokers have it: its data goes, also if the process dies
  // half-way.
  Status remove(const LogName& name, const kafka::Uuid& topic_id);
  // No longer ours for a reason that is not deletion: kept for people, never read again.
  Status set_aside(const LogName& name, const kafka::Uuid& topic_id);

  // Empty when the file is absent; kCorruption when it does not read.
  Result<OffsetCheckpoint> recovery_points() const;
  Result<OffsetCheckpoint> high_watermarks() const;
  Status save_recovery_points(const OffsetCheckpoint& offsets) const;
  // Not synced: a high watermark that is too low only rises again.
  Status save_high_watermarks(const OffsetCheckpoint& offsets) const;

 private:
  LogDirectory(std::filesystem::path path, DiskFile lock);
  Status check_identity(const DirectoryIdentity& identity, const kafka::Uuid& fresh_directory_id);
  Status finish_removals() const;
  Status rename_away(const LogName& name, const kafka::Uuid& topic_id, std::string_view suffix);

  std::filesystem::path path_;
  DiskFile lock_;
  kafka::Uuid directory_id_;
};

// Kafka's text form of an id: 22 characters of base64url.
[[nodiscard]] std::string to_text(const kafka::Uuid& id);
// Absent when the text is no such id.
[[nodiscard]] std::optional<kafka::Uuid> uuid_from_text(std::string_view text);

}  // namespace quorate::broker
