// The history of client operations on an append-only list, and its linearizability check.
//
// Every appended value is unique and every position of the list is known at the end, so the order
// of the appends needs no search: a history is linearizable exactly when no operation that returned
// before another was invoked stands behind it in the list. One pass over the operations sorted by
// time decides it.
// Thread: values. Source: Herlihy and Wing (1990); Elle's list-append model.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "raft/core/types.h"
#include "raft/testing/sim_time.h"

namespace quorate::raft::testing {

using Value = std::uint64_t;  // 0: not a client's (a leader's first entry)

enum class OperationKind : std::uint8_t { kAppend, kRead };
enum class OperationOutcome : std::uint8_t { kPending, kOk, kRejected, kUnknown };

struct Operation {
  OperationKind kind = OperationKind::kAppend;
  std::uint64_t client = 0;
  std::uint64_t node = 0;  // asked
  Value value = 0;         // appended; unique
  SimTime invoked = 0;
  SimTime returned = 0;
  OperationOutcome outcome = OperationOutcome::kPending;
  Index position;  // kOk: where the value stands, or up to where the read saw
};

class History {
 public:
  using Id = std::size_t;

  Id invoke(Operation operation);
  // The first answer counts; later ones change nothing.
  void complete(Id id, OperationOutcome outcome, Index position, SimTime now);
  [[nodiscard]] const std::vector<Operation>& operations() const { return operations_; }
  [[nodiscard]] std::size_t pending() const { return pending_; }

 private:
  std::vector<Operation> operations_;
  std::size_t pending_ = 0;
};

// `list[i]` is the value at index i + 1. The violation found, named by its invariant, or nothing.
[[nodiscard]] std::optional<std::string> check_history(std::span<const Operation> operations,
                                                       std::span<const Value> list);

}  // namespace quorate::raft::testing
