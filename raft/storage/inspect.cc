#include "raft/storage/inspect.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <map>
#include <utility>

#include "raft/storage/data_dir.h"
#include "raft/storage/data_dir_lock.h"
#include "raft/storage/durable_file.h"
#include "raft/storage/entry_reader.h"
#include "raft/storage/group_recovery.h"
#include "raft/storage/inspect_parts.h"
#include "raft/storage/log_database.h"

namespace quorate::raft {

namespace {

constexpr std::size_t kReadBytes = 4U << 20U;

Status refuse_foreign(const std::string& dir) {
  const Result<std::vector<std::string>> names = list_directory(dir);
  if (!names.is_ok()) return names.status();
  for (const char* ours : {kIdentityName, kWitnessName, kDatabaseName}) {
    if (std::find(names->begin(), names->end(), ours) != names->end()) return Status::ok();
  }
  return {Code::kNotFound,
          dir + (names->empty() ? " is empty: it was never formatted, or wiped"
                                : " is no data directory: no identity, no witness, no database")};
}

Finding finding_of(FindingKind kind, std::string file, std::string message) {
  return {kind,
          Severity::kDamage,
          std::move(file),
          std::nullopt,
          std::nullopt,
          std::nullopt,
          std::move(message)};
}

// A sequence of entries in pieces of bounded size.
Status read_range(rocksdb::DB& db, EntryRange range, const DataDirInspector::Visit& visit) {
  range.bytes_max = kReadBytes;
  while (range.first <= range.last) {
    const Result<std::vector<Entry>> entries = read_entries(db, rocksdb::ReadOptions(), range);
    if (!entries.is_ok()) return entries.status();
    for (const Entry& entry : *entries)
      visit(entry);
    range.first = entries->back().id.index.next();
  }
  return Status::ok();
}

}  // namespace

std::string_view to_string(FindingKind kind) {
  switch (kind) {
    case FindingKind::kIdentityDamaged: return "identity_damaged";
    case FindingKind::kIdentityMismatch: return "identity_mismatch";
    case FindingKind::kWitnessDamaged: return "witness_damaged";
    case FindingKind::kWitnessTorn: return "witness_torn";
    case FindingKind::kBehindWitness: return "behind_witness";
    case FindingKind::kGroupMissing: return "group_missing";
    case FindingKind::kDatabaseUnreadable: return "database_unreadable";
    case FindingKind::kDatabaseFileDamaged: return "database_file_damaged";
    case FindingKind::kPositionDamaged: return "position_damaged";
    case FindingKind::kPositionMismatch: return "position_mismatch";
    case FindingKind::kHardStateBehind: return "hard_state_behind";
    case FindingKind::kEntryMissing: return "entry_missing";
    case FindingKind::kEntryDamaged: return "entry_damaged";
    case FindingKind::kEntryUnreadable: return "entry_unreadable";
    case FindingKind::kEntryUnexpected: return "entry_unexpected";
    case FindingKind::kTermFalls: return "term_falls";
    case FindingKind::kSnapshotDamaged: return "snapshot_damaged";
    case FindingKind::kSnapshotMissing: return "snapshot_missing";
    case FindingKind::kSnapshotUnfinished: return "snapshot_unfinished";
    case FindingKind::kSnapshotAhead: return "snapshot_ahead";
  }
  return "unknown";
}

std::string to_string(const Fingerprint::Value& value) {
  char text[33];
  std::snprintf(text,
                sizeof text,
                "%016llx%016llx",
                static_cast<unsigned long long>(value.high),
                static_cast<unsigned long long>(value.low));
  return text;
}

bool Inspection::is_whole() const {
  return findings_omitted == 0 &&
         std::none_of(findings.begin(), findings.end(), [](const Finding& finding) {
           return finding.severity == Severity::kDamage;
         });
}

void add_finding(Inspection& inspection, Finding finding) {
  if (inspection.findings.size() < Inspection::kFindingsMax) {
    inspection.findings.push_back(std::move(finding));
  } else {
    ++inspection.findings_omitted;
  }
}

class DataDirInspector::Impl {
 public:
  Impl(std::string dir, std::optional<DataDirLock> lock)
      : dir_(std::move(dir)), lock_(std::move(lock)) {
    look_at_identity();
    witness_ = inspect_witness(dir_, overview_);
    open_database();
    compare_identities();
    look_at_groups();
  }

  [[nodiscard]] const Inspection& overview() const { return overview_; }

  [[nodiscard]] Inspection verify(const Report& report) const {
    Inspection inspection = overview_;
    InspectProgress progress;
    for (const InspectedGroup& group : inspection.groups) {
      progress.total += group.last.index.value - group.recovered.snapshot.last.index.value;
    }
    for (InspectedGroup& group : inspection.groups) {
      const auto positions = positions_.find(group.group);
      if (positions == positions_.end()) continue;
      inspect_entries({dir_, database_->db()},
                      positions->second,
                      group,
                      inspection,
                      [&](std::uint64_t entries) {
                        progress.done += entries;
                        if (report) report(progress);
                      });
    }
    inspect_snapshots(dir_, inspection);
    return inspection;
  }

  Status for_each_entry(EntryRange range, const Visit& visit) {
    const auto positions = positions_.find(range.group);
    if (positions == positions_.end()) {
      return {Code::kNotFound, "there is no group " + std::to_string(range.group.value)};
    }
    const GroupLog& log = positions->second.log;
    if (range.first < log.first() || range.last > log.last.index || range.last < range.first) {
      return {Code::kNotFound,
              "entries " + std::to_string(range.first.value) + " to " +
                  std::to_string(range.last.value) + " are not all in the log, which holds " +
                  std::to_string(log.first().value) + " to " +
                  std::to_string(log.last.index.value)};
    }
    return read_range(database_->db(), range, visit);
  }

 private:
  void look_at_identity() {
    const Result<Identity> identity = open_identity(dir_, {});
    if (identity.is_ok()) {
      overview_.identity = *identity;
    } else {
      add_finding(
          overview_,
          finding_of(FindingKind::kIdentityDamaged, kIdentityName, identity.status().message()));
    }
  }

  void open_database() {
    LogDatabaseOptions options;
    options.path = database_path(dir_);
    auto database = LogDatabase::open_read_only(options);
    if (!database.is_ok()) {
      const std::string message = database.status().message();
      if (!inspect_log_files(dir_, overview_)) {
        add_finding(overview_,
                    finding_of(FindingKind::kDatabaseUnreadable,
                               file_in_message(message.substr(options.path.size())),
                               message));
      }
      database = LogDatabase::open_salvage(options);
    }
    if (database.is_ok()) database_ = *std::move(database);
  }

  void compare_identities() {
    const auto compare = [this](const Identity& other, const char* file) {
      if (!overview_.identity) overview_.identity = other;
      const Identity& own = *overview_.identity;
      if (own == other) return;
      add_finding(overview_,
                  finding_of(FindingKind::kIdentityMismatch,
                             file,
                             "it belongs to incarnation " + to_string(other.incarnation) +
                                 " of node " + std::to_string(other.node.value) +
                                 ", the directory to " + to_string(own.incarnation) + " of node " +
                                 std::to_string(own.node.value)));
    };
    if (witness_) compare(witness_->identity, kWitnessName);
    if (!database_) return;
    const Result<Identity> stored = read_database_identity(database_->db());
    if (stored.is_ok()) return compare(*stored, kDatabaseName);
    add_finding(
        overview_,
        finding_of(FindingKind::kIdentityDamaged, kDatabaseName, stored.status().message()));
  }

  void look_at_groups() {
    std::vector<GroupId> ids;
    if (database_) {
      Result<std::vector<GroupId>> stored = read_groups(database_->db());
      if (stored.is_ok()) {
        ids = *std::move(stored);
      } else {
        add_finding(overview_,
                    finding_of(FindingKind::kDatabaseFileDamaged,
                               file_in_message(stored.status().message()),
                               stored.status().message()));
      }
    }
    for (const GroupId id : ids)
      look_at_group(id);
    if (!database_ || !witness_) return;
    for (const auto& [id, claim] : witness_->groups) {
      if (std::find(ids.begin(), ids.end(), id) != ids.end()) continue;
      Finding finding = finding_of(FindingKind::kGroupMissing,
                                   kDatabaseName,
                                   "it was made durable but is missing: the disk lost synced data");
      finding.group = id;
      add_finding(overview_, std::move(finding));
    }
  }

  void look_at_group(GroupId id) {
    InspectedGroup group;
    group.group = id;
    InspectedPositions positions = inspect_positions({dir_, database_->db()}, group, overview_);
    const auto claim = witness_ ? witness_->groups.find(id) : decltype(witness_->groups.end()){};
    if (witness_ && claim != witness_->groups.end()) {
      group.witnessed = WitnessClaim{claim->second.hard_state, claim->second.last};
      const Status behind = compare_with_witness(id, positions.log, claim->second);
      if (positions.is_complete && !behind.is_ok()) {
        add_finding(overview_,
                    {FindingKind::kBehindWitness,
                     Severity::kDamage,
                     kDatabaseName,
                     id,
                     claim->second.last.index,
                     claim->second.last.term,
                     behind.message()});
      }
    }
    overview_.groups.push_back(std::move(group));
    positions_.emplace(id, std::move(positions));
  }

  const std::string dir_;
  const std::optional<DataDirLock> lock_;
  std::optional<WitnessState> witness_;
  std::unique_ptr<LogDatabase> database_;
  std::map<GroupId, InspectedPositions> positions_;
  Inspection overview_;
};

DataDirInspector::DataDirInspector(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

DataDirInspector::~DataDirInspector() = default;

Result<std::unique_ptr<DataDirInspector>> DataDirInspector::open(const std::string& dir) {
  QUORATE_TRY(refuse_foreign(dir));
  Result<DataDirLock> lock = DataDirLock::acquire_shared(dir);
  if (!lock.is_ok()) return lock.status();
  auto impl = std::make_unique<Impl>(dir, *std::move(lock));
  return std::unique_ptr<DataDirInspector>(new DataDirInspector(std::move(impl)));
}

Result<std::unique_ptr<DataDirInspector>> DataDirInspector::open_locked(const std::string& dir) {
  QUORATE_TRY(refuse_foreign(dir));
  auto impl = std::make_unique<Impl>(dir, std::nullopt);
  return std::unique_ptr<DataDirInspector>(new DataDirInspector(std::move(impl)));
}

const Inspection& DataDirInspector::overview() const {
  return impl_->overview();
}

Inspection DataDirInspector::verify(const Report& report) {
  return impl_->verify(report);
}

Status DataDirInspector::for_each_entry(GroupId group,
                                        Index first,
                                        Index last,
                                        const Visit& visit) {
  return impl_->for_each_entry({group, first, last, 0}, visit);
}

Result<LogHash> DataDirInspector::hash(GroupId group, Index first, Index last) {
  Fingerprint hash;
  QUORATE_TRY(for_each_entry(
      group, first, last, [&hash](const Entry& entry) { hash(entry.id, entry.kind, entry.data); }));
  return LogHash{first, last, hash.value()};
}

const InspectedGroup* DataDirInspector::find(GroupId group) const {
  const auto& groups = overview().groups;
  const auto found = std::find_if(
      groups.begin(), groups.end(), [&](const auto& one) { return one.group == group; });
  return found == groups.end() ? nullptr : &*found;
}

Result<Identity> inspect_identity(const std::string& dir) {
  return open_identity(dir, {});
}

}  // namespace quorate::raft
