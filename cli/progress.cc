#include "cli/progress.h"

#include <algorithm>
#include <cstdio>
#include <utility>

namespace quorate::cli {

ProgressLine::ProgressLine(std::string action, std::string unit)
    : action_(std::move(action)), unit_(std::move(unit)) {}

void ProgressLine::report(std::uint64_t done, std::uint64_t total) {
  const Clock::time_point now = Clock::now();
  if (now - printed_ < std::chrono::seconds(1)) return;
  printed_ = now;
  const double seconds = std::chrono::duration<double>(now - started_).count();
  std::fprintf(stderr, "%s\n", line(done, total, seconds).c_str());
}

std::string ProgressLine::line(std::uint64_t done, std::uint64_t total, double seconds) const {
  const double rate = static_cast<double>(done) / std::max(seconds, 0.001);
  const std::uint64_t rest = total - std::min(done, total);
  const double left = static_cast<double>(rest) / std::max(rate, 1.0);
  const double percent =
      total == 0 ? 100.0 : 100.0 * static_cast<double>(done) / static_cast<double>(total);
  char text[128];
  std::snprintf(text,
                sizeof text,
                " of %llu %s, %.0f %%, %.0f/s, about %.0f s left",
                static_cast<unsigned long long>(total),
                unit_.c_str(),
                percent,
                rate,
                left);
  return action_ + ": " + std::to_string(done) + text;
}

}  // namespace quorate::cli
