// What can be said of single files of a data directory: witness, RocksDB's log files, snapshots.
#include <algorithm>
#include <filesystem>
#include <memory>

#include <rocksdb/metadata.h>
#include <rocksdb/sst_file_reader.h>

#include "raft/base/crc32c.h"
#include "raft/storage/byte_codec.h"
#include "raft/storage/data_dir.h"
#include "raft/storage/durable_file.h"
#include "raft/storage/inspect_parts.h"
#include "raft/storage/snapshot_format.h"

namespace quorate::raft {

namespace {

namespace fs = std::filesystem;

// RocksDB's log: blocks of 32 KiB with records of checksum:u32 length:u16 type:u8 data{length}; the
// checksum covers type and data and is masked; a block's last 6 bytes may be too few for a record.
constexpr std::size_t kBlockBytes = 32U << 10U;
constexpr std::size_t kHeadBytes = 7;

std::uint32_t masked(std::uint32_t checksum) {
  return ((checksum >> 15U) | (checksum << 17U)) + 0xa282ead8U;
}

// Where the first record that does not verify lies, unless it is the torn end of the file.
std::optional<std::size_t> first_flaw(std::string_view log) {
  std::size_t at = 0;
  while (log.size() - at >= kHeadBytes) {
    const std::size_t left = kBlockBytes - at % kBlockBytes;
    if (left < kHeadBytes) {
      at += left;
      continue;
    }
    ByteReader head(log.substr(at, kHeadBytes));
    const std::uint32_t checksum = head.u32();
    const std::size_t length = head.fixed(2);
    const std::uint8_t type = head.u8();
    if (type == 0 && length == 0) return std::nullopt;  // preallocated, never written
    const bool fits = length <= left - kHeadBytes;
    if (fits && length > log.size() - at - kHeadBytes) return std::nullopt;  // torn
    if (!fits || masked(crc32c(log.substr(at + 6, 1 + length))) != checksum) return at;
    at += kHeadBytes + length;
  }
  return std::nullopt;
}

std::string name_in(const std::string& folder, const std::string& name) {
  return folder + "/" + name;
}

// What a crash left of a snapshot on its way.
void inspect_unfinished(ReadFile& file, InspectedSnapshot& snapshot, Inspection& inspection) {
  const Result<SnapshotScan> scan = scan_snapshot(file, snapshot.group);
  Finding finding{.kind = FindingKind::kSnapshotUnfinished,
                  .severity = Severity::kNote,
                  .file = snapshot.file,
                  .group = snapshot.group};
  if (scan.is_ok()) {
    snapshot.meta = scan->announced;
    finding.index = scan->announced.last.index;
    finding.term = scan->announced.last.term;
    finding.message = "a snapshot was on its way, " + std::to_string(scan->bytes) +
                      " bytes of it are here: removed or continued at the next start";
  } else {
    finding.message = "a snapshot was on its way, nothing of it is of use";
  }
  add_finding(inspection, std::move(finding));
}

void inspect_published(ReadFile& file, InspectedSnapshot& snapshot, Inspection& inspection) {
  const Result<SnapshotScan> scan = scan_snapshot(file, snapshot.group);
  Status flaw = scan.is_ok() ? scan->flaw : scan.status();
  if (scan.is_ok()) {
    snapshot.meta = scan->announced;
    snapshot.meta.bytes = scan->bytes;
    snapshot.meta.checksum = scan->checksum;
    const std::string own_name = snapshot_name(scan->announced.last);
    if (flaw.is_ok() && !snapshot.file.ends_with(own_name)) {
      flaw = {Code::kCorruption, "its header says that it is " + own_name};
    }
  }
  snapshot.is_whole = flaw.is_ok();
  if (flaw.is_ok()) return;
  Finding finding{.kind = FindingKind::kSnapshotDamaged,
                  .severity = Severity::kDamage,
                  .file = snapshot.file,
                  .group = snapshot.group};
  if (scan.is_ok()) {
    finding.index = scan->announced.last.index;
    finding.term = scan->announced.last.term;
  }
  finding.message = flaw.message();
  add_finding(inspection, std::move(finding));
}

void inspect_group_snapshots(const std::string& dir, GroupId group, Inspection& inspection) {
  const std::string folder = name_in(kSnapshotsName, std::to_string(group.value));
  const auto directory = open_posix_directory(name_in(dir, folder));
  if (!directory.is_ok()) return;
  const auto names = (*directory)->list();
  if (!names.is_ok()) return;
  for (const std::string& name : *names) {
    InspectedSnapshot snapshot{group, name_in(folder, name), {}, false};
    const bool is_published = name.starts_with("snapshot-");
    if (!is_published && name != "taking" && name != "incoming") continue;
    const auto file = (*directory)->open(name);
    if (!file.is_ok()) {
      add_finding(inspection,
                  {FindingKind::kSnapshotDamaged,
                   Severity::kDamage,
                   snapshot.file,
                   group,
                   std::nullopt,
                   std::nullopt,
                   file.status().message()});
    } else if (is_published) {
      inspect_published(**file, snapshot, inspection);
    } else {
      inspect_unfinished(**file, snapshot, inspection);
    }
    inspection.snapshots.push_back(std::move(snapshot));
  }
}

// Whether the snapshots fit the log's base and end.
void compare_with_log(const InspectedGroup& group, Inspection& inspection) {
  const LogId& base = group.recovered.snapshot.last;
  bool is_base_covered = base.index == Index{0};
  std::vector<Finding> ahead;
  for (const InspectedSnapshot& snapshot : inspection.snapshots) {
    if (snapshot.group != group.group || !snapshot.is_whole) continue;
    const LogId& last = snapshot.meta.last;
    if (last.index > group.last.index) {
      ahead.push_back({FindingKind::kSnapshotAhead,
                       Severity::kNote,
                       snapshot.file,
                       group.group,
                       last.index,
                       last.term,
                       "the log ends at " + std::to_string(group.last.index.value) +
                           ": an installation was interrupted, the file is removed at the next "
                           "start"});
    } else if (last.index >= base.index) {
      is_base_covered = true;
    }
  }
  for (Finding& finding : ahead)
    add_finding(inspection, std::move(finding));
  if (is_base_covered) return;
  add_finding(inspection,
              {FindingKind::kSnapshotMissing,
               Severity::kDamage,
               name_in(kSnapshotsName, std::to_string(group.group.value)),
               group.group,
               base.index,
               base.term,
               "the log begins at " + std::to_string(base.index.value + 1) +
                   " and no whole snapshot leads there"});
}

}  // namespace

std::optional<WitnessState> inspect_witness(const std::string& dir, Inspection& inspection) {
  const auto flawed = [&](FindingKind kind, Severity severity, std::string message) {
    add_finding(inspection,
                {kind,
                 severity,
                 kWitnessName,
                 std::nullopt,
                 std::nullopt,
                 std::nullopt,
                 std::move(message)});
  };
  const Result<WitnessState> newest = read_witness(witness_path(dir));
  if (!newest.is_ok()) {
    flawed(FindingKind::kWitnessDamaged, Severity::kDamage, newest.status().message());
    return std::nullopt;
  }
  const Result<std::string> content = read_file(witness_path(dir));
  if (!content.is_ok()) return *newest;
  for (std::size_t slot = 0; slot < newest->pages.size() * kWitnessSlots; ++slot) {
    const Result<WitnessPage> page = decode_witness(
        std::string_view(*content).substr(slot * kWitnessSlotBytes, kWitnessSlotBytes));
    if (page.is_ok()) continue;
    flawed(FindingKind::kWitnessTorn,
           Severity::kNote,
           "page " + std::to_string(slot / kWitnessSlots) + ", slot " +
               std::to_string(slot % kWitnessSlots) + ": " + page.status().message() +
               "; the other slot counts");
  }
  return *newest;
}

bool inspect_log_files(const std::string& dir, Inspection& inspection) {
  const Result<std::vector<std::string>> names = list_directory(database_path(dir));
  bool has_flaw = false;
  for (const std::string& name : names.is_ok() ? *names : std::vector<std::string>{}) {
    if (fs::path(name).extension() != ".log") continue;
    const Result<std::string> log = read_file(name_in(database_path(dir), name));
    const auto flaw = log.is_ok() ? first_flaw(*log) : std::optional<std::size_t>(0);
    if (!flaw) continue;
    has_flaw = true;
    add_finding(inspection,
                {FindingKind::kDatabaseFileDamaged,
                 Severity::kDamage,
                 name_in(kDatabaseName, name),
                 std::nullopt,
                 std::nullopt,
                 std::nullopt,
                 log.is_ok() ? "the record at byte " + std::to_string(*flaw) + " of " +
                                   std::to_string(log->size()) + " does not match its checksum"
                             : log.status().message()});
  }
  return has_flaw;
}

void inspect_snapshots(const std::string& dir, Inspection& inspection) {
  const Result<std::vector<std::string>> names = list_directory(name_in(dir, kSnapshotsName));
  if (!names.is_ok()) return;  // this server keeps none, or elsewhere
  for (const InspectedGroup& group : inspection.groups) {
    if (fs::exists(snapshot_path(dir, group.group))) {
      inspect_group_snapshots(dir, group.group, inspection);
    }
    compare_with_log(group, inspection);
  }
}

std::string file_in_message(const std::string& message) {
  const std::string folder = name_in(kDatabaseName, "");
  const std::size_t at = message.rfind(folder);
  if (at == std::string::npos) return {};
  const std::size_t end = message.find_first_of(" :,;)", at);
  return message.substr(at, end == std::string::npos ? end : end - at);
}

std::string file_holding(const InspectedDatabase& where, const std::string& key) {
  std::vector<rocksdb::LiveFileMetaData> tables;
  where.db.GetLiveFilesMetaData(&tables);
  std::sort(tables.begin(), tables.end(), [](const auto& a, const auto& b) {
    return a.largest_seqno > b.largest_seqno;
  });
  const Result<std::vector<std::string>> names = list_directory(database_path(where.dir));
  for (const std::string& name : names.is_ok() ? *names : std::vector<std::string>{}) {
    // What is in a log is newer than what is in a table.
    const Result<std::string> log = name.ends_with(".log")
                                        ? read_file(name_in(database_path(where.dir), name))
                                        : Result<std::string>(Code::kNotFound, "no log");
    if (log.is_ok() && log->find(key) != std::string::npos) return name_in(kDatabaseName, name);
  }
  for (const rocksdb::LiveFileMetaData& table : tables) {
    if (key < table.smallestkey || key > table.largestkey) continue;
    rocksdb::SstFileReader reader{rocksdb::Options()};
    if (!reader.Open(table.db_path + table.name).ok()) continue;
    const std::unique_ptr<rocksdb::Iterator> at(reader.NewIterator(rocksdb::ReadOptions()));
    at->Seek(key);
    if (at->Valid() && at->key() == key) return kDatabaseName + table.name;
  }
  return {};
}

}  // namespace quorate::raft
