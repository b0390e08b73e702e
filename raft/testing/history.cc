#include "raft/testing/history.h"

#include <algorithm>
#include <map>
#include <sstream>

#include "raft/base/check.h"

namespace quorate::raft::testing {
namespace {

std::string describe(const Operation& operation) {
  std::ostringstream out;
  out << (operation.kind == OperationKind::kAppend ? "append " : "read ");
  if (operation.kind == OperationKind::kAppend) out << operation.value << ' ';
  out << "by client " << operation.client << " at n" << operation.node << " in ["
      << operation.invoked << "us, " << operation.returned << "us]";
  if (operation.outcome == OperationOutcome::kOk) out << " at index " << operation.position;
  return out.str();
}

using Positions = std::map<Value, Index>;

// Every value at most once.
std::optional<std::string> find_positions(std::span<const Value> list, Positions& positions) {
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (list[i] == 0) continue;
    const auto [place, is_new] = positions.emplace(list[i], Index{i + 1});
    if (is_new) continue;
    std::ostringstream out;
    out << "R42: value " << list[i] << " was committed twice, at " << place->second << " and "
        << i + 1;
    return out.str();
  }
  return std::nullopt;
}

// Whether each outcome is what the list says.
std::optional<std::string> check_outcome(const Operation& operation, const Positions& positions) {
  if (operation.kind != OperationKind::kAppend) return std::nullopt;
  const auto found = positions.find(operation.value);
  if (operation.outcome == OperationOutcome::kRejected && found != positions.end()) {
    return "R42: a rejected operation is in the log: " + describe(operation);
  }
  if (operation.outcome != OperationOutcome::kOk) return std::nullopt;
  if (found == positions.end()) return "R42: a committed operation is lost: " + describe(operation);
  if (found->second != operation.position) {
    return "R42: a committed operation stands elsewhere: " + describe(operation);
  }
  return std::nullopt;
}

// By index, the latest invocation among the values up to it.
std::vector<SimTime> latest_invocations(std::span<const Operation> operations,
                                        const Positions& positions,
                                        std::size_t length) {
  std::vector<SimTime> latest(length + 1, 0);
  for (const Operation& operation : operations) {
    if (operation.kind != OperationKind::kAppend) continue;
    const auto found = positions.find(operation.value);
    if (found != positions.end()) latest[found->second.value] = operation.invoked;
  }
  for (std::size_t i = 1; i < latest.size(); ++i) {
    latest[i] = std::max(latest[i], latest[i - 1]);
  }
  return latest;
}

}  // namespace

History::Id History::invoke(Operation operation) {
  operations_.push_back(operation);
  ++pending_;
  return operations_.size() - 1;
}

void History::complete(Id id, OperationOutcome outcome, Index position, SimTime now) {
  QUORATE_CHECK(id < operations_.size());
  Operation& operation = operations_[id];
  if (operation.outcome != OperationOutcome::kPending) return;
  operation.outcome = outcome;
  operation.position = position;
  operation.returned = now;
  --pending_;
}

std::optional<std::string> check_history(std::span<const Operation> operations,
                                         std::span<const Value> list) {
  Positions positions;
  if (auto violation = find_positions(list, positions)) return violation;
  std::vector<const Operation*> by_invocation;
  for (const Operation& operation : operations) {
    if (auto violation = check_outcome(operation, positions)) return violation;
    if (operation.outcome != OperationOutcome::kOk) continue;
    if (operation.position.value > list.size()) {
      return "R27: more was read than was ever committed: " + describe(operation);
    }
    by_invocation.push_back(&operation);
  }
  std::vector<const Operation*> by_return = by_invocation;
  const auto invoked = [](const Operation* a, const Operation* b) {
    return a->invoked < b->invoked;
  };
  const auto returned = [](const Operation* a, const Operation* b) {
    return a->returned < b->returned;
  };
  std::stable_sort(by_invocation.begin(), by_invocation.end(), invoked);
  std::stable_sort(by_return.begin(), by_return.end(), returned);

  const std::vector<SimTime> latest = latest_invocations(operations, positions, list.size());
  const Operation* furthest = nullptr;  // of those that had returned by then
  std::size_t next = 0;
  for (const Operation* operation : by_invocation) {
    for (; next < by_return.size() && by_return[next]->returned < operation->invoked; ++next) {
      if (!furthest || by_return[next]->position > furthest->position) furthest = by_return[next];
    }
    const bool is_behind = furthest && (operation->kind == OperationKind::kRead
                                            ? operation->position < furthest->position
                                            : operation->position <= furthest->position);
    if (is_behind) {
      return "R27: " + describe(*operation) + " does not follow " + describe(*furthest);
    }
    if (latest[operation->position.value] > operation->returned) {
      return "R27: saw a value before it was appended: " + describe(*operation);
    }
  }
  return std::nullopt;
}

}  // namespace quorate::raft::testing
