// RocksDbLogStore: the log, hard state and snapshot positions of all groups in one RocksDB.
//
//   persist(batches) = one WriteBatch, one sync    (group commit over all groups, P1)
//   a run of entries = one record                  (64 entries or 256 KiB, whichever comes first)
//   recover()        = a handful of keys           (entries are never scanned)
//
// Invariants, checked at open and by recover(), each with a reason of its own:
//   I1  identity file, witness and database belong to one incarnation              (P15, D13)
//   I2  the database is not behind the witness: term, vote, last entry             (P14, D2)
//   I3  snapshot.last + 1 = first <= last + 1; term runs and memberships lie inside   (P12, D6)
//   I4  the stored term is not below any entry's                                   (P2)
// The first failed write ends the store: every later persist() gives the same error (P13).
//
// Owner: the log-writer thread; read(), bytes_written() and health() from any thread.
// Source: docs/storage-format.md, docs/io-ordering.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "raft/base/status.h"
#include "raft/storage/identity.h"
#include "raft/storage/log_store.h"

namespace quorate::raft {

struct RocksDbLogStoreOptions {
  std::string dir;            // a formatted data directory
  ExpectedIdentity expected;  // what the configuration says it is

  std::size_t record_entries_max = 64;         // entries of one record
  std::size_t record_bytes_max = 256U << 10U;  // payload of one record; one entry always fits
  std::size_t memtable_bytes = 32U << 20U;     // bounds what is replayed at open
  std::size_t groups_max = 4096;               // of this directory; at most kWitnessGroupsMax
};

class RocksDbLogStore final : public LogStore {
 public:
  // Locks the directory and checks it. The errors of open_identity() and DataDirLock; kNotFound
  // when witness or database are missing; kCorruption when something damaged or lost was found.
  static Result<std::unique_ptr<RocksDbLogStore>> open(RocksDbLogStoreOptions options);
  // Flushes, so that the next open replays nothing, and gives the directory free.
  ~RocksDbLogStore() override;

  Result<Recovered> recover(GroupId group) override;
  // kBusy when the directory holds groups_max groups.
  Status bootstrap(const Bootstrap& bootstrap) override;
  // kInvalidArgument, and nothing written, for a batch that does not fit the log (a gap, a cut
  // outside of it, terms that fall, a term below what is stored).
  Status persist(std::span<const PersistBatch> batches) override;
  Result<std::vector<Entry>> read(GroupId group,
                                  Index first,
                                  Index last,
                                  std::size_t bytes_max) override;
  // kFailedPrecondition when no durable snapshot covers `up_to`.
  Status compact(GroupId group, Index up_to) override;
  [[nodiscard]] std::uint64_t bytes_written() const override;

  [[nodiscard]] const Identity& identity() const;
  [[nodiscard]] std::vector<GroupId> groups() const;
  // Ok until a write or the database's background work failed.
  [[nodiscard]] Status health() const;

 private:
  class Impl;
  friend struct RocksDbLogStoreMaker;  // rocksdb_log_store_parts.h: the same, on a given Env
  explicit RocksDbLogStore(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;
};

}  // namespace quorate::raft
