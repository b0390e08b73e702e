// A snapshot of the key-value store: sessions first, then every key in the order of the shards.
//
//   snapshot = "QKV1" length:varint sessions{length} keys:varint key{keys}
//   key      = length:varint bytes{length} length:varint bytes{length}
//
// Equal states give equal bytes. Written shard by shard, so that no second copy of the whole is
// made. Owner: whoever holds it. Thread: one at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "examples/kv/kv_store.h"
#include "raft/base/status.h"
#include "raft/server/sessions.h"
#include "raft/storage/snapshot_source.h"

namespace quorate::kv {

// Hands out the bytes of a store as it was.
class KvSnapshot final : public raft::SnapshotSource {
 public:
  KvSnapshot(KvStore::View view, std::size_t keys, const std::string& sessions);
  Result<raft::SharedBytes> read(std::size_t bytes_max) override;

 private:
  void fill();

  KvStore::View view_;
  std::size_t next_shard_ = 0;
  std::string ready_;      // encoded, of which
  std::size_t taken_ = 0;  // so many bytes have been handed out
};

struct RestoredState {
  std::unique_ptr<KvStore> store;
  raft::Sessions sessions;
};

// kCorruption for bytes that KvSnapshot did not make; the source's error when it cannot be read;
// the errors of Sessions::decode().
Result<RestoredState> read_snapshot(raft::SnapshotSource& source);

}  // namespace quorate::kv
