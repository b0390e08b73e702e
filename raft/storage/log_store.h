// LogStore: where a server's groups keep log, hard state and snapshot positions durably.
//
// Six operations, so that it can be replaced. The library ships one on RocksDB and one in memory.
// One store serves every group of a server; keys carry the group id.
//
// Thread: persist() and compact() by the log-writer thread only; recover() before it starts;
// read() by any thread at any time.
// Errors: kIoError and kCorruption are final for this store: the server stops, acknowledges nothing
// afterwards and never retries a failed sync (P13).
// Source: docs/storage-format.md.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "raft/base/status.h"
#include "raft/core/ready.h"
#include "raft/core/recovered.h"

namespace quorate::raft {

// A group's first durable state, made once when the data directory is formatted. Without any member
// it is that of a replica that joins: it waits to be filled by whoever leads.
struct Bootstrap {
  GroupId group;
  Membership membership;
};
// Ok, or kInvalidArgument for a membership that is neither empty nor valid.
[[nodiscard]] inline Status validate(const Bootstrap& bootstrap) {
  return bootstrap.membership == Membership{} ? Status::ok() : validate(bootstrap.membership);
}

class LogStore {
 public:
  virtual ~LogStore() = default;

  // What is durable for `group`; kNotFound when the group was never bootstrapped here. `applied` is
  // left at snapshot.last: the state machine knows its own.
  virtual Result<Recovered> recover(GroupId group) = 0;

  // Creates a group. kAlreadyExists when it is there.
  virtual Status bootstrap(const Bootstrap& bootstrap) = 0;

  // All batches, in order, as one atomic synced write. On return they are durable.
  virtual Status persist(std::span<const PersistBatch> batches) = 0;

  // The entries first..last, checked, stopping before `bytes_max` is passed but with at least one.
  // kNotFound when `first` is compacted or behind the log's end; kCorruption names the index.
  virtual Result<std::vector<Entry>> read(GroupId group,
                                          Index first,
                                          Index last,
                                          std::size_t bytes_max) = 0;

  // Forgets the entries up to and including `up_to`, which a durable snapshot covers (P17); frees
  // disk space in the background.
  virtual Status compact(GroupId group, Index up_to) = 0;

  // Bytes written to disk by this store since it was opened, for metrics.
  [[nodiscard]] virtual std::uint64_t bytes_written() const = 0;
};

}  // namespace quorate::raft
