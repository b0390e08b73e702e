#include "raft/core/forwards.h"

#include <algorithm>
#include <string>
#include <utility>

#include "raft/base/check.h"
#include "raft/core/entry.h"

namespace quorate::raft {
namespace {

std::size_t weight(const SharedBytes& data) {
  return data.size() + Entry::kOverheadBytes;
}

}  // namespace

void ForwardedProposals::add(ProposalToken token, SharedBytes data) {
  bytes_ += weight(data);
  unsent_.push_back({token, std::move(data)});
}

std::size_t ForwardedProposals::entries() const {
  std::size_t count = unsent_.size();
  for (const Sent& sent : sent_)
    count += sent.tokens.size();
  return count;
}

std::vector<SharedBytes> ForwardedProposals::send(std::uint64_t request,
                                                  std::uint64_t deadline,
                                                  std::size_t bytes_max,
                                                  std::size_t entries_max) {
  QUORATE_CHECK(has_unsent());
  QUORATE_CHECK(sent_.empty() || sent_.back().deadline <= deadline);
  Sent sent{request, deadline, 0, {}};
  std::vector<SharedBytes> data;
  while (!unsent_.empty() && data.size() < std::max<std::size_t>(entries_max, 1)) {
    const std::size_t bytes = weight(unsent_.front().data);
    if (!data.empty() && sent.bytes + bytes > bytes_max) break;
    sent.bytes += bytes;
    sent.tokens.push_back(unsent_.front().token);
    data.push_back(std::move(unsent_.front().data));
    unsent_.pop_front();
  }
  sent_.push_back(std::move(sent));
  return data;
}

std::vector<ProposalToken> ForwardedProposals::answer(std::uint64_t request) {
  const auto sent = std::find_if(
      sent_.begin(), sent_.end(), [&](const Sent& each) { return each.request == request; });
  if (sent == sent_.end()) return {};
  std::vector<ProposalToken> tokens = std::move(sent->tokens);
  QUORATE_CHECK(bytes_ >= sent->bytes);
  bytes_ -= sent->bytes;
  sent_.erase(sent);
  return tokens;
}

std::vector<ProposalOutcome> ForwardedProposals::expire(std::uint64_t now) {
  std::vector<ProposalOutcome> outcomes;
  const Status unknown(Code::kUnknownOutcome, "the leader did not answer");
  for (; !sent_.empty() && sent_.front().deadline <= now; sent_.pop_front()) {
    for (const ProposalToken token : sent_.front().tokens)
      outcomes.push_back({token, unknown, {}});
    bytes_ -= sent_.front().bytes;
  }
  return outcomes;
}

std::vector<ProposalOutcome> ForwardedProposals::drain(std::string_view why) {
  std::vector<ProposalOutcome> outcomes;
  for (const Sent& sent : sent_) {
    for (const ProposalToken token : sent.tokens)
      outcomes.push_back({token, Status(Code::kUnknownOutcome, std::string(why)), {}});
  }
  for (const Unsent& unsent : unsent_)
    outcomes.push_back({unsent.token, Status(Code::kNotLeader, std::string(why)), {}});
  sent_.clear();
  unsent_.clear();
  bytes_ = 0;
  return outcomes;
}

Forwarders::Seen Forwarders::note(const ReplicaId& from,
                                  std::uint64_t stint,
                                  std::uint64_t request) {
  auto process = std::find_if(processes_.begin(), processes_.end(), [&](const Process& each) {
    return each.replica == from && each.stint == stint;
  });
  if (process == processes_.end()) {
    if (processes_.size() == kProcessesMax) return Seen::kTooMany;
    processes_.push_back({from, stint, request, 1});
    return Seen::kNew;
  }
  if (request > process->newest) {
    const std::uint64_t ahead = request - process->newest;
    process->seen = (ahead < kWindow ? process->seen << ahead : 0) | 1U;
    process->newest = request;
    return Seen::kNew;
  }
  const std::uint64_t age = process->newest - request;
  if (age >= kWindow || (process->seen >> age & 1U) != 0) return Seen::kRepeated;
  process->seen |= std::uint64_t{1} << age;
  return Seen::kNew;
}

}  // namespace quorate::raft
