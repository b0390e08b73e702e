#include "raft/core/reads.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "raft/base/check.h"

namespace quorate::raft {

std::size_t ReadRounds::size() const {
  return std::accumulate(
      begun_.begin(), begun_.end(), open_.size(), [](std::size_t sum, const ReadGroup& group) {
        return sum + group.size();
      });
}

void ReadRounds::begin(std::uint64_t round, Index commit) {
  QUORATE_CHECK(has_open());
  QUORATE_CHECK(begun_.empty() || begun_.back().round < round);
  open_.round = round;
  open_.index = commit;
  begun_.push_back(std::exchange(open_, ReadGroup{}));
  QUORATE_CHECK(!has_open());
}

std::vector<ReadGroup> ReadRounds::confirm(std::uint64_t round) {
  std::vector<ReadGroup> confirmed;
  for (; !begun_.empty() && begun_.front().round <= round; begun_.pop_front()) {
    confirmed.push_back(std::move(begun_.front()));
  }
  return confirmed;
}

std::vector<ReadGroup> ReadRounds::drain() {
  std::vector<ReadGroup> all(std::make_move_iterator(begun_.begin()),
                             std::make_move_iterator(begun_.end()));
  begun_.clear();
  if (has_open()) all.push_back(std::exchange(open_, ReadGroup{}));
  QUORATE_CHECK(size() == 0);
  return all;
}

std::size_t ForwardedReads::size() const {
  const auto add = [](std::size_t sum, const auto& each) { return sum + each.tokens.size(); };
  const std::size_t unsent = unsent_[0].size() + unsent_[1].size();
  const std::size_t sent = std::accumulate(sent_.begin(), sent_.end(), unsent, add);
  return std::accumulate(held_.begin(), held_.end(), sent, add);
}

void ForwardedReads::send(ReadMode mode, std::uint64_t request, std::uint64_t deadline) {
  QUORATE_CHECK(has_unsent(mode));
  QUORATE_CHECK(sent_.empty() || sent_.back().deadline <= deadline);
  sent_.push_back({request, deadline, std::exchange(unsent(mode), {})});
}

std::vector<ReadToken> ForwardedReads::answer(std::uint64_t request) {
  const auto sent = std::find_if(
      sent_.begin(), sent_.end(), [&](const Sent& each) { return each.request == request; });
  if (sent == sent_.end()) return {};
  std::vector<ReadToken> tokens = std::move(sent->tokens);
  sent_.erase(sent);
  return tokens;
}

void ForwardedReads::hold(Index index, std::uint64_t deadline, std::vector<ReadToken> tokens) {
  held_.push_back({index, deadline, std::move(tokens)});
}

std::vector<ReadGroup> ForwardedReads::release(Index commit) {
  std::vector<ReadGroup> released;
  std::erase_if(held_, [&](Held& each) {
    if (each.index > commit) return false;
    released.push_back({.round = 0, .index = each.index, .tokens = std::move(each.tokens)});
    return true;
  });
  return released;
}

std::vector<ReadToken> ForwardedReads::expire(std::uint64_t now) {
  std::vector<ReadToken> expired;
  for (; !sent_.empty() && sent_.front().deadline <= now; sent_.pop_front()) {
    const auto& tokens = sent_.front().tokens;
    expired.insert(expired.end(), tokens.begin(), tokens.end());
  }
  std::erase_if(held_, [&](const Held& each) {
    if (each.deadline > now) return false;
    expired.insert(expired.end(), each.tokens.begin(), each.tokens.end());
    return true;
  });
  return expired;
}

std::vector<ReadToken> ForwardedReads::drain() {
  std::vector<ReadToken> all = expire(static_cast<std::uint64_t>(-1));
  for (std::vector<ReadToken>& tokens : unsent_) {
    all.insert(all.end(), tokens.begin(), tokens.end());
    tokens.clear();
  }
  return all;
}

}  // namespace quorate::raft
