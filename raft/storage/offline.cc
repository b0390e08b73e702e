#include "raft/storage/offline.h"

#include <algorithm>
#include <functional>
#include <memory>
#include <sstream>
#include <utility>

#include "raft/base/crc32c.h"
#include "raft/storage/byte_codec.h"
#include "raft/storage/data_dir.h"
#include "raft/storage/data_dir_lock.h"
#include "raft/storage/entry_reader.h"
#include "raft/storage/group_recovery.h"
#include "raft/storage/log_database.h"
#include "raft/storage/witness.h"

namespace quorate::raft {

namespace {

constexpr std::size_t kReadBytes = 4U << 20U;

// A directory opened for looking only.
struct Opened {
  DataDirLock lock;
  Identity identity;
  std::unique_ptr<LogDatabase> database;
};

Result<Opened> open_for_looking(const std::string& dir) {
  const Result<Identity> identity = open_identity(dir, {});
  if (!identity.is_ok()) return identity.status();
  Result<DataDirLock> lock = DataDirLock::acquire(dir);
  if (!lock.is_ok()) return lock.status();
  LogDatabaseOptions options;
  options.path = database_path(dir);
  auto database = LogDatabase::open_read_only(options);
  if (!database.is_ok()) return database.status();
  return Opened{*std::move(lock), *identity, *std::move(database)};
}

// Calls `visit` for each entry of first..last, in order.
Status for_each_entry(rocksdb::DB& db,
                      EntryRange range,
                      const std::function<void(const Entry&)>& visit) {
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

void verify_group(rocksdb::DB& db, GroupId group, VerifyReport& report) {
  Result<Recovered> recovered = read_recovered(db, group);
  if (!recovered.is_ok()) {
    report.problems.push_back(recovered.status());
    return;
  }
  VerifiedGroup verified;
  verified.group = group;
  const EntryRange range{group, recovered->snapshot.last.index.next(), recovered->last, 0};
  const Status read = for_each_entry(db, range, [&](const Entry& entry) {
    ++verified.entries;
    verified.payload_bytes += entry.data.size();
    std::string checksum;
    append_u32(checksum, entry.checksum);
    verified.log_checksum = crc32c(checksum, verified.log_checksum);
  });
  if (!read.is_ok()) report.problems.push_back(read);
  verified.recovered = *std::move(recovered);
  report.groups.push_back(std::move(verified));
}

void print_entry(const Entry& entry, std::ostream& out) {
  static constexpr const char* kKinds[] = {"normal", "noop", "membership"};
  out << "  entry " << entry.id.index.value << " term=" << entry.id.term.value
      << " kind=" << kKinds[static_cast<std::size_t>(entry.kind)] << " bytes=" << entry.data.size()
      << " checksum=" << entry.checksum << "\n";
}

void print_group(GroupId group, const Recovered& recovered, std::ostream& out) {
  out << "group " << group.value << "\n  term=" << recovered.hard_state.term.value << " vote=";
  if (recovered.hard_state.voted_for) {
    out << *recovered.hard_state.voted_for;
  } else {
    out << "none";
  }
  out << "\n  snapshot=" << recovered.snapshot.last << " bytes=" << recovered.snapshot.bytes << " "
      << recovered.snapshot.membership << "\n  last=" << recovered.last.value << "\n";
  for (const TermRun& run : recovered.term_runs) {
    out << "  run first=" << run.first.value << " term=" << run.term.value << "\n";
  }
  for (const MembershipAt& at : recovered.memberships) {
    out << "  membership index=" << at.index.value << " " << at.membership << "\n";
  }
}

}  // namespace

Result<VerifyReport> verify_data_dir(const std::string& dir) {
  const Result<Opened> opened = open_for_looking(dir);
  if (!opened.is_ok()) return opened.status();
  rocksdb::DB& db = opened->database->db();
  VerifyReport report;
  report.identity = opened->identity;
  const Result<WitnessState> witness = read_witness(witness_path(dir));
  const Status whole =
      witness.is_ok() ? check_database(db, opened->identity, *witness) : witness.status();
  if (!whole.is_ok()) report.problems.push_back(whole);
  const Result<std::vector<GroupId>> groups = read_groups(db);
  if (!groups.is_ok()) return groups.status();
  for (const GroupId group : *groups)
    verify_group(db, group, report);
  return report;
}

Result<std::string> dump_data_dir(const std::string& dir, Index first, Index last) {
  const Result<Opened> opened = open_for_looking(dir);
  if (!opened.is_ok()) return opened.status();
  rocksdb::DB& db = opened->database->db();
  std::ostringstream out;
  out << encode_identity(opened->identity);
  const Result<WitnessState> witness = read_witness(witness_path(dir));
  if (!witness.is_ok()) return witness.status();
  for (const auto& [group, claim] : witness->groups) {
    out << "witness sequence=" << witness->sequence << " group=" << group.value
        << " term=" << claim.hard_state.term.value << " last=" << claim.last << "\n";
  }
  const Result<std::vector<GroupId>> groups = read_groups(db);
  if (!groups.is_ok()) return groups.status();
  for (const GroupId group : *groups) {
    const Result<Recovered> recovered = read_recovered(db, group);
    if (!recovered.is_ok()) return recovered.status();
    print_group(group, *recovered, out);
    const EntryRange range{group,
                           std::max(first, recovered->snapshot.last.index.next()),
                           std::min(last, recovered->last),
                           0};
    const Status read =
        for_each_entry(db, range, [&](const Entry& entry) { print_entry(entry, out); });
    if (!read.is_ok()) return read;
  }
  return out.str();
}

}  // namespace quorate::raft
