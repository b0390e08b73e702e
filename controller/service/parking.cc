#include "controller/service/parking.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace quorate::controller {

void Parking::open(raft::Term term, std::uint64_t committed) {
  const MutexLock lock(mutex_);
  QUORATE_CHECK(answers_.empty());
  term_ = term;
  committed_ = committed;
}

void Parking::park(CommandPointer command, std::uint64_t wait_offset) {
  AnswerPlace place;
  {
    const MutexLock lock(mutex_);
    place = {term_, std::max(committed_, wait_offset)};
    const bool waits = wait_offset > committed_;
    if (waits && answers_.size() < answers_max_) {
      answers_.emplace(wait_offset, std::move(command));
      return;
    }
    if (waits) place.term = raft::Term{};
  }
  if (place.term == raft::Term{}) {
    command->refuse({Code::kBusy, "too many answers wait for the log"});
  } else {
    command->answer(place);
  }
}

void Parking::release(raft::Term term, std::uint64_t end_offset) {
  std::vector<CommandPointer> due;
  {
    const MutexLock lock(mutex_);
    if (term != term_ || end_offset <= committed_) return;
    committed_ = end_offset;
    const auto end = answers_.upper_bound(end_offset);
    for (auto next = answers_.begin(); next != end; ++next)
      due.push_back(std::move(next->second));
    answers_.erase(answers_.begin(), end);
  }
  for (const CommandPointer& command : due)
    command->answer({term, end_offset});
}

void Parking::refuse_all(const Status& why) {
  Answers refused;
  {
    const MutexLock lock(mutex_);
    refused.swap(answers_);
    term_ = {};
  }
  for (const auto& [offset, command] : refused)
    command->refuse(why);
}

void Parking::reset(std::uint64_t committed, const Status& why) {
  Answers refused;
  {
    const MutexLock lock(mutex_);
    refused.swap(answers_);
    committed_ = std::max(committed_, committed);
  }
  for (const auto& [offset, command] : refused)
    command->refuse(why);
}

std::size_t Parking::size() const {
  const MutexLock lock(mutex_);
  return answers_.size();
}

}  // namespace quorate::controller
