// Positions, terms and the durable end of one replica's log.
#include "raft/core/log.h"

#include <catch2/catch.hpp>

#include "tests/raft/core/replica_group.h"

namespace quorate::raft::testing {
namespace {

constexpr std::size_t kNoBound = 1U << 30U;

Log log_with(const std::vector<std::uint64_t>& terms, std::size_t window_bytes_max = kNoBound) {
  return {recovered_with(voters(3), terms, 0), window_bytes_max};
}

PersistBatch fill(Log& log, std::uint64_t seq) {
  PersistBatch batch{.seq = seq};
  log.fill(batch);
  return batch;
}

TEST_CASE("a write that is done out of order neither lowers nor loses the durable end",
          "[raft][log][P7]") {
  Log log = log_with({});
  log.append(entry_of(1, 1));
  REQUIRE(fill(log, 1).entries.size() == 1);
  log.append(entry_of(1, 2));
  REQUIRE(fill(log, 2).entries.size() == 1);
  log.on_persisted(2);
  CHECK(log.persisted() == Index{2});
  log.on_persisted(1);
  CHECK(log.persisted() == Index{2});
}

TEST_CASE("a write of entries that were replaced never makes the new ones durable",
          "[raft][log][P8]") {
  Log log = log_with({1});
  log.append(entry_of(2, 2));
  log.append(entry_of(2, 3));
  REQUIRE(fill(log, 1).entries.size() == 2);
  log.truncate(Index{2});
  log.append(entry_of(3, 2));
  log.append(entry_of(3, 3));
  const PersistBatch second = fill(log, 2);
  CHECK(second.truncate_from == Index{2});
  CHECK(second.entries.size() == 2);
  log.on_persisted(1);
  CHECK(log.persisted() == Index{1});
  log.on_persisted(2);
  CHECK(log.persisted() == Index{3});
}

TEST_CASE("the same entry cut and appended again is durable only by its own write",
          "[raft][log][P8]") {
  Log log = log_with({1});
  log.append(entry_of(2, 2));
  static_cast<void>(fill(log, 1));
  log.truncate(Index{2});
  log.append(entry_of(2, 2));
  static_cast<void>(fill(log, 2));
  log.on_persisted(1);
  CHECK(log.persisted() == Index{1});
}

TEST_CASE("a cut lowers the durable end at once", "[raft][log][P9]") {
  Log log = log_with({1, 1, 1});
  REQUIRE(log.persisted() == Index{3});
  log.truncate(Index{2});
  CHECK(log.persisted() == Index{1});
  CHECK(log.last() == LogId{Term{1}, Index{1}});
}

TEST_CASE("entries that the store never saw are cut without telling it", "[raft][log][P10]") {
  Log log = log_with({1});
  log.append(entry_of(2, 2));
  log.truncate(Index{2});
  CHECK_FALSE(log.has_unwritten());
}

TEST_CASE("a cut and what replaces it are one batch", "[raft][log][P10]") {
  Log log = log_with({1, 1, 1});
  log.truncate(Index{3});
  log.truncate(Index{2});
  log.append(entry_of(4, 2));
  const PersistBatch batch = fill(log, 1);
  CHECK(batch.truncate_from == Index{2});
  REQUIRE(batch.entries.size() == 1);
  CHECK(batch.entries.front().id == LogId{Term{4}, Index{2}});
}

TEST_CASE("the batch that makes an index durable is known", "[raft][log]") {
  Log log = log_with({1});
  CHECK(log.seq_covering(Index{1}, 5) == 0);
  log.append(entry_of(1, 2));
  static_cast<void>(fill(log, 5));
  log.append(entry_of(1, 3));
  CHECK(log.seq_covering(Index{2}, 6) == 5);
  CHECK(log.seq_covering(Index{3}, 6) == 6);
}

TEST_CASE("a compacted index has no term and the snapshot's own has one", "[raft][log][P53][P25]") {
  Recovered recovered;
  recovered.hard_state.term = Term{4};
  recovered.snapshot.last = {Term{4}, Index{10}};
  recovered.snapshot.membership = voters(3);
  recovered.last = recovered.applied = Index{10};
  const Log log(recovered, kNoBound);
  CHECK_FALSE(log.term_at(Index{9}).has_value());
  CHECK(log.term_at(Index{10}) == Term{4});
  CHECK_FALSE(log.term_at(Index{11}).has_value());
  CHECK(log.last() == LogId{Term{4}, Index{10}});
}

TEST_CASE("the effective membership follows the log in both directions", "[raft][log][P67]") {
  Log log = log_with({1});
  log.append(make_entry(
      {Term{1}, Index{2}}, EntryKind::kMembership, SharedBytes(encode_membership(voters(5)))));
  CHECK(log.membership() == voters(5));
  log.truncate(Index{2});
  CHECK(log.membership() == voters(3));
}

TEST_CASE("only what is committed and durable is applied one range at a time", "[raft][log]") {
  Log log = log_with({});
  for (std::uint64_t index = 1; index <= 4; ++index)
    log.append(entry_of(1, index));
  static_cast<void>(fill(log, 1));
  log.commit_to(Index{3});
  CHECK(log.next_apply(kNoBound, 100).empty());
  log.on_persisted(1);
  const ApplyRange first = log.next_apply(/*bytes_max=*/1, 100);
  CHECK(first.first == Index{1});
  CHECK(first.last == Index{1});
  CHECK_FALSE(log.has_apply());
  log.on_applied(Index{1});
  const ApplyRange second = log.next_apply(kNoBound, 100);
  CHECK(second.entries.size() == 2);
  CHECK(second.last == Index{3});
}

TEST_CASE("a range that has left memory is named without its entries", "[raft][log]") {
  Log log = log_with({1, 1, 1});
  log.append(entry_of(1, 4));
  static_cast<void>(fill(log, 1));
  log.on_persisted(1);
  log.commit_to(Index{4});
  const ApplyRange range = log.next_apply(kNoBound, 100);
  CHECK(range.first == Index{1});
  CHECK(range.last == Index{3});
  CHECK(range.entries.empty());
}

TEST_CASE("the window gives up applied entries first and unwritten ones never", "[raft][log]") {
  const std::size_t two_entries = 2 * entry_of(1, 1).bytes();
  Log log = log_with({}, two_entries);
  for (std::uint64_t index = 1; index <= 8; ++index)
    log.append(entry_of(1, index));
  CHECK(log.window().first() == Index{1});
  static_cast<void>(fill(log, 1));
  log.on_persisted(1);
  // Not applied: up to twice the budget may stay.
  CHECK(log.window().bytes() <= 2 * two_entries + entry_of(1, 1).bytes());
  CHECK(log.window().first() > Index{1});
  log.commit_to(Index{8});
  while (log.has_apply())
    log.on_applied(log.next_apply(kNoBound, 100).last);
  CHECK(log.window().first() == Index{7});
}

TEST_CASE("a recovered state out of order is refused by name", "[raft][log][P12]") {
  Recovered recovered = recovered_with(voters(3), {1, 1, 2}, 2);
  CHECK(validate(recovered).is_ok());
  recovered.applied = Index{4};
  CHECK(validate(recovered).message() == "recovered state: applied is beyond the log at index 4");
  recovered = recovered_with(voters(3), {1, 1, 2}, 2);
  recovered.hard_state.term = Term{1};
  CHECK(validate(recovered).code() == Code::kCorruption);
  recovered = recovered_with(voters(3), {1, 1, 2}, 2);
  recovered.term_runs[1].term = Term{1};
  CHECK(validate(recovered).message() == "term runs: the term falls at index 3");
  recovered = recovered_with(voters(3), {1, 1, 2}, 2);
  recovered.term_runs.front().first = Index{2};
  CHECK(validate(recovered).message() == "term runs: a gap at index 2");
  recovered.snapshot.last = {Term{9}, Index{7}};
  CHECK(validate(recovered).code() == Code::kCorruption);
}

TEST_CASE("the newest entry not above a bound is found in both logs", "[raft][log][P61]") {
  const Log log = log_with({1, 1, 4, 4, 6});
  const TermRuns& terms = log.terms();
  const auto at_most = [&](std::uint64_t term, std::uint64_t index) {
    return *terms.last_at_most({Term{term}, Index{index}});
  };
  CHECK(at_most(6, 9) == LogId{Term{6}, Index{5}});
  CHECK(at_most(5, 9) == LogId{Term{4}, Index{4}});
  CHECK(at_most(4, 3) == LogId{Term{4}, Index{3}});
  CHECK(at_most(3, 4) == LogId{Term{1}, Index{2}});
  CHECK(at_most(0, 4) == LogId{});
}

TEST_CASE("the membership in force at an index is that of the newest entry up to there",
          "[raft][log][P67][P68]") {
  Log log = log_with({1, 1});
  const auto append = [&](std::uint64_t index, const Membership& membership) {
    log.append(make_entry({Term{1}, Index{index}},
                          EntryKind::kMembership,
                          SharedBytes(encode_membership(membership))));
  };
  append(3, voters(4));
  log.append(entry_of(1, 4));
  append(5, voters(5));
  CHECK(log.membership() == voters(5));
  CHECK(log.membership_at(Index{0}) == voters(3));
  CHECK(log.membership_at(Index{2}) == voters(3));
  // Also while a later one is under way.
  CHECK(log.membership_at(Index{3}) == voters(4));
  CHECK(log.membership_at(Index{4}) == voters(4));
  CHECK(log.membership_at(Index{5}) == voters(5));
  log.truncate(Index{5});
  CHECK(log.membership() == voters(4));
  log.truncate(Index{3});
  CHECK(log.membership() == voters(3));
  CHECK(log.membership_index() == Index{0});
}

TEST_CASE("a membership keeps the index of its entry when that is compacted",
          "[raft][log][P67][P68]") {
  Log log = log_with({1, 1});
  log.append(make_entry(
      {Term{1}, Index{3}}, EntryKind::kMembership, SharedBytes(encode_membership(voters(4)))));
  for (std::uint64_t index = 4; index <= 6; ++index)
    log.append(entry_of(1, index));
  PersistBatch all{.seq = 1};
  log.fill(all);
  log.on_persisted(1);
  log.commit_to(Index{6});
  while (log.has_apply())
    log.on_applied(log.next_apply(kNoBound, 100).last);
  log.compact(Index{5});
  CHECK(log.membership_index() == Index{3});
  CHECK(log.membership_at(Index{5}) == voters(4));
  PersistBatch base{.seq = 2};
  log.fill(base);
  REQUIRE(base.snapshot.has_value());
  CHECK(base.snapshot->last.index == Index{5});
  CHECK(base.snapshot->membership == voters(4));
}

}  // namespace
}  // namespace quorate::raft::testing
