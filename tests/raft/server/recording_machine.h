// A state machine that remembers what it was given. Any thread may look.
#pragma once

#include <memory>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "raft/base/mutex.h"
#include "raft/server/state_machine.h"
#include "tests/raft/storage/snapshot_content.h"

namespace quorate::raft {

class RecordingMachine final : public StateMachine {
 public:
  // apply() throws at the entry with these bytes.
  void throw_at(std::string poison) {
    const MutexLock lock(mutex_);
    poison_ = std::move(poison);
  }

  void apply(std::span<const Entry> entries, ApplyResults& results) override {
    const MutexLock lock(mutex_);
    for (std::size_t i = 0; i < entries.size(); ++i) {
      const Entry& entry = entries[i];
      if (entry.id.index != last_.next()) throw std::logic_error("a gap or a repetition");
      if (poison_ && entry.data.view() == *poison_) throw std::runtime_error("poisoned");
      last_ = entry.id.index;
      if (entry.kind != EntryKind::kNormal) continue;
      commands_.emplace_back(entry.data.view());
      results.set(i, SharedBytes("did " + commands_.back()));
    }
  }
  std::unique_ptr<SnapshotSource> snapshot() override {
    const MutexLock lock(mutex_);
    std::string state = std::to_string(last_.value) + "\n";
    for (const std::string& command : commands_)
      state += command + "\n";
    return std::make_unique<testing::TextSource>(std::move(state));
  }
  Status restore(const SnapshotMeta& meta, SnapshotSource& content) override {
    std::string state;
    while (true) {
      const auto piece = content.read(7);
      QUORATE_TRY(piece.status());
      if (piece->size() == 0) break;
      state += piece->view();
    }
    const MutexLock lock(mutex_);
    std::istringstream lines(state);
    std::string line;
    std::getline(lines, line);
    if (line != std::to_string(meta.last.index.value)) return {Code::kCorruption, "another's"};
    last_ = meta.last.index;
    commands_.clear();
    while (std::getline(lines, line))
      commands_.push_back(line);
    ++restores_;
    return Status::ok();
  }
  [[nodiscard]] int restores() const {
    const MutexLock lock(mutex_);
    return restores_;
  }
  void on_leader_start(Term term) override {
    const MutexLock lock(mutex_);
    leaderships_.push_back("start " + std::to_string(term.value) + " at " +
                           std::to_string(last_.value));
  }
  void on_leader_stop(Term term) override {
    const MutexLock lock(mutex_);
    leaderships_.push_back("stop " + std::to_string(term.value));
  }

  [[nodiscard]] std::vector<std::string> commands() const {
    const MutexLock lock(mutex_);
    return commands_;
  }
  [[nodiscard]] std::vector<std::string> leaderships() const {
    const MutexLock lock(mutex_);
    return leaderships_;
  }

 private:
  mutable Mutex mutex_;
  int restores_ QUORATE_GUARDED_BY(mutex_) = 0;
  Index last_ QUORATE_GUARDED_BY(mutex_);
  std::vector<std::string> commands_ QUORATE_GUARDED_BY(mutex_);
  std::vector<std::string> leaderships_ QUORATE_GUARDED_BY(mutex_);
  std::optional<std::string> poison_ QUORATE_GUARDED_BY(mutex_);
};

}  // namespace quorate::raft
