#include "raft/core/lease.h"

#include <algorithm>
#include <iterator>

#include "raft/base/check.h"
#include "raft/core/options.h"

namespace quorate::raft {
namespace {

constexpr std::uint64_t kMillion = 1'000'000;

}  // namespace

// A promise of p on a fast clock lasts p / (1 + e) of true time; a slow clock shows of that
// (1 - e) / (1 + e) × p.
std::uint64_t lease_worth(std::uint64_t promised_ns, std::uint32_t clock_drift_ppm) {
  QUORATE_CHECK(promised_ns <= kLeaseNsMax && clock_drift_ppm < kMillion);
  return promised_ns * (kMillion - clock_drift_ppm) / (kMillion + clock_drift_ppm);
}

void Support::on_clock(ClockTime now) {
  if (longest_ns_ == 0) return;
  if (!now_) until_ = now + longest_ns_;
  now_ = now;
}

std::uint64_t Support::promise(std::uint64_t asked_ns) {
  if (!now_) return 0;
  const std::uint64_t promised = std::min(asked_ns, longest_ns_);
  until_ = std::max(until_, *now_ + promised);
  return promised;
}

bool Support::is_bound() const {
  return longest_ns_ > 0 && (!now_ || *now_ < until_);
}

std::uint64_t Support::left_ns() const {
  return now_ && *now_ < until_ ? until_ - *now_ : 0;
}

void Lease::on_sent(std::uint64_t round, ClockTime now, std::uint64_t grain_ns) {
  QUORATE_CHECK(sent_.empty() || (sent_.back().round < round && sent_.back().at <= now));
  if (!sent_.empty() && now - sent_.back().at < grain_ns) return;
  if (sent_.size() == kRoundsMax) sent_.pop_front();
  sent_.push_back({round, now});
}

std::optional<ClockTime> Lease::sent_at(std::uint64_t round) const {
  const auto behind = std::upper_bound(
      sent_.begin(), sent_.end(), round, [](std::uint64_t wanted, const Sent& each) {
        return wanted < each.round;
      });
  if (behind == sent_.begin()) return std::nullopt;
  return std::prev(behind)->at;
}

}  // namespace quorate::raft
