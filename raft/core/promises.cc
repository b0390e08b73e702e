#include "raft/core/promises.h"

#include <algorithm>
#include <utility>

#include "raft/base/check.h"

namespace quorate::raft {
namespace {

// Whether `later` says everything that `earlier` does: an acceptance of a later request from the
// same leader that proves at least as much. A burst of appends then costs one answer.
bool covers(const Message& later, const Message& earlier) {
  const auto* after = std::get_if<AppendEntriesResult>(&later.body);
  const auto* before = std::get_if<AppendEntriesResult>(&earlier.body);
  if (after == nullptr || before == nullptr || later.to != earlier.to) return false;
  using Outcome = AppendEntriesResult::Outcome;
  return after->outcome == Outcome::kAccepted && before->outcome == Outcome::kAccepted &&
         after->request >= before->request && after->match >= before->match;
}

}  // namespace

void Promises::hold(std::uint64_t seq, Message message) {
  QUORATE_CHECK(seq > 0);
  if (!held_.empty() && held_.back().seq == seq && covers(message, held_.back().message)) {
    held_.back().message = std::move(message);
    return;
  }
  held_.push_back({seq, std::move(message)});
}

std::vector<Message> Promises::release(std::uint64_t seq) {
  std::vector<Message> released;
  const auto kept = std::remove_if(held_.begin(), held_.end(), [&](Held& each) {
    if (each.seq > seq) return false;
    released.push_back(std::move(each.message));
    return true;
  });
  held_.erase(kept, held_.end());
  return released;
}

}  // namespace quorate::raft
