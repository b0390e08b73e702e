#include "examples/kv/kv_state_machine.h"

#include <utility>

#include "examples/kv/kv_command.h"
#include "examples/kv/kv_snapshot.h"

namespace quorate::kv {

void KvStateMachine::apply(std::span<const raft::Entry> entries, raft::ApplyResults& results) {
  const MutexLock lock(mutex_);
  v1::Command command;  // used again: its memory is kept
  for (std::size_t at = 0; at < entries.size(); ++at) {
    const raft::Entry& entry = entries[at];
    applied_ = entry.id.index;
    if (entry.kind != raft::EntryKind::kNormal) continue;
    const std::string_view data = entry.data.view();
    // What does not parse has no operation, and is answered as such.
    if (!command.ParseFromArray(data.data(), static_cast<int>(data.size()))) command.Clear();
    const auto result = apply_command(command, entry.id.index, *store_, sessions_);
    results.set(at, raft::SharedBytes(result.SerializeAsString()));
  }
}

std::unique_ptr<raft::SnapshotSource> KvStateMachine::snapshot() {
  const MutexLock lock(mutex_);
  return std::make_unique<KvSnapshot>(store_->view(), store_->size(), sessions_.encode());
}

Status KvStateMachine::restore(const raft::SnapshotMeta& meta, raft::SnapshotSource& content) {
  auto restored = read_snapshot(content);
  QUORATE_TRY(restored.status());
  std::unique_ptr<KvStore> old;  // freed without the lock
  const MutexLock lock(mutex_);
  old = std::exchange(store_, std::move(restored->store));
  sessions_ = std::move(restored->sessions);
  applied_ = meta.last.index;
  return Status::ok();
}

KvStateMachine::Read KvStateMachine::get(std::string_view key) const {
  const MutexLock lock(mutex_);
  Read read{.value = std::nullopt, .applied = applied_};
  if (const auto held = store_->find(key)) read.value = std::string(*held);
  return read;
}

KvStateMachine::Sizes KvStateMachine::sizes() const {
  const MutexLock lock(mutex_);
  return {.keys = store_->size(), .sessions = sessions_.size(), .applied = applied_};
}

}  // namespace quorate::kv
