// One directory becomes that of a survivor.
//
//   database   entries, membership entry, term and the fenced identity: one synced write
//   witness    rewritten from what the database holds
//   identity   renamed into place, last
//
// Between the first and the last the identities differ, so that nobody opens the directory (R3).
#include <algorithm>
#include <memory>
#include <utility>

#include "raft/storage/data_dir.h"
#include "raft/storage/data_dir_lock.h"
#include "raft/storage/delta_writer.h"
#include "raft/storage/durable_file.h"
#include "raft/storage/group_recovery.h"
#include "raft/storage/log_database.h"
#include "raft/storage/log_keys.h"
#include "raft/storage/recovery.h"
#include "raft/storage/recovery_parts.h"
#include "raft/storage/witness.h"

namespace quorate::raft {

namespace {

constexpr RecordLimits kRecordLimits{64, 256U << 10U};

Status refused(std::string why) {
  return {Code::kFailedPrecondition, std::move(why)};
}

const RecoverySurvivor* find_survivor(const RecoveryPlan& plan, const ReplicaId& replica) {
  for (const RecoverySurvivor& survivor : plan.survivors) {
    if (survivor.replica == replica) return &survivor;
  }
  return nullptr;
}

// The source's entries behind `match`.
Result<std::vector<Entry>> missing_entries(const RecoveryGroup& group,
                                           Index match,
                                           const std::string& source_dir) {
  std::vector<Entry> entries;
  if (match >= group.source_last.index) return entries;
  auto source = DataDirInspector::open(source_dir);
  if (!source.is_ok()) return source.status();
  const auto& identity = (*source)->overview().identity;
  if (!identity || identity->replica() != group.source) {
    return refused(source_dir + " is not the directory of node " +
                   std::to_string(group.source.node.value) + ", whose log the plan takes");
  }
  QUORATE_TRY((*source)->for_each_entry(
      group.group, match.next(), group.source_last.index, [&entries](const Entry& entry) {
        entries.push_back(entry);
      }));
  if (entries.back().id != group.source_last) {
    return refused(source_dir + " changed since the plan was made");
  }
  return entries;
}

Result<PersistBatch> batch_for(const RecoveryGroup& group,
                               const ReplicaId& self,
                               const std::string& source_dir) {
  const auto log = std::find_if(
      group.logs.begin(), group.logs.end(), [&](const auto& one) { return one.replica == self; });
  if (log == group.logs.end()) return refused("the plan does not name this replica in a group");
  Result<std::vector<Entry>> entries = missing_entries(group, log->match, source_dir);
  if (!entries.is_ok()) return entries.status();
  PersistBatch batch;
  batch.group = group.group;
  if (log->match < log->last.index) batch.truncate_from = log->match.next();
  batch.entries = *std::move(entries);
  batch.entries.push_back(
      make_entry(group.entry, EntryKind::kMembership, SharedBytes(encode_membership(group.after))));
  batch.hard_state = HardState{group.entry.term, std::nullopt};
  return batch;
}

// The one write that makes the directory a survivor's.
Status write_database(const RecoveryPlan& plan,
                      const std::string& dir,
                      const std::string& source_dir,
                      const Identity& next) {
  std::vector<PersistBatch> batches;
  for (const RecoveryGroup& group : plan.groups) {
    Result<PersistBatch> batch = batch_for(group, next.replica(), source_dir);
    if (!batch.is_ok()) return batch.status();
    batches.push_back(*std::move(batch));
  }
  LogDatabaseOptions where;
  where.path = database_path(dir);
  const auto database = LogDatabase::open(where);
  if (!database.is_ok()) return database.status();
  rocksdb::DB& db = (*database)->db();
  rocksdb::WriteBatch write;
  for (const PersistBatch& batch : batches) {
    const Result<GroupLog> log = read_group_log(db, batch.group);
    if (!log.is_ok()) return log.status();
    GroupDelta delta = unchanged(*log);
    QUORATE_TRY(fold(batch, delta).with_context("the plan does not fit the log"));
    QUORATE_TRY(write_delta(db, batch.group, delta, kRecordLimits, write));
  }
  QUORATE_TRY(from_rocksdb(write.Put(identity_key(), seal(identity_key(), encode_identity(next))),
                           "write batch"));
  return (*database)->write(write);
}

// Witness and identity say what the database holds.
Status finish(const std::string& dir, const Identity& next) {
  LogDatabaseOptions where;
  where.path = database_path(dir);
  const auto database = LogDatabase::open_read_only(where);
  if (!database.is_ok()) return database.status();
  WitnessState witness;
  witness.identity = next;
  const Result<std::vector<GroupId>> groups = read_groups((*database)->db());
  if (!groups.is_ok()) return groups.status();
  for (const GroupId group : *groups) {
    const Result<GroupLog> log = read_group_log((*database)->db(), group);
    if (!log.is_ok()) return log.status();
    witness.groups[group] = {log->hard_state, log->last};
  }
  QUORATE_TRY(create_witness(witness_path(dir), witness));
  return replace_file(identity_path(dir), encode_identity(next));
}

Result<Identity> stored_identity(const std::string& dir) {
  LogDatabaseOptions where;
  where.path = database_path(dir);
  const auto database = LogDatabase::open_read_only(where);
  if (!database.is_ok()) return database.status();
  return read_database_identity((*database)->db());
}

// Ok when `dir` is as the plan found it.
Status check_unchanged(const RecoverySurvivor& survivor, const std::string& dir) {
  const auto inspector = DataDirInspector::open_locked(dir);
  if (!inspector.is_ok()) return inspector.status();
  const Result<SurveyedDir> found = survey(**inspector);
  if (!found.is_ok()) return found.status();
  if (found->state == survivor.state) return Status::ok();
  return refused(dir + " changed since the plan was made: make a new one");
}

}  // namespace

Result<RecoveryOutcome> apply_recovery(const RecoveryPlan& plan,
                                       const std::string& dir,
                                       const std::string& source_dir) {
  const Result<Identity> identity = open_identity(dir, {plan.cluster, std::nullopt});
  if (!identity.is_ok()) return identity.status();
  const RecoverySurvivor* survivor = find_survivor(plan, identity->replica());
  if (survivor == nullptr) {
    return refused(dir + " is not of the plan: it belongs to node " +
                   std::to_string(identity->node.value) + ", incarnation " +
                   to_string(identity->incarnation));
  }
  const Identity next = identity->fenced_by(plan.fence);
  if (*identity == next) return RecoveryOutcome::kAlreadyApplied;
  const Result<DataDirLock> lock = DataDirLock::acquire(dir);
  if (!lock.is_ok()) return lock.status();
  const Result<Identity> stored = stored_identity(dir);
  if (!stored.is_ok()) return stored.status();
  if (*stored == next) {
    QUORATE_TRY(finish(dir, next));
    return RecoveryOutcome::kFinished;
  }
  QUORATE_TRY(check_unchanged(*survivor, dir));
  QUORATE_TRY(write_database(plan, dir, source_dir, next));
  QUORATE_TRY(finish(dir, next));
  return RecoveryOutcome::kApplied;
}

}  // namespace quorate::raft
