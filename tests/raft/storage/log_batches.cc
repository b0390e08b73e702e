#include "tests/raft/storage/log_batches.h"

#include <string>
#include <utility>

#include <catch2/catch.hpp>

namespace quorate::raft {

Membership contract_membership() {
  Membership membership;
  for (std::uint64_t node = 1; node <= 3; ++node) {
    membership.voters.push_back(contract_replica(node));
  }
  return membership;
}

ReplicaId contract_replica(std::uint64_t node) {
  return {NodeId{node}, Incarnation{node, 17}};
}

std::vector<Entry> make_entries(std::uint64_t first,
                                std::uint64_t last,
                                std::uint64_t term,
                                std::size_t bytes) {
  std::vector<Entry> entries;
  for (std::uint64_t index = first; index <= last; ++index) {
    const std::string text = std::to_string(index) + "/" + std::to_string(term) + " ";
    std::string payload;
    while (payload.size() < bytes)
      payload += text;
    payload.resize(bytes);
    entries.push_back(make_entry(
        {Term{term}, Index{index}}, EntryKind::kNormal, SharedBytes(std::move(payload))));
  }
  return entries;
}

PersistBatch append_batch(std::uint64_t first, std::uint64_t last, std::uint64_t term) {
  PersistBatch batch;
  batch.group = kGroup;
  batch.hard_state = HardState{Term{term}, std::nullopt};
  batch.entries = make_entries(first, last, term);
  return batch;
}

void persist(LogStore& store, const PersistBatch& batch) {
  const Status status = store.persist(std::vector<PersistBatch>{batch});
  INFO(to_string(status));
  REQUIRE(status.is_ok());
}

std::vector<Entry> read_all(LogStore& store) {
  const Result<Recovered> recovered = store.recover(kGroup);
  REQUIRE(recovered.is_ok());
  const Index first = recovered->snapshot.last.index.next();
  if (recovered->last < first) return {};
  Result<std::vector<Entry>> entries = store.read(kGroup, first, recovered->last, SIZE_MAX);
  INFO(to_string(entries.status()));
  REQUIRE(entries.is_ok());
  return *std::move(entries);
}

}  // namespace quorate::raft
