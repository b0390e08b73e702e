#include "controller/control/decision.h"

#include <utility>

namespace quorate::controller {

void Trace::add(std::string rule, std::string text) {
  if (steps_.size() >= kStepsMax) {
    ++left_out_;
    return;
  }
  steps_.push_back({std::move(rule), std::move(text)});
}

std::string Trace::text() const {
  std::string all;
  for (const TraceStep& step : steps_)
    all += step.rule + ": " + step.text + "\n";
  if (left_out_ > 0) all += "and " + std::to_string(left_out_) + " more steps\n";
  return all;
}

}  // namespace quorate::controller
