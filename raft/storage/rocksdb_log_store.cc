#include "raft/storage/rocksdb_log_store.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include <rocksdb/convenience.h>

#include "raft/base/mutex.h"
#include "raft/storage/data_dir.h"
#include "raft/storage/data_dir_lock.h"
#include "raft/storage/delta_writer.h"
#include "raft/storage/entry_reader.h"
#include "raft/storage/group_recovery.h"
#include "raft/storage/log_database.h"
#include "raft/storage/log_keys.h"
#include "raft/storage/rocksdb_log_store_parts.h"
#include "raft/storage/witness.h"

namespace quorate::raft {

namespace {

using Deltas = std::map<GroupId, GroupDelta>;

WitnessedGroup witnessed(const GroupLog& log) {
  return {log.hard_state, log.last};
}

// A claim that holds whether `delta` gets written or not: where both states still agree.
WitnessedGroup common_claim(const WitnessedGroup& claim, const GroupDelta& delta) {
  WitnessedGroup common = claim;
  common.last = LogId{};
  const Index kept = delta.kept_last();
  const std::optional<Term> term = delta.before.term_at(kept);
  if (term && kept >= delta.after.first()) common.last = LogId{*term, kept};
  return common;
}

Status missing(const Status& status, const char* what) {
  if (status.code() != Code::kNotFound) return status;
  return {Code::kNotFound,
          std::string("the directory has an identity but no ") + what + ": it was wiped in part (" +
              status.message() + ")"};
}

Result<WitnessState> open_witness(const std::string& dir, const Identity& identity) {
  const std::string path = witness_path(dir);
  Result<WitnessState> witness = read_witness(path);
  if (!witness.is_ok()) return missing(witness.status(), "witness");
  if (witness->identity != identity) {
    return {Code::kCorruption,
            path + " belongs to incarnation " + to_string(witness->identity.incarnation) +
                " of node " + std::to_string(witness->identity.node.value) +
                ", not to this directory's"};
  }
  return witness;
}

// Checks the database without changing a file of it (D10).
Status check_unchanged(const LogDatabaseOptions& where,
                       const Identity& identity,
                       const WitnessState& witness) {
  const auto database = LogDatabase::open_read_only(where);
  if (!database.is_ok()) return missing(database.status(), "whole database");
  return check_database((*database)->db(), identity, witness);
}

Result<std::map<GroupId, GroupLog>> read_group_logs(rocksdb::DB& db) {
  const Result<std::vector<GroupId>> ids = read_groups(db);
  if (!ids.is_ok()) return ids.status();
  std::map<GroupId, GroupLog> groups;
  for (const GroupId id : *ids) {
    Result<GroupLog> log = read_group_log(db, id);
    if (!log.is_ok()) return log.status();
    groups.emplace(id, *std::move(log));
  }
  return groups;
}

}  // namespace

class RocksDbLogStore::Impl {
 public:
  struct Opened {
    DataDirLock lock;
    Identity identity;
    std::unique_ptr<LogDatabase> database;
    std::unique_ptr<Witness> witness;
    std::map<GroupId, GroupLog> groups;
  };

  Impl(RocksDbLogStoreOptions options, Opened opened)
      : options_(std::move(options)),
        lock_(std::move(opened.lock)),
        identity_(opened.identity),
        database_(std::move(opened.database)),
        witness_(std::move(opened.witness)),
        groups_(std::move(opened.groups)) {}

  [[nodiscard]] const Identity& identity() const { return identity_; }
  [[nodiscard]] LogDatabase& database() const { return *database_; }
  [[nodiscard]] std::uint64_t bytes_written() const {
    return database_->bytes_written() + witness_->bytes_written();
  }

  Status bootstrap(const Bootstrap& bootstrap);
  Status persist(std::span<const PersistBatch> batches);
  Result<std::vector<Entry>> read(EntryRange range);
  Status compact(GroupId group, Index up_to);

  [[nodiscard]] std::vector<GroupId> groups() const {
    const MutexLock lock(mutex_);
    std::vector<GroupId> ids;
    for (const auto& [id, log] : groups_)
      ids.push_back(id);
    return ids;
  }
  [[nodiscard]] Status health() const {
    const MutexLock lock(mutex_);
    return current_health();
  }

 private:
  // Takes what failed in the background for good too, whichever of the two is seen first (P13).
  [[nodiscard]] Status current_health() const QUORATE_REQUIRES(mutex_) {
    if (failure_.is_ok()) failure_ = database_->background_status();
    if (failure_.is_ok()) failure_ = witness_->status();
    return failure_;
  }
  // Takes the first failure for good (P13) and returns `status`.
  Status settle(const Status& status) {
    const MutexLock lock(mutex_);
    if (failure_.is_ok()) failure_ = status;
    return status;
  }
  Result<Deltas> fold_all(std::span<const PersistBatch> batches) const;
  Status lower_claims(const Deltas& deltas);
  Status write(const Deltas& deltas);
  Status raise_claims(const Deltas& deltas);

  const RocksDbLogStoreOptions options_;
  const DataDirLock lock_;  // released last
  const Identity identity_;
  const std::unique_ptr<LogDatabase> database_;
  const std::unique_ptr<Witness> witness_;
  mutable Mutex mutex_;
  // Written by the log-writer thread alone, under the lock, so it may read without.
  std::map<GroupId, GroupLog> groups_;
  mutable Status failure_ QUORATE_GUARDED_BY(mutex_);
};

Status RocksDbLogStore::Impl::bootstrap(const Bootstrap& bootstrap) {
  QUORATE_TRY(health());
  if (groups_.contains(bootstrap.group)) {
    return {Code::kAlreadyExists,
            "group " + std::to_string(bootstrap.group.value) + " was bootstrapped before"};
  }
  const std::size_t groups_max = std::min(options_.groups_max, kWitnessGroupsMax);
  if (groups_.size() >= groups_max) {
    return {Code::kBusy,
            "a data directory holds at most " + std::to_string(groups_max) + " groups"};
  }
  rocksdb::WriteBatch batch;
  QUORATE_TRY(write_bootstrap(bootstrap, batch));
  QUORATE_TRY(settle(database_->write(batch)));
  GroupLog log;
  log.snapshot.membership = bootstrap.membership;
  witness_->post(bootstrap.group, witnessed(log));
  witness_->write_soon();
  const MutexLock lock(mutex_);
  groups_.emplace(bootstrap.group, std::move(log));
  return Status::ok();
}

Status RocksDbLogStore::Impl::persist(std::span<const PersistBatch> batches) {
  QUORATE_TRY(health());
  const Result<Deltas> deltas = fold_all(batches);
  if (!deltas.is_ok()) return deltas.status();
  QUORATE_TRY(settle(lower_claims(*deltas)));
  QUORATE_TRY(settle(write(*deltas)));
  QUORATE_TRY(settle(raise_claims(*deltas)));
  const MutexLock lock(mutex_);
  for (const auto& [id, delta] : *deltas)
    groups_[id] = delta.after;
  return Status::ok();
}

Result<Deltas> RocksDbLogStore::Impl::fold_all(std::span<const PersistBatch> batches) const {
  Deltas deltas;
  for (const PersistBatch& batch : batches) {
    const std::string name = "group " + std::to_string(batch.group.value);
    const auto stored = groups_.find(batch.group);
    if (stored == groups_.end()) {
      return {Code::kNotFound, name + " was never bootstrapped here"};
    }
    const auto delta = deltas.try_emplace(batch.group, unchanged(stored->second)).first;
    const Status folded = fold(batch, delta->second);
    if (!folded.is_ok()) {
      return folded.with_context(name + ", batch " + std::to_string(batch.seq));
    }
  }
  return deltas;
}

// Before a write that cuts a claimed entry: the claim must already be gone (witness.h, I1).
Status RocksDbLogStore::Impl::lower_claims(const Deltas& deltas) {
  bool cuts = false;
  for (const auto& [id, delta] : deltas) {
    const std::optional<WitnessedGroup> claim = witness_->claim(id);
    if (!claim || delta.after.covers(claim->last)) continue;
    witness_->post(id, common_claim(*claim, delta));
    cuts = true;
  }
  return cuts ? witness_->write() : Status::ok();
}

Status RocksDbLogStore::Impl::write(const Deltas& deltas) {
  rocksdb::WriteBatch batch;
  const RecordLimits limits{options_.record_entries_max, options_.record_bytes_max};
  for (const auto& [id, delta] : deltas) {
    QUORATE_TRY(write_delta(database_->db(), id, delta, limits, batch));
  }
  return batch.Count() == 0 ? Status::ok() : database_->write(batch);
}

// A raised term or vote is witnessed before anyone may promise by it; a longer log soon after.
Status RocksDbLogStore::Impl::raise_claims(const Deltas& deltas) {
  bool promises = false;
  for (const auto& [id, delta] : deltas) {
    witness_->post(id, witnessed(delta.after));
    promises = promises || delta.before.hard_state != delta.after.hard_state;
  }
  if (promises) return witness_->write();
  witness_->write_soon();
  return Status::ok();
}

Result<std::vector<Entry>> RocksDbLogStore::Impl::read(EntryRange range) {
  rocksdb::DB& db = database_->db();
  rocksdb::ManagedSnapshot snapshot(&db);
  rocksdb::ReadOptions options;
  options.snapshot = snapshot.snapshot();
  const auto position = [&](KeyKind kind) -> Result<std::string> {
    return read_sealed(db,
                       options,
                       group_key(range.group, kind),
                       "group " + std::to_string(range.group.value) + ": log bounds");
  };
  const Result<std::string> start = position(KeyKind::kSnapshot);
  if (!start.is_ok()) return start.status();
  const Result<std::string> end = position(KeyKind::kLogEnd);
  if (!end.is_ok()) return end.status();
  const Result<SnapshotMeta> covered = decode_snapshot(*start);
  if (!covered.is_ok()) return covered.status();
  const Result<LogId> log_end = decode_log_id(*end);
  if (!log_end.is_ok()) return log_end.status();
  if (range.first <= covered->last.index || range.first > log_end->index) {
    return {Code::kNotFound,
            "entry " + std::to_string(range.first.value) + " is outside of the log, which is (" +
                std::to_string(covered->last.index.value) + ", " +
                std::to_string(log_end->index.value) + "]"};
  }
  range.last = std::min(range.last, log_end->index);
  return read_entries(db, options, range);
}

Status RocksDbLogStore::Impl::compact(GroupId group, Index up_to) {
  QUORATE_TRY(health());
  const auto stored = groups_.find(group);
  if (stored == groups_.end()) {
    return {Code::kNotFound, "group " + std::to_string(group.value) + " was never bootstrapped"};
  }
  const Index covered = stored->second.snapshot.last.index;
  if (up_to > covered) {
    return {Code::kFailedPrecondition,
            "no durable snapshot covers index " + std::to_string(up_to.value) +
                ": the newest ends at " + std::to_string(covered.value)};
  }
  // The records are gone since the snapshot was persisted; whole table files of them go now, the
  // rest when RocksDB compacts.
  const std::string first = indexed_key(group, KeyKind::kEntries, Index{0});
  const std::string end = indexed_key(group, KeyKind::kEntries, up_to);
  const rocksdb::Slice first_slice(first);
  const rocksdb::Slice end_slice(end);
  rocksdb::DB& db = database_->db();
  return settle(from_rocksdb(
      rocksdb::DeleteFilesInRange(
          &db, db.DefaultColumnFamily(), &first_slice, &end_slice, /*include_end=*/false),
      "compaction of the log database"));
}

Result<std::unique_ptr<RocksDbLogStore>> RocksDbLogStoreMaker::open(
    RocksDbLogStoreOptions options, const RocksDbLogStoreParts& parts) {
  const Result<Identity> identity = open_identity(options.dir, options.expected);
  if (!identity.is_ok()) return identity.status();
  Result<DataDirLock> lock = DataDirLock::acquire(options.dir);
  if (!lock.is_ok()) return lock.status();
  Result<WitnessState> state = open_witness(options.dir, *identity);
  if (!state.is_ok()) return state.status();
  const LogDatabaseOptions where{database_path(options.dir), options.memtable_bytes, parts.env};
  QUORATE_TRY(check_unchanged(where, *identity, *state));
  auto database = LogDatabase::open(where);
  if (!database.is_ok()) return database.status();
  auto groups = read_group_logs((*database)->db());
  if (!groups.is_ok()) return groups.status();
  auto file = open_witness_file(witness_path(options.dir));
  if (!file.is_ok()) return file.status();
  auto writable = parts.wrap_witness ? parts.wrap_witness(*std::move(file)) : *std::move(file);
  auto witness = std::make_unique<Witness>(std::move(writable), *std::move(state));
  auto impl =
      std::make_unique<RocksDbLogStore::Impl>(std::move(options),
                                              RocksDbLogStore::Impl::Opened{*std::move(lock),
                                                                            *identity,
                                                                            *std::move(database),
                                                                            std::move(witness),
                                                                            *std::move(groups)});
  return std::unique_ptr<RocksDbLogStore>(new RocksDbLogStore(std::move(impl)));
}

RocksDbLogStore::RocksDbLogStore(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

RocksDbLogStore::~RocksDbLogStore() = default;

Result<std::unique_ptr<RocksDbLogStore>> RocksDbLogStore::open(RocksDbLogStoreOptions options) {
  return RocksDbLogStoreMaker::open(std::move(options), {});
}

Result<Recovered> RocksDbLogStore::recover(GroupId group) {
  return read_recovered(impl_->database().db(), group);
}

Status RocksDbLogStore::bootstrap(const Bootstrap& bootstrap) {
  return impl_->bootstrap(bootstrap);
}

Status RocksDbLogStore::persist(std::span<const PersistBatch> batches) {
  return impl_->persist(batches);
}

Result<std::vector<Entry>> RocksDbLogStore::read(GroupId group,
                                                 Index first,
                                                 Index last,
                                                 std::size_t bytes_max) {
  return impl_->read({group, first, last, bytes_max});
}

Status RocksDbLogStore::compact(GroupId group, Index up_to) {
  return impl_->compact(group, up_to);
}

std::uint64_t RocksDbLogStore::bytes_written() const {
  return impl_->bytes_written();
}

const Identity& RocksDbLogStore::identity() const {
  return impl_->identity();
}

std::vector<GroupId> RocksDbLogStore::groups() const {
  return impl_->groups();
}

Status RocksDbLogStore::health() const {
  return impl_->health();
}

}  // namespace quorate::raft
