#include "raft/storage/memory_log_store.h"

#include <array>
#include <memory>
#include <string>
#include <utility>

#include <catch2/catch.hpp>

#include "tests/raft/storage/log_batches.h"
#include "tests/raft/storage/log_store_contract.h"

namespace quorate::raft {
namespace {

ReplicaId replica(std::uint64_t node) {
  return {NodeId{node}, Incarnation{7, node}};
}

Entry entry(std::uint64_t term, std::uint64_t index, std::string data = "x") {
  return make_entry({Term{term}, Index{index}}, EntryKind::kNormal, SharedBytes(std::move(data)));
}

PersistBatch batch(std::vector<Entry> entries) {
  return {.seq = 1,
          .group = kGroup,
          .hard_state = HardState{Term{3}, std::nullopt},
          .entries = std::move(entries)};
}

Status persist(MemoryLogStore& store, const PersistBatch& one) {
  return store.persist(std::span(&one, 1));
}

// Opening again is nothing: the memory is the disk.
class MemoryFixture : public LogStoreFixture {
 public:
  MemoryFixture() { CHECK(store_.bootstrap({kGroup, contract_membership()}).is_ok()); }
  LogStore& store() override { return store_; }
  void reopen() override {}

 private:
  MemoryLogStore store_;
};

TEST_CASE("the memory store keeps the contract of log stores", "[storage][memory][P1][P17]") {
  check_log_store_contract([] { return std::make_unique<MemoryFixture>(); });
}

// A store with one group of one voter.
struct Formatted {
  Formatted() { CHECK(store.bootstrap({kGroup, {.voters = {replica(1)}}}).is_ok()); }
  MemoryLogStore store;
};

TEST_CASE_METHOD(Formatted, "what was persisted is recovered as term runs", "[storage][memory]") {
  PersistBatch first = batch({entry(1, 1), entry(1, 2), entry(3, 3)});
  first.hard_state = HardState{Term{3}, replica(1)};
  REQUIRE(persist(store, first).is_ok());
  const auto recovered = store.recover(kGroup);
  REQUIRE(recovered.is_ok());
  CHECK(recovered->hard_state == HardState{Term{3}, replica(1)});
  CHECK(recovered->last == Index{3});
  CHECK(recovered->term_runs == std::vector<TermRun>{{Index{1}, Term{1}}, {Index{3}, Term{3}}});
  CHECK(recovered->snapshot.membership.voters == std::vector<ReplicaId>{replica(1)});
}

TEST_CASE_METHOD(Formatted, "a cut and its new entries replace the old end", "[storage][memory]") {
  REQUIRE(persist(store, batch({entry(1, 1), entry(1, 2), entry(1, 3)})).is_ok());
  PersistBatch cut = batch({entry(2, 2, "new")});
  cut.truncate_from = Index{2};
  REQUIRE(persist(store, cut).is_ok());
  const auto read = store.read(kGroup, Index{1}, Index{9}, 1000);
  REQUIRE(read.is_ok());
  REQUIRE(read->size() == 2);
  CHECK(read->back() == entry(2, 2, "new"));
}

TEST_CASE_METHOD(Formatted, "a gap refuses every batch of the call", "[storage][memory][P1]") {
  const std::array batches{batch({entry(1, 1)}), batch({entry(1, 3)})};
  CHECK(store.persist(batches).code() == Code::kInvalidArgument);
  CHECK(store.recover(kGroup)->last == Index{0});
}

TEST_CASE_METHOD(Formatted, "an entry that does not verify is refused", "[storage][memory]") {
  Entry broken = entry(1, 1);
  broken.checksum ^= 1U;
  CHECK(persist(store, batch({broken})).code() == Code::kInvalidArgument);
}

TEST_CASE_METHOD(Formatted,
                 "a read gives at least one entry within its bounds",
                 "[storage][memory]") {
  REQUIRE(persist(store, batch({entry(1, 1), entry(1, 2), entry(1, 3)})).is_ok());
  CHECK(store.read(kGroup, Index{1}, Index{3}, 1)->size() == 1);
  CHECK(store.read(kGroup, Index{2}, Index{3}, 1000)->size() == 2);
  CHECK(store.read(kGroup, Index{4}, Index{4}, 1000).status().code() == Code::kNotFound);
}

TEST_CASE_METHOD(Formatted,
                 "only what a snapshot covers can be compacted",
                 "[storage][memory][P17]") {
  REQUIRE(persist(store, batch({entry(1, 1), entry(1, 2), entry(1, 3)})).is_ok());
  CHECK(store.compact(kGroup, Index{2}).code() == Code::kFailedPrecondition);
  PersistBatch snapshot = batch({});
  snapshot.snapshot =
      SnapshotMeta{.last = {Term{1}, Index{2}}, .membership = {.voters = {replica(1)}}};
  REQUIRE(persist(store, snapshot).is_ok());
  CHECK(store.compact(kGroup, Index{2}).is_ok());
  CHECK(store.read(kGroup, Index{2}, Index{2}, 10).status().code() == Code::kNotFound);
  CHECK(store.recover(kGroup)->term_runs == std::vector<TermRun>{{Index{3}, Term{1}}});
}

TEST_CASE_METHOD(Formatted,
                 "a group is made once and unknown groups are not found",
                 "[storage][memory]") {
  CHECK(store.bootstrap({kGroup, {.voters = {replica(1)}}}).code() == Code::kAlreadyExists);
  CHECK(store.recover(GroupId{2}).status().code() == Code::kNotFound);
}

TEST_CASE_METHOD(Formatted, "membership entries come back with their index", "[storage][memory]") {
  const Membership membership{.voters = {replica(1), replica(2)}};
  const Entry change = make_entry(
      {Term{1}, Index{1}}, EntryKind::kMembership, SharedBytes(encode_membership(membership)));
  REQUIRE(persist(store, batch({change})).is_ok());
  CHECK(store.recover(kGroup)->memberships == std::vector<MembershipAt>{{Index{1}, membership}});
}

}  // namespace
}  // namespace quorate::raft
