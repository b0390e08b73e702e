// How callbacks ended, by name. Thread: any.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "raft/base/mutex.h"
#include "raft/server/callbacks.h"

namespace quorate::raft {

class Answers {
 public:
  // A callback that notes its answer under `name`.
  ProposeCallback proposal(std::string name) {
    return [this, name = std::move(name)](Proposed answer) { note(name, std::move(answer)); };
  }
  ReadCallback read(std::string name) {
    return [this, name = std::move(name)](Status status) {
      note(name, {.status = std::move(status), .id = {}, .result = {}});
    };
  }

  [[nodiscard]] std::optional<Proposed> of(const std::string& name) const {
    const MutexLock lock(mutex_);
    const auto found = answers_.find(name);
    return found == answers_.end() ? std::nullopt : std::optional(found->second);
  }
  // How often `name` was answered.
  [[nodiscard]] std::size_t times(const std::string& name) const {
    const MutexLock lock(mutex_);
    return answers_.count(name);
  }
  [[nodiscard]] std::size_t total() const {
    const MutexLock lock(mutex_);
    return answers_.size();
  }
  // The names that ended ok.
  [[nodiscard]] std::vector<std::string> accepted() const {
    const MutexLock lock(mutex_);
    std::vector<std::string> names;
    for (const auto& [name, answer] : answers_) {
      if (answer.status.is_ok()) names.push_back(name);
    }
    return names;
  }

 private:
  void note(const std::string& name, Proposed answer) {
    const MutexLock lock(mutex_);
    answers_.emplace(name, std::move(answer));
  }

  mutable Mutex mutex_;
  std::multimap<std::string, Proposed> answers_ QUORATE_GUARDED_BY(mutex_);
};

}  // namespace quorate::raft
