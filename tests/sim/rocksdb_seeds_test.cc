// The simulator over the real log store: what RocksDB gives back after each crash in the middle of
// a write or of an opening is what was acknowledged, and the group keeps every invariant on it.
#include <cstdint>
#include <iostream>

#include <catch2/catch.hpp>

#include "raft/base/check.h"
#include "raft/storage/memory_log_store.h"
#include "raft/testing/seed_run.h"
#include "raft/testing/seed_summary.h"
#include "tests/sim/fresh_seed.h"
#include "tests/sim/rocksdb_sim_store.h"

namespace quorate::raft::testing {
namespace {

SimStoreMaker rocksdb_stores(std::uint64_t seed, CrashCounts& counts) {
  return
      [random = Random(seed), &counts](const ReplicaId& replica, const Membership& first) mutable {
        return std::make_unique<RocksDbSimStore>(replica, first, random.split(), counts);
      };
}

TEST_CASE("fresh seeds keep every invariant on RocksDB with crashes in its writes",
          "[sim][rocksdb][crash][P1][P2][P10][P12][D5][D9]") {
  constexpr std::uint64_t kSeeds = 80;
  const std::uint64_t first = fresh_seed();
  std::cout << "repeat with: QUORATE_SIM_SEED=" << first << '\n' << std::flush;
  CrashCounts counts;
  RareStates states;
  for (std::uint64_t seed = first; seed < first + kSeeds; ++seed) {
    const SimVerdict verdict = simulate(
        seed,
        {.lines_kept = 40, .sink = nullptr, .options = {}, .stores = rocksdb_stores(seed, counts)});
    if (!verdict.is_clean()) print_failure(std::cout, verdict, sim_program());
    CHECK(verdict.is_clean());
    states.add(verdict.states);
  }
  std::cout << counts.crashes << " crashes, " << counts.in_a_write << " in a write, "
            << counts.in_an_open << " in an opening, " << counts.power_losses
            << " losses of power\n";
  CHECK(counts.crashes > kSeeds);
  CHECK(counts.in_a_write > 0);
  CHECK(counts.in_an_open > 0);
  CHECK(counts.power_losses > 0);
  CHECK(states.count(RareState::kUnsyncedEntriesSurvived) > 0);
  CHECK(states.count(RareState::kUnsyncedEntriesLost) > 0);
}

struct ForgetfulMemory final : MemoryLogStore {
  bool forgets = false;
  Status persist(std::span<const PersistBatch> batches) override {
    return forgets ? Status::ok() : MemoryLogStore::persist(batches);
  }
};

// A store that after its first crash acknowledges and forgets.
class ForgetfulStore final : public SimStore {
 public:
  ForgetfulStore(const Membership& first, GroupId group) {
    QUORATE_CHECK(memory_.bootstrap({group, first}).is_ok());
  }
  [[nodiscard]] LogStore& store() override { return memory_; }
  Status crash(std::span<const PersistBatch> /*batches*/) override {
    memory_.forgets = true;
    return Status::ok();
  }

 private:
  ForgetfulMemory memory_;
};

TEST_CASE("a store that forgets what it acknowledged is found out", "[sim][rocksdb]") {
  const SimStoreMaker forgetful = [](const ReplicaId&, const Membership& first) {
    return std::make_unique<ForgetfulStore>(first, GroupId{1});
  };
  std::uint64_t found = 0;
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    const SimVerdict verdict =
        simulate(seed, {.lines_kept = 0, .sink = nullptr, .options = {}, .stores = forgetful});
    found += verdict.is_clean() ? 0U : 1U;
  }
  CHECK(found > 0);
}

}  // namespace
}  // namespace quorate::raft::testing
