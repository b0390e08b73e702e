// Makes a data directory. The identity is written last: until it is there, the directory is not
// one.
#include <cerrno>
#include <filesystem>

#include <sys/stat.h>

#include "raft/storage/data_dir.h"
#include "raft/storage/data_dir_lock.h"
#include "raft/storage/delta_writer.h"
#include "raft/storage/durable_file.h"
#include "raft/storage/identity.h"
#include "raft/storage/log_database.h"
#include "raft/storage/log_keys.h"
#include "raft/storage/rocksdb_log_store_parts.h"
#include "raft/storage/witness.h"

namespace quorate::raft {

namespace {

Status make_directory(const std::string& dir) {
  if (::mkdir(dir.c_str(), 0700) != 0) {
    return errno == EEXIST ? Status::ok() : system_error(dir, "create");
  }
  return sync_directory(std::filesystem::path(dir).parent_path());
}

Status refuse_unless_empty(const std::string& dir) {
  const Result<std::vector<std::string>> names = list_directory(dir);
  if (!names.is_ok()) return names.status();
  std::string found;
  for (const std::string& name : *names) {
    if (name != kLockName) found += (found.empty() ? "" : ", ") + name;
  }
  if (found.empty()) return Status::ok();
  const Result<Identity> identity = open_identity(dir, {});
  if (identity.is_ok()) {
    return {Code::kAlreadyExists,
            dir + " is already formatted for node " + std::to_string(identity->node.value) +
                " of cluster " + to_string(identity->cluster)};
  }
  return {Code::kAlreadyExists, dir + " is not empty: it holds " + found};
}

Status check_identity(const Identity& identity) {
  if (identity.cluster.is_none()) return {Code::kInvalidArgument, "the cluster id is none"};
  if (identity.incarnation.is_none()) return {Code::kInvalidArgument, "the incarnation is none"};
  const std::uint32_t format = identity.fence.is_none() ? kDataDirFormat : kFencedDataDirFormat;
  if (identity.format != format) {
    return {Code::kInvalidArgument, "this program writes format " + std::to_string(format)};
  }
  return Status::ok();
}

Status make_database(const std::string& dir,
                     const Identity& identity,
                     const Bootstrap& group,
                     rocksdb::Env* env) {
  rocksdb::WriteBatch batch;
  QUORATE_TRY(from_rocksdb(
      batch.Put(identity_key(), seal(identity_key(), encode_identity(identity))), "write batch"));
  QUORATE_TRY(write_bootstrap(group, batch));
  LogDatabaseOptions options;
  options.path = database_path(dir);
  options.env = env;
  const auto database = LogDatabase::create(options);
  if (!database.is_ok()) return database.status();
  QUORATE_TRY((*database)->write(batch));
  // In a table file, not in the log: losing the log can then never look like a fresh replica.
  return (*database)->flush();
}

}  // namespace

Status format_data_dir_on(const std::string& dir,
                          const Identity& identity,
                          const Bootstrap& group,
                          rocksdb::Env* env) {
  QUORATE_TRY(check_identity(identity));
  QUORATE_TRY(validate(group));
  QUORATE_TRY(make_directory(dir));
  QUORATE_TRY(refuse_unless_empty(dir));
  const Result<DataDirLock> lock = DataDirLock::acquire(dir);
  if (!lock.is_ok()) return lock.status();
  QUORATE_TRY(refuse_unless_empty(dir));  // nobody can have come in between any more
  QUORATE_TRY(make_database(dir, identity, group, env));
  WitnessState witness;
  witness.identity = identity;
  witness.groups[group.group] = WitnessedGroup{};
  QUORATE_TRY(create_witness(witness_path(dir), witness));
  return replace_file(identity_path(dir), encode_identity(identity));
}

Status format_data_dir(const std::string& dir, const Identity& identity, const Bootstrap& group) {
  return format_data_dir_on(dir, identity, group, nullptr);
}

}  // namespace quorate::raft
