// The key-value store as an object whose histories are checked. Written apart from the store
// itself, so that a mistake there is not one here.
//
// A state is its keys and values in the order of the keys. Rejected operations and stale reads are
// left out: they promise nothing.
// Thread: values.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "examples/kv/history_line.h"
#include "raft/testing/linearizability.h"

namespace quorate::kv {

class HistoryModel final : public raft::testing::LinearizabilityModel {
 public:
  // `history` must outlive the model.
  explicit HistoryModel(std::span<const HistoryOperation> history);

  // What is checked: positions in the verdict are positions in here.
  [[nodiscard]] const std::vector<const HistoryOperation*>& operations() const {
    return operations_;
  }
  [[nodiscard]] std::vector<raft::testing::OperationSpan> spans() const;

  [[nodiscard]] std::string initial_state() const override { return {}; }
  [[nodiscard]] std::optional<std::string> apply(std::size_t operation,
                                                 std::string_view state) const override;
  [[nodiscard]] std::vector<std::string> keys(std::size_t operation) const override;

 private:
  std::vector<const HistoryOperation*> operations_;
};

// {"key": "value", ...}, for people.
[[nodiscard]] std::string describe_state(std::string_view state);

}  // namespace quorate::kv
