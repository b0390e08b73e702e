#include "tests/raft/storage/log_history.h"

#include <string>
#include <utility>

#include <catch2/catch.hpp>

#include "tests/raft/storage/rocksdb_fixture.h"

namespace quorate::raft {

namespace {

PersistBatch cut_batch(std::uint64_t cut, std::uint64_t last, std::uint64_t term) {
  PersistBatch batch = append_batch(cut, last, term);
  batch.truncate_from = Index{cut};
  return batch;
}

PersistBatch snapshot_batch(std::uint64_t index, std::uint64_t term) {
  PersistBatch batch;
  batch.group = kGroup;
  batch.snapshot = SnapshotMeta{{Term{term}, Index{index}}, contract_membership(), 10, 20};
  return batch;
}

PersistBatch vote_batch(std::uint64_t term, std::uint64_t node) {
  PersistBatch batch;
  batch.group = kGroup;
  batch.hard_state = HardState{Term{term}, contract_replica(node)};
  return batch;
}

}  // namespace

std::vector<PersistBatch> history_batches() {
  std::vector<PersistBatch> batches;
  batches.push_back(append_batch(1, 5, 1));
  batches.push_back(vote_batch(2, 3));
  PersistBatch appended = append_batch(6, 90, 2);
  appended.hard_state.reset();  // no promise but the entries'
  batches.push_back(appended);
  batches.push_back(cut_batch(40, 42, 4));
  PersistBatch membership = append_batch(43, 43, 4);
  membership.entries.push_back(make_entry({Term{4}, Index{44}},
                                          EntryKind::kMembership,
                                          SharedBytes(encode_membership(contract_membership()))));
  batches.push_back(membership);
  batches.push_back(snapshot_batch(30, 2));
  batches.push_back(cut_batch(44, 60, 5));
  PersistBatch install = snapshot_batch(100, 6);
  install.hard_state = HardState{Term{6}, std::nullopt};
  batches.push_back(install);
  batches.push_back(append_batch(101, 130, 6));
  batches.push_back(vote_batch(7, 1));
  for (std::size_t i = 0; i < batches.size(); ++i)
    batches[i].seq = i + 1;
  return batches;
}

DurableState durable_state(LogStore& store) {
  Result<Recovered> recovered = store.recover(kGroup);
  INFO(to_string(recovered.status()));
  REQUIRE(recovered.is_ok());
  return {recovered->hard_state,
          recovered->snapshot.last,
          recovered->last,
          recovered->term_runs,
          recovered->memberships,
          read_all(store)};
}

std::vector<DurableState> history_states(const std::string& dir) {
  format(dir);
  const auto store = opened_store(dir);
  std::vector<DurableState> states{durable_state(*store)};
  for (const PersistBatch& batch : history_batches()) {
    persist(*store, batch);
    states.push_back(durable_state(*store));
  }
  return states;
}

}  // namespace quorate::raft
