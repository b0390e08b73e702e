#include "raft/core/progress.h"

#include <algorithm>

#include "raft/base/check.h"

namespace quorate::raft {

Progress::Progress(Index leader_last, Limits limits, std::uint64_t requests_before)
    : limits_(limits),
      next_(leader_last.next()),
      requests_before_(requests_before),
      last_request_(requests_before) {
  QUORATE_CHECK(limits_.in_flight_max > 0 && limits_.in_flight_bytes_max > 0);
  check();
}

bool Progress::can_send() const {
  switch (state_) {
    case State::kProbe: return in_flight_.empty();
    case State::kReplicate:
      return in_flight_.size() < limits_.in_flight_max &&
             in_flight_bytes_ < limits_.in_flight_bytes_max;
    case State::kSnapshot: return false;
  }
  return false;
}

std::size_t Progress::bytes_allowed() const {
  QUORATE_CHECK(in_flight_bytes_ <= limits_.in_flight_bytes_max || in_flight_.size() == 1);
  return limits_.in_flight_bytes_max - std::min(in_flight_bytes_, limits_.in_flight_bytes_max);
}

void Progress::on_sent(std::uint64_t request,
                       Index last_sent,
                       std::size_t bytes,
                       std::uint64_t now) {
  QUORATE_CHECK(can_send());
  QUORATE_CHECK(request > last_request_);  // I5
  last_request_ = request;
  QUORATE_CHECK(last_sent.next() >= next_);
  in_flight_.push_back({request, match_, bytes, now});
  in_flight_bytes_ += bytes;
  // A probe's entries may have to be sent again, so next() stays until the peer has agreed.
  if (state_ == State::kReplicate) next_ = last_sent.next();
  check();
}

bool Progress::on_accepted(std::uint64_t request, Index match) {
  if (request <= requests_before_ || request > last_request_) return false;
  if (!trusted_ && !floor_of(request)) return false;
  release_up_to(request);
  match_ = std::max(match_, match);
  next_ = std::max(next_, match_.next());
  if (state_ == State::kProbe && in_flight_.empty()) {
    next_ = match_.next();
    enter(State::kReplicate);
  } else if (state_ == State::kSnapshot) {
    enter(State::kProbe);  // the peer is further than we believed: ask again (P89)
  }
  check();
  return true;
}

std::optional<Index> Progress::floor_of(std::uint64_t request) const {
  const auto sent = std::find_if(in_flight_.begin(), in_flight_.end(), [&](const Sent& each) {
    return each.request == request;
  });
  return sent == in_flight_.end() ? std::nullopt : std::optional(sent->floor);
}

void Progress::on_rejected(Index agreed) {
  // Every round must move, or a peer with strange hints would be asked the same for ever (P61).
  const Index lower = std::max(match_.next(), next_.prev());
  next_ = std::clamp(agreed.next(), match_.next(), lower);
  enter(State::kProbe);
}

void Progress::on_lost() {
  if (state_ == State::kSnapshot) return;
  if (state_ == State::kReplicate) next_ = match_.next();
  enter(State::kProbe);
}

void Progress::on_amnesia(Index durable_last) {
  trusted_ = false;
  match_ = Index{0};
  next_ = std::min(next_, durable_last.next());
  enter(State::kProbe);
}

void Progress::on_compacted() {
  enter(State::kSnapshot);
}

void Progress::on_installed(Index last) {
  if (state_ != State::kSnapshot) return;
  if (trusted_) match_ = std::max(match_, last);
  next_ = std::max(match_, last).next();
  enter(State::kProbe);
}

std::optional<std::uint64_t> Progress::waiting_since() const {
  return in_flight_.empty() ? std::nullopt : std::optional(in_flight_.front().at);
}

void Progress::enter(State state) {
  state_ = state;
  in_flight_.clear();
  in_flight_bytes_ = 0;
  check();
}

void Progress::release_up_to(std::uint64_t request) {
  while (!in_flight_.empty() && in_flight_.front().request <= request) {
    QUORATE_CHECK(in_flight_bytes_ >= in_flight_.front().bytes);
    in_flight_bytes_ -= in_flight_.front().bytes;
    in_flight_.pop_front();
  }
}

void Progress::check() const {
  QUORATE_CHECK(match_ < next_);                                     // I1
  QUORATE_CHECK(state_ != State::kProbe || in_flight_.size() <= 1);  // I2
  QUORATE_CHECK(state_ != State::kSnapshot || in_flight_.empty());   // I2
  QUORATE_CHECK(!in_flight_.empty() || in_flight_bytes_ == 0);       // I4
  QUORATE_CHECK(in_flight_.size() <= limits_.in_flight_max);
}

std::string_view to_string(Progress::State state) {
  switch (state) {
    case Progress::State::kProbe: return "probe";
    case Progress::State::kReplicate: return "replicate";
    case Progress::State::kSnapshot: return "snapshot";
  }
  return "invalid_state";
}

}  // namespace quorate::raft
