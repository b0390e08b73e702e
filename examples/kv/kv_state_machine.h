// KvStateMachine: the key-value store as a replicated state machine, in memory.
//
// Writes come through the log alone; reads are answered from the state as it stands, which is
// linearizable when the server's read barrier has passed.
//
// Owner: main. Thread: apply(), snapshot() and restore() on the apply thread, the rest on any
// (locks inside; a reader waits for at most one batch of entries).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "examples/kv/kv_limits.h"
#include "examples/kv/kv_store.h"
#include "raft/base/mutex.h"
#include "raft/server/sessions.h"
#include "raft/server/state_machine.h"

namespace quorate::kv {

class KvStateMachine final : public raft::StateMachine {
 public:
  void apply(std::span<const raft::Entry> entries, raft::ApplyResults& results) override;
  std::unique_ptr<raft::SnapshotSource> snapshot() override;
  Status restore(const raft::SnapshotMeta& meta, raft::SnapshotSource& content) override;

  struct Read {
    std::optional<std::string> value;
    raft::Index applied;  // up to which the state was
  };
  [[nodiscard]] Read get(std::string_view key) const;

  struct Sizes {
    std::size_t keys = 0;
    std::size_t sessions = 0;
    raft::Index applied;
  };
  [[nodiscard]] Sizes sizes() const;

 private:
  mutable Mutex mutex_;
  std::unique_ptr<KvStore> store_ QUORATE_GUARDED_BY(mutex_) = std::make_unique<KvStore>();
  raft::Sessions sessions_ QUORATE_GUARDED_BY(mutex_){kSessionLimits};
  raft::Index applied_ QUORATE_GUARDED_BY(mutex_);
};

}  // namespace quorate::kv
