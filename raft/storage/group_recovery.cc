#include "raft/storage/group_recovery.h"

#include <memory>
#include <utility>

#include "raft/storage/entry_reader.h"
#include "raft/storage/log_database.h"
#include "raft/storage/log_keys.h"

namespace quorate::raft {

namespace {

std::string name_of(GroupId group) {
  return "group " + std::to_string(group.value);
}

std::string text(const std::optional<ReplicaId>& vote) {
  if (!vote) return "nobody";
  return std::to_string(vote->node.value) + "@" + to_string(vote->incarnation);
}

// A required key: its absence is damage.
template <typename Decoded>
Result<Decoded> read_required(rocksdb::DB& db,
                              const std::string& key,
                              const std::string& what,
                              Result<Decoded> (*decode)(std::string_view)) {
  const Result<std::string> payload = read_sealed(db, rocksdb::ReadOptions(), key, what);
  if (!payload.is_ok()) {
    if (payload.status().code() != Code::kNotFound) return payload.status();
    return {Code::kCorruption, what + " is missing"};
  }
  Result<Decoded> decoded = decode(*payload);
  if (!decoded.is_ok()) return decoded.status().with_context(what);
  return decoded;
}

// Index and unsealed value of every key of `group` and `kind`, ascending.
Result<std::vector<std::pair<Index, std::string>>> read_indexed(rocksdb::DB& db,
                                                                GroupId group,
                                                                KeyKind kind) {
  const std::unique_ptr<rocksdb::Iterator> at(db.NewIterator(rocksdb::ReadOptions()));
  std::vector<std::pair<Index, std::string>> found;
  const std::string what =
      name_of(group) + ": " + (kind == KeyKind::kTermRun ? "term run" : "membership");
  for (at->Seek(group_key(group, kind)); at->Valid(); at->Next()) {
    const std::string key = at->key().ToString();
    const std::optional<Index> index = key_index(key, group, kind);
    if (!index) break;
    Result<std::string> payload = unseal(key, {at->value().data(), at->value().size()});
    if (!payload.is_ok()) {
      return payload.status().with_context(what + " at " + std::to_string(index->value));
    }
    found.emplace_back(*index, std::move(*payload));
  }
  if (!at->status().ok()) return from_rocksdb(at->status(), what);
  return found;
}

Status read_positions(rocksdb::DB& db, GroupId group, GroupLog& log) {
  const auto runs = read_indexed(db, group, KeyKind::kTermRun);
  if (!runs.is_ok()) return runs.status();
  for (const auto& [index, payload] : *runs) {
    const Result<Term> term = decode_term(payload);
    if (!term.is_ok()) return term.status();
    log.runs.push_back({index, *term});
  }
  const auto memberships = read_indexed(db, group, KeyKind::kMembership);
  if (!memberships.is_ok()) return memberships.status();
  for (const auto& [index, payload] : *memberships)
    log.memberships.push_back(index);
  return Status::ok();
}

// The records at both ends of the log are there, whole, and end where the log does.
Status check_ends(rocksdb::DB& db, GroupId group, const GroupLog& log) {
  if (log.last.index < log.first()) return Status::ok();
  const Result<std::vector<Entry>> head =
      read_record(db, rocksdb::ReadOptions(), group, log.first());
  if (!head.is_ok()) return head.status();
  const Result<std::vector<Entry>> tail =
      read_record(db, rocksdb::ReadOptions(), group, log.last.index);
  if (!tail.is_ok()) return tail.status();
  if (tail->back().id != log.last) {
    return {Code::kCorruption,
            name_of(group) + ": the last record ends at " + position_text(tail->back().id) +
                " but the log at " + position_text(log.last)};
  }
  return Status::ok();
}

}  // namespace

Result<std::string> read_sealed(rocksdb::DB& db,
                                const rocksdb::ReadOptions& options,
                                const std::string& key,
                                const std::string& what) {
  std::string value;
  const rocksdb::Status status = db.Get(options, key, &value);
  if (!status.ok()) return from_rocksdb(status, what);
  Result<std::string> payload = unseal(key, value);
  if (!payload.is_ok()) return payload.status().with_context(what);
  return payload;
}

Result<Identity> read_database_identity(rocksdb::DB& db) {
  return read_required(db, identity_key(), "the database's identity", &decode_identity);
}

Result<std::vector<GroupId>> read_groups(rocksdb::DB& db) {
  const std::unique_ptr<rocksdb::Iterator> at(db.NewIterator(rocksdb::ReadOptions()));
  std::vector<GroupId> groups;
  at->Seek(group_prefix(GroupId{0}));
  while (at->Valid()) {
    const std::optional<GroupId> group = key_group({at->key().data(), at->key().size()});
    if (!group) break;
    groups.push_back(*group);
    if (group->value == UINT64_MAX) break;
    at->Seek(group_prefix(GroupId{group->value + 1}));
  }
  if (!at->status().ok()) return from_rocksdb(at->status(), "the list of groups");
  return groups;
}

Result<GroupLog> read_group_log(rocksdb::DB& db, GroupId group) {
  const std::string hard_state_key = group_key(group, KeyKind::kHardState);
  std::string probe;
  if (db.Get(rocksdb::ReadOptions(), hard_state_key, &probe).IsNotFound()) {
    const Result<std::vector<GroupId>> groups = read_groups(db);
    if (!groups.is_ok()) return groups.status();
    if (std::find(groups->begin(), groups->end(), group) == groups->end()) {
      return {Code::kNotFound, name_of(group) + " was never bootstrapped here"};
    }
  }
  GroupLog log;
  const Result<HardState> hard_state =
      read_required(db, hard_state_key, name_of(group) + ": hard state", &decode_hard_state);
  if (!hard_state.is_ok()) return hard_state.status();
  const Result<SnapshotMeta> snapshot = read_required(db,
                                                      group_key(group, KeyKind::kSnapshot),
                                                      name_of(group) + ": snapshot position",
                                                      &decode_snapshot);
  if (!snapshot.is_ok()) return snapshot.status();
  const Result<LogId> last = read_required(
      db, group_key(group, KeyKind::kLogEnd), name_of(group) + ": log end", &decode_log_id);
  if (!last.is_ok()) return last.status();
  log.hard_state = *hard_state;
  log.snapshot = *snapshot;
  log.last = *last;
  QUORATE_TRY(read_positions(db, group, log));
  QUORATE_TRY(check_group_log(log).with_context(name_of(group)));
  QUORATE_TRY(check_ends(db, group, log));
  return log;
}

Result<Recovered> read_recovered(rocksdb::DB& db, GroupId group) {
  Result<GroupLog> log = read_group_log(db, group);
  if (!log.is_ok()) return log.status();
  Recovered recovered;
  const auto memberships = read_indexed(db, group, KeyKind::kMembership);
  if (!memberships.is_ok()) return memberships.status();
  for (const auto& [index, payload] : *memberships) {
    Result<Membership> membership = decode_membership(payload);
    if (!membership.is_ok()) {
      return membership.status().with_context(name_of(group) + ": membership at " +
                                              std::to_string(index.value));
    }
    recovered.memberships.push_back({index, std::move(*membership)});
  }
  recovered.hard_state = log->hard_state;
  recovered.snapshot = log->snapshot;
  recovered.last = log->last.index;
  recovered.term_runs = std::move(log->runs);
  recovered.applied = log->snapshot.last.index;
  return recovered;
}

Status compare_with_witness(GroupId group, const GroupLog& log, const WitnessedGroup& witnessed) {
  const HardState& stored = log.hard_state;
  const HardState& proven = witnessed.hard_state;
  const char* const lost = ": the disk lost synced data";
  if (stored.term < proven.term) {
    return {Code::kCorruption,
            name_of(group) + ": the stored term is " + std::to_string(stored.term.value) +
                " but term " + std::to_string(proven.term.value) + " was made durable" + lost};
  }
  if (stored.term == proven.term && proven.voted_for && stored.voted_for != proven.voted_for) {
    return {Code::kCorruption,
            name_of(group) + ": the stored vote in term " + std::to_string(stored.term.value) +
                " is " + text(stored.voted_for) + " but a vote for " + text(proven.voted_for) +
                " was made durable" + lost};
  }
  if (!log.covers(witnessed.last)) {
    return {Code::kCorruption,
            name_of(group) + ": log ends at " + position_text(log.last) + " but index " +
                position_text(witnessed.last) + " was made durable" + lost};
  }
  return Status::ok();
}

Status check_database(rocksdb::DB& db, const Identity& identity, const WitnessState& witness) {
  const Result<Identity> stored = read_database_identity(db);
  if (!stored.is_ok()) return stored.status();
  if (*stored != identity) {
    return {Code::kCorruption,
            "the database belongs to incarnation " + to_string(stored->incarnation) + " of node " +
                std::to_string(stored->node.value) + ", the directory to " +
                to_string(identity.incarnation) + " of node " +
                std::to_string(identity.node.value)};
  }
  const Result<std::vector<GroupId>> groups = read_groups(db);
  if (!groups.is_ok()) return groups.status();
  for (const GroupId group : *groups) {
    const Result<GroupLog> log = read_group_log(db, group);
    if (!log.is_ok()) return log.status();
    const auto witnessed = witness.groups.find(group);
    if (witnessed == witness.groups.end()) continue;
    QUORATE_TRY(compare_with_witness(group, *log, witnessed->second));
  }
  for (const auto& [group, witnessed] : witness.groups) {
    if (std::find(groups->begin(), groups->end(), group) != groups->end()) continue;
    return {Code::kCorruption,
            name_of(group) + " was made durable but is missing: the disk lost synced data"};
  }
  return Status::ok();
}

}  // namespace quorate::raft
