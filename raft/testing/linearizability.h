// Whether a history of concurrent operations could have come from one object that does one
// operation at a time, each at some moment between its invocation and its return.
//
// The object is the embedder's: a model says what an operation does to a state. An operation whose
// outcome is unknown may have taken effect at any moment after its invocation, or never. One that
// was rejected is not part of the history.
//
// The search is that of Wing and Gong with Lowe's memory of configurations (what has taken effect,
// the state). Operations without a key in common are searched apart: linearizability is local. A
// history is not linearizable exactly when one of these parts is not.
//
// Thread: values; no clock, no I/O.
// Source: Herlihy and Wing (1990); Wing and Gong (1993); Lowe, "Testing for linearizability"
// (2017).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace quorate::raft::testing {

// When an operation ran. What it does is the model's business.
struct OperationSpan {
  enum class Outcome : std::uint8_t { kCompleted, kUnknown };

  std::int64_t invoked = 0;
  std::int64_t returned = 0;  // kCompleted: not before `invoked`
  Outcome outcome = Outcome::kCompleted;
  // A guess of the place in the order, e.g. a log index; 0: none. Only speeds the search up: a
  // wrong guess never changes the answer.
  std::uint64_t order_hint = 0;
};

// The object, as a function of states. Operations are named by their position in the history.
class LinearizabilityModel {
 public:
  virtual ~LinearizabilityModel() = default;

  // Equal states must be equal bytes.
  [[nodiscard]] virtual std::string initial_state() const = 0;

  // The state after `operation` in `state`, or nothing when it cannot have the result there that
  // the history gives it. With an unknown outcome every result is possible.
  [[nodiscard]] virtual std::optional<std::string> apply(std::size_t operation,
                                                         std::string_view state) const = 0;

  // What `operation` looks at or changes. Operations that are linked by keys share a state, which
  // begins as initial_state(). The default: all are linked.
  [[nodiscard]] virtual std::vector<std::string> keys(std::size_t operation) const {
    static_cast<void>(operation);
    return {std::string()};
  }
};

struct LinearizabilityLimits {
  std::size_t memory_bytes_max = 1U << 30U;  // of remembered configurations, for one part
  std::uint64_t steps_max = 200'000'000;     // calls of apply(), for one part
};

struct LinearizabilityVerdict {
  enum class Answer : std::uint8_t { kLinearizable, kNotLinearizable, kGaveUp };

  Answer answer = Answer::kLinearizable;

  // With kNotLinearizable, the shortest beginning of a part that has no order: it ends when
  // `impossible` returns; what returned earlier does have an order. What still ran then counts with
  // the result that it got. The window is what ran while `impossible` ran, by invocation, and every
  // unknown operation invoked before its end; `states_before` are all the states in which the
  // window can have begun. From none of them does it have an order.
  std::size_t impossible = 0;
  std::vector<std::size_t> window;
  std::vector<std::string> states_before;  // distinct, sorted

  std::string limit;        // with kGaveUp: which limit was reached
  std::size_t parts = 0;    // that have no key in common
  std::uint64_t steps = 0;  // calls of apply()
};

// kNotLinearizable is also the answer when other parts had to be given up.
[[nodiscard]] LinearizabilityVerdict check_linearizable(std::span<const OperationSpan> history,
                                                        const LinearizabilityModel& model,
                                                        const LinearizabilityLimits& limits = {});

}  // namespace quorate::raft::testing
