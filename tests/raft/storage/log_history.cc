#include "tests/raft/storage/log_history.h"

#include <map>
#include <string>
#include <utility>

#include <catch2/catch.hpp>

#include "raft/base/random.h"
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

// Goes on from a log that ends with `last`, all of its entries from `last - 29` on of term 6.
class LongHistory {
 public:
  LongHistory(std::uint64_t last, std::uint64_t term) : term_(term) {
    for (std::uint64_t index = last - 29; index <= last; ++index)
      terms_[index] = 6;
  }

  PersistBatch next() {
    const std::uint64_t drawn = random_.below(20);
    if (drawn < 11) return append(terms_.rbegin()->first + 1);
    if (drawn < 14) return vote();
    if (drawn < 17) return cut();
    return drawn < 19 ? snapshot() : install();
  }

 private:
  PersistBatch append(std::uint64_t first) {
    const std::uint64_t last = first + random_.below(6);
    PersistBatch batch = append_batch(first, last, term_);
    batch.hard_state.reset();  // no promise but the entries'
    terms_.erase(terms_.lower_bound(first), terms_.end());
    for (std::uint64_t index = first; index <= last; ++index)
      terms_[index] = term_;
    return batch;
  }
  PersistBatch vote() { return vote_batch(++term_, 1 + random_.below(3)); }
  PersistBatch cut() {
    if (terms_.size() < 2) return vote();
    const std::uint64_t from = random_.between(terms_.begin()->first + 1, terms_.rbegin()->first);
    const HardState next{Term{++term_}, std::nullopt};
    PersistBatch batch = append(from);
    batch.truncate_from = Index{from};
    batch.hard_state = next;
    return batch;
  }
  // The first known entry is that of the log's base.
  PersistBatch snapshot() {
    const auto at = terms_.find(random_.between(terms_.begin()->first, terms_.rbegin()->first));
    PersistBatch batch = snapshot_batch(at->first, at->second);
    terms_.erase(terms_.begin(), at);
    return batch;
  }
  PersistBatch install() {
    const std::uint64_t index = terms_.rbegin()->first + random_.between(1, 9);
    PersistBatch batch = snapshot_batch(index, ++term_);
    batch.hard_state = HardState{Term{term_}, std::nullopt};
    terms_ = {{index, term_}};
    return batch;
  }

  Random random_{1};
  std::uint64_t term_;
  std::map<std::uint64_t, std::uint64_t> terms_;  // of entries, and of the base, by index
};

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
  LongHistory more(130, 7);
  while (batches.size() < 190)
    batches.push_back(more.next());
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
