#include "tests/raft/storage/log_store_contract.h"

#include <algorithm>
#include <optional>

#include <catch2/catch.hpp>

#include "tests/raft/storage/log_batches.h"

namespace quorate::raft {

namespace {

constexpr std::size_t kUnbounded = SIZE_MAX;

PersistBatch hard_state_batch(std::uint64_t term, std::optional<ReplicaId> vote) {
  PersistBatch batch;
  batch.group = kGroup;
  batch.hard_state = HardState{Term{term}, vote};
  return batch;
}

PersistBatch snapshot_batch(LogId last) {
  PersistBatch batch;
  batch.group = kGroup;
  batch.snapshot = SnapshotMeta{last, contract_membership(), 123, 456};
  return batch;
}

void check_start(LogStore& store) {
  const Result<Recovered> fresh = store.recover(kGroup);
  REQUIRE(fresh.is_ok());
  CHECK(fresh->hard_state == HardState{});
  CHECK(fresh->last == Index{0});
  CHECK(fresh->snapshot.membership == contract_membership());
  CHECK(store.recover(GroupId{99}).status().code() == Code::kNotFound);
  CHECK(store.bootstrap({kGroup, contract_membership()}).code() == Code::kAlreadyExists);
  CHECK(store.read(kGroup, Index{1}, Index{1}, kUnbounded).status().code() == Code::kNotFound);
}

void check_append(LogStoreFixture& fixture) {
  PersistBatch batch = append_batch(1, 100, 3);
  batch.hard_state->voted_for = contract_replica(2);
  persist(fixture.store(), batch);
  fixture.reopen();
  const Result<Recovered> recovered = fixture.store().recover(kGroup);
  REQUIRE(recovered.is_ok());
  CHECK(recovered->hard_state == HardState{Term{3}, contract_replica(2)});
  CHECK(recovered->last == Index{100});
  CHECK(recovered->term_runs == std::vector<TermRun>{{Index{1}, Term{3}}});
  CHECK(read_all(fixture.store()) == batch.entries);
}

void check_read_bounds(LogStore& store) {
  persist(store, append_batch(1, 100, 3));
  const std::size_t entry_bytes = make_entries(1, 1, 3).front().bytes();
  const auto three = store.read(kGroup, Index{50}, Index{90}, 3 * entry_bytes);
  REQUIRE(three.is_ok());
  CHECK(*three == make_entries(50, 52, 3));
  const auto one = store.read(kGroup, Index{64}, Index{65}, 0);
  REQUIRE(one.is_ok());
  CHECK(*one == make_entries(64, 64, 3));
  CHECK(store.read(kGroup, Index{101}, Index{101}, kUnbounded).status().code() == Code::kNotFound);
}

void check_cut(LogStoreFixture& fixture, std::uint64_t cut) {
  persist(fixture.store(), append_batch(1, 100, 3));
  persist(fixture.store(), append_batch(101, 150, 4));
  PersistBatch batch = append_batch(cut, cut + 1, 5);
  batch.truncate_from = Index{cut};
  persist(fixture.store(), batch);
  fixture.reopen();
  std::vector<Entry> expected = make_entries(1, std::min<std::uint64_t>(cut - 1, 100), 3);
  for (const Entry& entry : make_entries(101, cut - 1, 4))
    expected.push_back(entry);
  for (const Entry& entry : batch.entries)
    expected.push_back(entry);
  CHECK(read_all(fixture.store()) == expected);
  CHECK(fixture.store().recover(kGroup)->last == Index{cut + 1});
  CHECK(fixture.store().recover(kGroup)->term_runs.back() == TermRun{Index{cut}, Term{5}});
}

// Two batches of one call: the second cuts what the first appended.
void check_cut_within_call(LogStoreFixture& fixture) {
  std::vector<PersistBatch> batches{append_batch(1, 10, 3), append_batch(6, 7, 4)};
  batches[1].truncate_from = Index{6};
  REQUIRE(fixture.store().persist(batches).is_ok());
  fixture.reopen();
  std::vector<Entry> expected = make_entries(1, 5, 3);
  for (const Entry& entry : make_entries(6, 7, 4))
    expected.push_back(entry);
  CHECK(read_all(fixture.store()) == expected);
}

void check_memberships(LogStoreFixture& fixture) {
  Membership two = contract_membership();
  two.voters.pop_back();
  const auto membership_entry = [&](std::uint64_t index, std::uint64_t term) {
    return make_entry(
        {Term{term}, Index{index}}, EntryKind::kMembership, SharedBytes(encode_membership(two)));
  };
  PersistBatch batch = append_batch(1, 3, 1);
  batch.entries.push_back(membership_entry(4, 1));
  batch.entries.push_back(membership_entry(5, 1));
  persist(fixture.store(), batch);
  PersistBatch cut = append_batch(5, 6, 2);
  cut.truncate_from = Index{5};
  persist(fixture.store(), cut);
  fixture.reopen();
  CHECK(fixture.store().recover(kGroup)->memberships == std::vector<MembershipAt>{{Index{4}, two}});
}

void check_snapshot_keeps_suffix(LogStoreFixture& fixture) {
  persist(fixture.store(), append_batch(1, 80, 3));
  persist(fixture.store(), append_batch(81, 100, 4));
  persist(fixture.store(), snapshot_batch({Term{3}, Index{70}}));
  REQUIRE(fixture.store().compact(kGroup, Index{70}).is_ok());
  fixture.reopen();
  LogStore& store = fixture.store();
  const Result<Recovered> recovered = store.recover(kGroup);
  REQUIRE(recovered.is_ok());
  CHECK(recovered->snapshot.last == LogId{Term{3}, Index{70}});
  CHECK(recovered->snapshot.bytes == 123);
  CHECK(recovered->applied == Index{70});
  CHECK(recovered->last == Index{100});
  CHECK(recovered->term_runs == std::vector<TermRun>{{Index{71}, Term{3}}, {Index{81}, Term{4}}});
  CHECK(read_all(store).size() == 30);
  CHECK(store.read(kGroup, Index{70}, Index{71}, kUnbounded).status().code() == Code::kNotFound);
  CHECK(store.compact(kGroup, Index{71}).code() == Code::kFailedPrecondition);
}

// The log does not hold the snapshot's last entry: all of it goes, in one step (P81).
void check_snapshot_replaces_log(LogStoreFixture& fixture, LogId last) {
  persist(fixture.store(), append_batch(1, 100, 3));
  PersistBatch install = snapshot_batch(last);
  install.hard_state = HardState{Term{9}, std::nullopt};
  install.entries = make_entries(last.index.value + 1, last.index.value + 2, 9);
  persist(fixture.store(), install);
  fixture.reopen();
  LogStore& store = fixture.store();
  CHECK(read_all(store) == install.entries);
  CHECK(store.recover(kGroup)->term_runs == std::vector<TermRun>{{last.index.next(), Term{9}}});
  CHECK(store.read(kGroup, last.index, last.index, kUnbounded).status().code() == Code::kNotFound);
}

void check_refusals(LogStore& store) {
  persist(store, append_batch(1, 10, 3));
  const auto refused = [&](const PersistBatch& batch) {
    const Status status = store.persist(std::vector<PersistBatch>{append_batch(11, 12, 3), batch});
    INFO(to_string(status));
    return status.code() == Code::kInvalidArgument;
  };
  CHECK(refused(append_batch(14, 15, 3)));            // a gap
  CHECK(refused(append_batch(13, 13, 2)));            // terms fall
  CHECK(refused(hard_state_batch(2, std::nullopt)));  // the stored term falls
  PersistBatch cut = append_batch(30, 30, 3);
  cut.truncate_from = Index{30};
  CHECK(refused(cut));  // behind the log's end
  PersistBatch above = append_batch(13, 13, 4);
  above.hard_state.reset();
  CHECK(refused(above));  // an entry above the stored term (P2)
  PersistBatch altered = append_batch(13, 13, 3);
  altered.entries.front().checksum ^= 1U;
  CHECK(refused(altered));
  persist(store, hard_state_batch(4, contract_replica(1)));
  CHECK(refused(hard_state_batch(4, contract_replica(2))));  // a second vote in one term
  // Nothing of the refused calls was written, and the store goes on.
  CHECK(store.recover(kGroup)->last == Index{10});
  persist(store, append_batch(11, 11, 5));
}

void check_sizes(LogStoreFixture& fixture) {
  PersistBatch batch = append_batch(1, 1, 1);
  batch.entries = make_entries(1, 1, 1, 0);
  for (const std::size_t bytes : {std::size_t{1}, std::size_t{8} << 20U, std::size_t{300'000}}) {
    const std::uint64_t next = batch.entries.size() + 1;
    batch.entries.push_back(make_entries(next, next, 1, bytes).front());
  }
  persist(fixture.store(), batch);
  fixture.reopen();
  CHECK((read_all(fixture.store()) == batch.entries));
}

// A log far from 1: indexes are 64 bits wide everywhere.
void check_large_indexes(LogStoreFixture& fixture) {
  constexpr std::uint64_t kFar = (std::uint64_t{1} << 63U) - 10;
  PersistBatch install = snapshot_batch({Term{8}, Index{kFar}});
  install.hard_state = HardState{Term{kFar}, contract_replica(kFar)};
  install.entries = make_entries(kFar + 1, kFar + 200, kFar);
  persist(fixture.store(), install);
  PersistBatch cut = append_batch(kFar + 100, kFar + 101, kFar);
  cut.hard_state.reset();
  cut.truncate_from = Index{kFar + 100};
  persist(fixture.store(), cut);
  fixture.reopen();
  CHECK(fixture.store().recover(kGroup)->last == Index{kFar + 101});
  CHECK(read_all(fixture.store()).size() == 101);
}

void check_groups(LogStoreFixture& fixture) {
  const GroupId other{8};
  REQUIRE(fixture.store().bootstrap({other, contract_membership()}).is_ok());
  PersistBatch second = append_batch(1, 5, 6);
  second.group = other;
  const std::uint64_t before = fixture.store().bytes_written();
  REQUIRE(fixture.store().persist(std::vector{append_batch(1, 3, 2), second}).is_ok());
  CHECK(fixture.store().bytes_written() > before);
  fixture.reopen();
  CHECK(fixture.store().recover(kGroup)->last == Index{3});
  CHECK(fixture.store().recover(other)->last == Index{5});
  CHECK(fixture.store().recover(other)->hard_state.term == Term{6});
}

}  // namespace

void check_log_store_contract(const MakeLogStore& make) {
  const std::unique_ptr<LogStoreFixture> fixture = make();
  SECTION("a bootstrapped group starts empty") {
    check_start(fixture->store());
  }
  SECTION("what was persisted is there after a restart") {
    check_append(*fixture);
  }
  SECTION("a read keeps its bounds") {
    check_read_bounds(fixture->store());
  }
  SECTION("a cut inside a record keeps its head") {
    check_cut(*fixture, 90);
  }
  SECTION("a cut at the log's first entry") {
    check_cut(*fixture, 1);
  }
  SECTION("a cut in a later batch") {
    check_cut(*fixture, 120);
  }
  SECTION("a cut at the start of a record") {
    check_cut(*fixture, 101);
  }
  SECTION("a cut of what the same call appends") {
    check_cut_within_call(*fixture);
  }
  SECTION("memberships follow cuts") {
    check_memberships(*fixture);
  }
  SECTION("a snapshot inside the log keeps the suffix") {
    check_snapshot_keeps_suffix(*fixture);
  }
  SECTION("a snapshot ahead of the log replaces it") {
    check_snapshot_replaces_log(*fixture, {Term{9}, Index{500}});
  }
  SECTION("a snapshot of another history replaces a longer log") {
    check_snapshot_replaces_log(*fixture, {Term{4}, Index{50}});
  }
  SECTION("what does not fit is refused whole") {
    check_refusals(fixture->store());
  }
  SECTION("entries of 0 bytes to 8 MiB") {
    check_sizes(*fixture);
  }
  SECTION("indexes above 2^62") {
    check_large_indexes(*fixture);
  }
  SECTION("groups share one write") {
    check_groups(*fixture);
  }
}

}  // namespace quorate::raft
