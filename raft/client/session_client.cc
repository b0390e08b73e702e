#include "raft/client/session_client.h"

#include "raft/base/check.h"

namespace quorate::raft {

SessionClient::SessionClient(SessionId session, std::uint32_t window_max)
    : session_(session), window_max_(window_max) {
  QUORATE_CHECK(window_max > 0);
}

std::optional<std::uint64_t> SessionClient::begin() {
  // The window is counted from the smallest open number: that is how the state machine counts.
  const bool full = !open_.empty() && next_ - open_.begin()->first >= window_max_;
  if (lost_ || full) return std::nullopt;
  open_.emplace(next_, Request{});
  return next_++;
}

RequestStamp SessionClient::stamp(std::uint64_t number) {
  const auto request = open_.find(number);
  QUORATE_CHECK(request != open_.end());
  QUORATE_CHECK(!request->second.is_under_way);
  request->second.is_under_way = true;
  return {.session = session_, .number = number, .first_unanswered = open_.begin()->first};
}

std::optional<Ending> SessionClient::on_attempt(std::uint64_t number, Attempt attempt) {
  const auto request = open_.find(number);
  QUORATE_CHECK(request != open_.end());
  QUORATE_CHECK(request->second.is_under_way);
  request->second.is_under_way = false;
  switch (attempt) {
    case Attempt::kAnswered: open_.erase(request); return Ending::kCommitted;
    case Attempt::kRejected: return std::nullopt;
    case Attempt::kUnknown: request->second.is_in_doubt = true; return std::nullopt;
    case Attempt::kUnknownSession: lost_ = true; return give_up(number);
  }
  QUORATE_CHECK(false);
  return std::nullopt;
}

Ending SessionClient::give_up(std::uint64_t number) {
  const auto request = open_.find(number);
  QUORATE_CHECK(request != open_.end());
  const bool open = request->second.is_in_doubt || request->second.is_under_way;
  open_.erase(request);
  return open ? Ending::kUnknown : Ending::kRejected;
}

}  // namespace quorate::raft
