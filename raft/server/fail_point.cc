#include "raft/server/fail_point.h"

#include <atomic>
#include <charconv>
#include <chrono>
#include <cstdlib>
#include <optional>
#include <string>
#include <thread>

#include <signal.h>

namespace quorate::raft {
namespace {

enum class Action : std::uint8_t { kNothing, kCrash, kError, kPause };
constexpr std::uint32_t kPauseMsMax = 60'000;

struct Rule {
  Action action = Action::kNothing;
  std::uint32_t pause_ms = 0;
  std::uint64_t hit = 1;
};
using Rules = std::array<Rule, kFailPoints.size()>;

std::optional<FailPoint> point_of(std::string_view name) {
  for (const FailPoint point : kFailPoints) {
    if (to_string(point) == name) return point;
  }
  return std::nullopt;
}

// A whole number from 1 to `most`.
template <typename Number>
std::optional<Number> number_of(std::string_view text, Number most) {
  Number number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool is_whole = error == std::errc() && end == text.data() + text.size();
  if (!is_whole || number == 0 || number > most) return std::nullopt;
  return number;
}

std::optional<Rule> rule_of(std::string_view text) {
  Rule rule;
  if (const auto at = text.find('@'); at != std::string_view::npos) {
    const auto hit = number_of<std::uint64_t>(text.substr(at + 1), UINT32_MAX);
    if (!hit) return std::nullopt;
    rule.hit = *hit;
    text = text.substr(0, at);
  }
  if (text == "crash") {
    rule.action = Action::kCrash;
  } else if (text == "error") {
    rule.action = Action::kError;
  } else if (text.starts_with("pause:")) {
    const auto pause_ms = number_of(text.substr(6), kPauseMsMax);
    if (!pause_ms) return std::nullopt;
    rule.action = Action::kPause;
    rule.pause_ms = *pause_ms;
  } else {
    return std::nullopt;
  }
  return rule;
}

Status parse(std::string_view spec, Rules& rules) {
  while (!spec.empty()) {
    const std::string_view word = spec.substr(0, spec.find(' '));
    spec.remove_prefix(std::min(spec.size(), word.size() + 1));
    if (word.empty()) continue;
    const std::size_t equals = word.find('=');
    const auto point = point_of(word.substr(0, equals));
    if (!point) {
      std::string known;
      for (const FailPoint each : kFailPoints)
        known.append(" ").append(to_string(each));
      return {Code::kInvalidArgument,
              "fail points: '" + std::string(word) + "' names none of:" + known};
    }
    const auto rule =
        equals == std::string_view::npos ? std::nullopt : rule_of(word.substr(equals + 1));
    if (!rule) {
      return {Code::kInvalidArgument,
              "fail points: '" + std::string(word) +
                  "' is not <point>=crash|error|pause:<1..60000 ms>[@<hit>]"};
    }
    rules[static_cast<std::size_t>(*point)] = *rule;
  }
  return Status::ok();
}

// What is armed, and how often each point was reached since. Armed at the start, by the
// environment, or by a test before the server starts.
class Armed {
 public:
  Status arm(std::string_view spec) {
    Rules rules{};
    QUORATE_TRY(parse(spec, rules));
    is_any_.store(false);
    rules_ = rules;
    for (auto& hits : hits_)
      hits.store(0);
    is_any_.store(!spec.empty());
    return Status::ok();
  }

  Status reach(FailPoint point) {
    if (!is_any_.load(std::memory_order_acquire)) return Status::ok();
    const auto place = static_cast<std::size_t>(point);
    const Rule& rule = rules_.at(place);
    if (rule.action == Action::kNothing || ++hits_.at(place) != rule.hit) return Status::ok();
    switch (rule.action) {
      case Action::kNothing: break;
      case Action::kCrash: static_cast<void>(::raise(SIGKILL)); break;
      case Action::kError: return {Code::kIoError, "fail point " + std::string(to_string(point))};
      case Action::kPause:
        std::this_thread::sleep_for(std::chrono::milliseconds(rule.pause_ms));
        break;
    }
    return Status::ok();
  }

 private:
  std::atomic<bool> is_any_{false};
  Rules rules_{};
  std::array<std::atomic<std::uint64_t>, kFailPoints.size()> hits_{};
};

Armed& armed() {
  static Armed armed;
  return armed;
}

}  // namespace

std::string_view to_string(FailPoint point) {
  switch (point) {
    case FailPoint::kSendBefore: return "send.before";
    case FailPoint::kLogBeforeSync: return "log.before_sync";
    case FailPoint::kLogAfterSync: return "log.after_sync";
    case FailPoint::kLogBeforeCompact: return "log.before_compact";
    case FailPoint::kLogAfterCompact: return "log.after_compact";
    case FailPoint::kApplyBefore: return "apply.before";
    case FailPoint::kApplyAfter: return "apply.after";
    case FailPoint::kMembershipApplied: return "membership.applied";
    case FailPoint::kSnapshotBefore: return "snapshot.before";
    case FailPoint::kSnapshotAfter: return "snapshot.after";
    case FailPoint::kReceiveBefore: return "receive.before";
    case FailPoint::kReceiveAfter: return "receive.after";
    case FailPoint::kRestoreBefore: return "restore.before";
    case FailPoint::kRestoreAfter: return "restore.after";
  }
  return "invalid_fail_point";
}

Status arm_fail_points(std::string_view spec) {
  if constexpr (!kHasFailPoints) {
    return {Code::kUnsupported, "fail points: not in this build"};
  }
  return armed().arm(spec);
}

Status arm_fail_points_by_environment() {
  const char* spec = kHasFailPoints ? std::getenv("QUORATE_FAIL_AT") : nullptr;
  return spec == nullptr ? Status::ok() : arm_fail_points(spec).with_context("QUORATE_FAIL_AT");
}

Status detail::reach_armed(FailPoint point) {
  return armed().reach(point);
}

}  // namespace quorate::raft
