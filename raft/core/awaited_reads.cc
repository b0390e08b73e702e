#include "raft/core/awaited_reads.h"

#include <iterator>
#include <utility>

#include "raft/base/check.h"

namespace quorate::raft {

void AwaitedReads::add(const AwaitedRead& read) {
  const auto place =
      std::upper_bound(reads_.begin(), reads_.end(), read, [](const auto& a, const auto& b) {
        return a.at.index < b.at.index;
      });
  reads_.insert(place, read);
}

std::vector<AwaitedRead> AwaitedReads::reach(Index applied) {
  const auto end = std::find_if(reads_.begin(), reads_.end(), [applied](const AwaitedRead& read) {
    return read.at.index > applied;
  });
  std::vector<AwaitedRead> reached(reads_.begin(), end);
  reads_.erase(reads_.begin(), end);
  return reached;
}

std::vector<AwaitedRead> AwaitedReads::overtake(Term term) {
  QUORATE_CHECK(term >= overtaken_);
  if (std::exchange(overtaken_, term) == term) return {};
  return take_if([term](const AwaitedRead& read) { return read.at.term && *read.at.term < term; });
}

std::vector<AwaitedRead> AwaitedReads::expire(std::uint64_t now) {
  return take_if([now](const AwaitedRead& read) { return read.deadline <= now; });
}

std::vector<AwaitedRead> AwaitedReads::drain() {
  return take_if([](const AwaitedRead&) { return true; });
}

template <typename Condition>
std::vector<AwaitedRead> AwaitedReads::take_if(const Condition& condition) {
  std::vector<AwaitedRead> taken;
  std::copy_if(reads_.begin(), reads_.end(), std::back_inserter(taken), condition);
  if (!taken.empty()) std::erase_if(reads_, condition);
  return taken;
}

}  // namespace quorate::raft
