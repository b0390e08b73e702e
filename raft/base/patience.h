// Patience: whether it pays to look for work once more before going to sleep.
//
// A credit that grows when looking found work, or when a sleep turned out so short that looking
// would have found it, and shrinks when looking was in vain. An idle thread soon stops looking and
// costs nothing; a busy one hardly ever sleeps.
//
// Owner: one consumer. Thread: that one's.
#pragma once

#include <algorithm>
#include <chrono>

namespace quorate {

class Patience {
 public:
  enum class Found : unsigned char { kWork, kNothing };

  // `budget`: how long one look may last; zero: it never pays.
  explicit Patience(std::chrono::nanoseconds budget) : budget_(budget) {}

  [[nodiscard]] std::chrono::nanoseconds budget() const { return budget_; }
  [[nodiscard]] bool pays() const { return budget_.count() > 0 && credit_ > 0; }

  void on_polled(Found found) {
    credit_ = found == Found::kWork ? std::min(credit_ + 2, kCreditMax) : std::max(credit_ - 1, 0);
  }

  // A sleep that ended with work took this long. Its own cost (falling asleep and being woken)
  // counts twice the budget.
  void on_slept(std::chrono::nanoseconds duration) {
    if (duration <= 3 * budget_) credit_ = std::min(credit_ + 2, kCreditMax);
  }

 private:
  static constexpr int kCreditMax = 16;

  std::chrono::nanoseconds budget_;
  int credit_ = 0;
};

}  // namespace quorate
