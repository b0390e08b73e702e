// The state machine of a simulated replica: a hash over everything that was applied, remembered for
// every index since it was last restored, so that a crash can take it back to any of them.
//
// Its snapshots hold index, hash and some padding, all of which the content must repeat exactly.
// Owner: SimReplica. Thread: one.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "raft/testing/sim_machine.h"

namespace quorate::raft::testing {

class SimState final : public SimMachine {
 public:
  // Snapshots are of up to `padding_max` bytes more than they need.
  explicit SimState(std::uint64_t padding_max) : padding_max_(padding_max) {}

  Index open() override { return applied(); }
  void apply(std::span<const Entry> entries, ApplyResults& results) override;
  Status apply(const Entry& entry) override;
  std::unique_ptr<SnapshotSource> snapshot() override;
  Status restore(const SnapshotMeta& meta, SnapshotSource& content) override;

  [[nodiscard]] Index applied() const override { return {oldest_.value + hashes_.size() - 1}; }
  [[nodiscard]] std::uint64_t hash() const override { return hashes_.back(); }
  [[nodiscard]] Index oldest() const override { return oldest_; }
  void take_back_to(Index index) override;
  void lose() override;

 private:
  [[nodiscard]] std::string content() const;

  std::uint64_t padding_max_;
  Index oldest_;
  std::vector<std::uint64_t> hashes_{0};  // from oldest_ on
};

}  // namespace quorate::raft::testing
