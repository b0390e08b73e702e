#include "tests/sim/rocksdb_sim_store.h"

#include <utility>

#include "raft/base/check.h"

namespace quorate::raft::testing {
namespace {

constexpr GroupId kSimulatedGroup{1};
constexpr std::uint64_t kOperationsOfAWrite = 4;  // witness, log: each written and synced
constexpr std::uint64_t kOperationsOfAnOpening = 20;

LastEffect draw_effect(Random& random) {
  constexpr LastEffect kEffects[] = {LastEffect::kNone, LastEffect::kHalf, LastEffect::kAll};
  return kEffects[random.below(std::size(kEffects))];
}

}  // namespace

RocksDbSimStore::RocksDbSimStore(const ReplicaId& replica,
                                 const Membership& first,
                                 Random random,
                                 CrashCounts& counts)
    : identity_{ClusterId{1, 2}, replica.node, replica.incarnation},
      random_(random),
      counts_(counts) {
  FaultDisk disk;  // nothing is really synced: this is quick
  const Status formatted = format_data_dir_on(
      dir_.path("data"), identity_, {kSimulatedGroup, first}, disk.parts(dir_.path("data")).env);
  QUORATE_CHECK(formatted.is_ok());
  QUORATE_CHECK(open(0).is_ok());
}

Status RocksDbSimStore::open(std::uint64_t operation) {
  disk_ = std::make_unique<FaultDisk>();
  if (operation > 0) disk_->stop_at(operation, draw_effect(random_));
  RocksDbLogStoreOptions options;
  options.dir = dir_.path("data");
  options.expected = {identity_.cluster, identity_.node};
  options.memtable_bytes = 256U << 10U;  // log files are preallocated by it
  auto opened = RocksDbLogStoreMaker::open(options, disk_->parts(options.dir));
  if (!opened.is_ok()) return opened.status();
  store_ = *std::move(opened);
  return Status::ok();
}

void RocksDbSimStore::lose_power_sometimes() {
  if (!random_.chance(1, 2)) return;
  ++counts_.power_losses;
  disk_->forget_unsynced();
}

Status RocksDbSimStore::crash(std::span<const PersistBatch> batches) {
  ++counts_.crashes;
  if (!batches.empty()) {
    disk_->stop_at(disk_->operations() + random_.between(1, kOperationsOfAWrite),
                   draw_effect(random_));
    if (!store_->persist(batches).is_ok()) ++counts_.in_a_write;
  }
  store_.reset();
  lose_power_sometimes();
  if (random_.chance(1, 3)) {
    static_cast<void>(open(random_.between(1, kOperationsOfAnOpening)));
    if (disk_->has_stopped()) ++counts_.in_an_open;
    store_.reset();
    lose_power_sometimes();
  }
  return open(0);
}

}  // namespace quorate::raft::testing
