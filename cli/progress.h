// A line on standard error for work that takes longer than a second: rate, remaining, time left.
// Thread: main.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace quorate::cli {

class ProgressLine {
 public:
  // "entries": what is counted.
  ProgressLine(std::string action, std::string unit);

  // Prints at most once a second.
  void report(std::uint64_t done, std::uint64_t total);

  // The text for `seconds` of work.
  [[nodiscard]] std::string line(std::uint64_t done, std::uint64_t total, double seconds) const;

 private:
  using Clock = std::chrono::steady_clock;

  std::string action_;
  std::string unit_;
  Clock::time_point started_ = Clock::now();
  Clock::time_point printed_ = started_;
};

}  // namespace quorate::cli
