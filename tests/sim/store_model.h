// A small store of single characters as an object whose histories are checked, and the same object
// to be run.
//
// Thread: values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "raft/testing/linearizability.h"

namespace quorate::raft::testing {

struct StoreOperation {
  enum class Kind : std::uint8_t { kPut, kGet, kCas, kMove };
  Kind kind = Kind::kGet;
  char key = 'x';
  char value = ' ';     // put, or cas to
  char expected = ' ';  // cas from; move: the key to which the value goes
  char result = ' ';    // get: what was read; cas and move: 'y' or 'n'
  OperationSpan span;
};

// A state is its keys with their values, sorted: "x1y2". A key that is not there holds ' '.
inline char value_of(std::string_view state, char key) {
  for (std::size_t at = 0; at < state.size(); at += 2) {
    if (state[at] == key) return state[at + 1];
  }
  return ' ';
}

inline std::string with_value(std::string_view state, char key, char value) {
  std::string out;
  for (char at = 'a'; at <= 'z'; ++at) {
    const char held = at == key ? value : value_of(state, at);
    if (held == ' ') continue;
    out += at;
    out += held;
  }
  return out;
}

// The state after it, and the result.
inline std::pair<std::string, char> run_operation(const StoreOperation& operation,
                                                  std::string_view state) {
  const char held = value_of(state, operation.key);
  switch (operation.kind) {
    case StoreOperation::Kind::kPut:
      return {with_value(state, operation.key, operation.value), ' '};
    case StoreOperation::Kind::kGet: return {std::string(state), held};
    case StoreOperation::Kind::kCas:
      if (held != operation.expected) return {std::string(state), 'n'};
      return {with_value(state, operation.key, operation.value), 'y'};
    case StoreOperation::Kind::kMove:
      if (held == ' ') return {std::string(state), 'n'};
      return {with_value(with_value(state, operation.key, ' '), operation.expected, held), 'y'};
  }
  return {};
}

class StoreModel final : public LinearizabilityModel {
 public:
  explicit StoreModel(std::vector<StoreOperation> operations)
      : operations_(std::move(operations)) {}

  [[nodiscard]] std::string initial_state() const override { return {}; }
  [[nodiscard]] std::optional<std::string> apply(std::size_t at,
                                                 std::string_view state) const override {
    const StoreOperation& operation = operations_[at];
    auto [after, result] = run_operation(operation, state);
    const bool open = operation.span.outcome == OperationSpan::Outcome::kUnknown;
    if (!open && result != operation.result) return std::nullopt;
    return after;
  }
  [[nodiscard]] std::vector<std::string> keys(std::size_t at) const override {
    std::vector<std::string> out = {std::string(1, operations_[at].key)};
    if (operations_[at].kind == StoreOperation::Kind::kMove) {
      out.emplace_back(1, operations_[at].expected);
    }
    return out;
  }

  [[nodiscard]] std::vector<OperationSpan> spans() const {
    std::vector<OperationSpan> out;
    for (const StoreOperation& operation : operations_)
      out.push_back(operation.span);
    return out;
  }
  [[nodiscard]] LinearizabilityVerdict check(const LinearizabilityLimits& limits = {}) const {
    return check_linearizable(spans(), *this, limits);
  }

 private:
  std::vector<StoreOperation> operations_;
};

}  // namespace quorate::raft::testing
