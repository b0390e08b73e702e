// Two of five voters are left: they become a membership of their own with everything that either
// of them holds, and the three that are lost are strangers to them.
#include "raft/storage/recovery.h"

#include <filesystem>

#include "raft/storage/durable_file.h"
#include "tests/raft/storage/rocksdb_fixture.h"

namespace quorate::raft {

namespace {

namespace fs = std::filesystem;

Identity identity_of(std::uint64_t node) {
  return {ClusterId{1, 2}, NodeId{node}, Incarnation{9, node}};
}

Membership five_voters() {
  Membership membership;
  for (std::uint64_t node = 1; node <= 5; ++node)
    membership.voters.push_back(identity_of(node).replica());
  return membership;
}

RocksDbLogStoreOptions options_of(const std::string& dir) {
  RocksDbLogStoreOptions options;
  options.dir = dir;
  options.memtable_bytes = 1U << 20U;
  return options;
}

struct Survivors {
  // The directory of `node`, whose log holds `batches`.
  std::string add(std::uint64_t node, const std::vector<PersistBatch>& batches) const {
    const std::string dir = temp.path("node-" + std::to_string(node));
    REQUIRE(format_data_dir(dir, identity_of(node), {kGroup, five_voters()}).is_ok());
    auto store = RocksDbLogStore::open(options_of(dir));
    REQUIRE(store.is_ok());
    for (const PersistBatch& batch : batches)
      persist(**store, batch);
    return dir;
  }
  TempDir temp;
};

RecoveryPlan planned(const std::vector<std::string>& dirs) {
  Result<RecoveryPlan> plan = plan_recovery(dirs);
  INFO(to_string(plan.status()));
  REQUIRE(plan.is_ok());
  return *std::move(plan);
}

void apply(const RecoveryPlan& plan, const std::string& dir, const std::string& source) {
  const Result<RecoveryOutcome> outcome = apply_recovery(plan, dir, source);
  INFO(to_string(outcome.status()));
  REQUIRE(outcome.is_ok());
  CHECK(*outcome == RecoveryOutcome::kApplied);
}

// What a server would start from.
Recovered recovered_in(const std::string& dir) {
  auto store = RocksDbLogStore::open(options_of(dir));
  INFO(to_string(store.status()));
  REQUIRE(store.is_ok());
  return *(*store)->recover(kGroup);
}

std::string hash_of(const std::string& dir, std::uint64_t last) {
  return to_string(inspected(dir)->hash(kGroup, Index{1}, Index{last})->value);
}

}  // namespace

TEST_CASE("survivors get the most recent log and become the membership",
          "[raft][storage][recovery][P25][P67][P76]") {
  const Survivors disk;
  const std::string four = disk.add(4, {append_batch(1, 100, 3), append_batch(101, 120, 5)});
  const std::string five = disk.add(5, {append_batch(1, 150, 3)});  // longer, but of older terms
  const RecoveryPlan plan = planned({five, four});
  REQUIRE(plan.groups.size() == 1);
  const RecoveryGroup& group = plan.groups[0];
  CHECK(group.source == identity_of(4).replica());
  CHECK(group.source_last == LogId{Term{5}, Index{120}});
  CHECK(group.entry == LogId{Term{1005}, Index{121}});
  CHECK(group.before == five_voters());
  CHECK(group.logs[1].match == Index{100});
  apply(plan, five, four);
  apply(plan, four, four);
  for (const std::string& dir : {four, five}) {
    const Recovered state = recovered_in(dir);
    CHECK(state.last == Index{121});
    CHECK(state.hard_state == HardState{Term{1005}, std::nullopt});
    REQUIRE(state.memberships.size() == 1);
    CHECK(state.memberships[0].membership.voters ==
          std::vector{identity_of(4).replica(), identity_of(5).replica()});
    CHECK(open_identity(dir, {})->cluster == identity_of(4).cluster);
    CHECK(open_identity(dir, {})->wire_cluster() == plan.fence);
    CHECK(inspected(dir)->verify({}).findings.empty());
  }
  CHECK(hash_of(four, 121) == hash_of(five, 121));
}

TEST_CASE("a plan says what is kept and what may never have been acknowledged",
          "[raft][storage][recovery]") {
  const Survivors disk;
  PersistBatch snapshot;
  snapshot.group = kGroup;
  snapshot.snapshot = SnapshotMeta{{Term{3}, Index{30}}, five_voters()};
  PersistBatch elected;
  elected.group = kGroup;
  elected.hard_state = HardState{Term{8}, identity_of(1).replica()};
  const std::string four = disk.add(4, {append_batch(1, 100, 3), snapshot});
  const std::string five = disk.add(5, {append_batch(1, 90, 3), elected});
  const RecoveryGroup group = planned({four, five}).groups[0];
  CHECK(group.committed == Index{30});
  CHECK(group.seen == Term{8});  // somebody was voted for behind the newest entry that is here
  CHECK(group.entry == LogId{Term{1008}, Index{101}});
}

TEST_CASE("a quorum that is there is not recovered", "[raft][storage][recovery]") {
  const Survivors disk;
  std::vector<std::string> dirs;
  for (std::uint64_t node = 1; node <= 3; ++node)
    dirs.push_back(disk.add(node, {append_batch(1, 10, 3)}));
  const Status status = plan_recovery(dirs).status();
  CHECK(status.code() == Code::kFailedPrecondition);
  CHECK(status.message().find("3 of 5 voters are here") != std::string::npos);
}

TEST_CASE("a directory that changed since the plan is refused and stays as it is",
          "[raft][storage][recovery]") {
  const Survivors disk;
  const std::string four = disk.add(4, {append_batch(1, 100, 3)});
  const RecoveryPlan plan = planned({four});
  persist(**RocksDbLogStore::open(options_of(four)), append_batch(101, 101, 4));
  const Status status = apply_recovery(plan, four, four).status();
  CHECK(status.code() == Code::kFailedPrecondition);
  CHECK(status.message().find("changed since the plan was made") != std::string::npos);
  CHECK(recovered_in(four).last == Index{101});
  CHECK(*open_identity(four, {}) == identity_of(4));
}

TEST_CASE("a directory of another replica is refused by apply", "[raft][storage][recovery][P76]") {
  const Survivors disk;
  const RecoveryPlan plan = planned({disk.add(4, {append_batch(1, 10, 3)})});
  const std::string lost = disk.add(1, {append_batch(1, 10, 3)});
  const Status status = apply_recovery(plan, lost, lost).status();
  CHECK(status.code() == Code::kFailedPrecondition);
  CHECK(status.message().find("is not of the plan") != std::string::npos);
}

TEST_CASE("an apply that was interrupted leaves a directory that nobody opens and is finished",
          "[raft][storage][recovery][P15]") {
  const Survivors disk;
  const std::string four = disk.add(4, {append_batch(1, 100, 3)});
  const RecoveryPlan plan = planned({four});
  const std::string identity = *read_file(four + "/identity");
  const std::string witness = *read_file(four + "/witness");
  apply(plan, four, four);
  const bool is_witness_written = GENERATE(false, true);
  REQUIRE(replace_file(four + "/identity", identity).is_ok());
  if (!is_witness_written) REQUIRE(replace_file(four + "/witness", witness).is_ok());
  CHECK(RocksDbLogStore::open(options_of(four)).status().code() == Code::kCorruption);
  CHECK(*apply_recovery(plan, four, four) == RecoveryOutcome::kFinished);
  CHECK(recovered_in(four).last == Index{101});
  CHECK(*apply_recovery(plan, four, four) == RecoveryOutcome::kAlreadyApplied);
}

TEST_CASE("a damaged directory and one whose log does not lead to the source's are left out",
          "[raft][storage][recovery]") {
  const Survivors disk;
  PersistBatch snapshot;
  snapshot.group = kGroup;
  snapshot.snapshot = SnapshotMeta{{Term{3}, Index{60}}, five_voters()};
  const std::string four = disk.add(4, {append_batch(1, 100, 3), snapshot});
  const std::string five = disk.add(5, {append_batch(1, 50, 3)});
  const std::string three = disk.add(3, {append_batch(1, 50, 3)});
  fs::remove(three + "/witness");
  const RecoveryPlan plan = planned({three, four, five});
  REQUIRE(plan.survivors.size() == 1);
  CHECK(plan.survivors[0].replica == identity_of(4).replica());
  REQUIRE(plan.excluded.size() == 2);
  CHECK(plan.excluded[0].why.find("witness_damaged") != std::string::npos);
  CHECK(plan.excluded[1].why.find("its log ends at 50") == 0);
}

TEST_CASE("more missing entries than may be copied leave a directory out",
          "[raft][storage][recovery]") {
  const Survivors disk;
  const std::string four = disk.add(4, {append_batch(1, 100, 3)});
  const std::string five = disk.add(5, {append_batch(1, 50, 3)});
  const Result<RecoveryPlan> plan = plan_recovery({four, five}, {.copied_bytes_max = 1000});
  REQUIRE(plan.is_ok());
  CHECK(plan->survivors.size() == 1);
  CHECK(plan->excluded[0].why.find("2400 bytes of entries are missing") == 0);
}

TEST_CASE("a recovered directory can be recovered again", "[raft][storage][recovery]") {
  const Survivors disk;
  const std::string four = disk.add(4, {append_batch(1, 100, 3)});
  const std::string five = disk.add(5, {append_batch(1, 100, 3)});
  const RecoveryPlan first = planned({four, five});
  apply(first, four, four);
  CHECK(plan_recovery({four, five}).status().message().find("another recovery") !=
        std::string::npos);
  apply(first, five, four);
  const RecoveryPlan second = planned({five});
  CHECK(second.fence_before == first.fence);
  apply(second, five, five);
  CHECK(recovered_in(five).memberships.back().membership.voters ==
        std::vector{identity_of(5).replica()});
}

TEST_CASE("the text of a plan is read back and a change of it is seen",
          "[raft][storage][recovery]") {
  const Survivors disk;
  const std::string four = disk.add(4, {append_batch(1, 100, 3)});
  const RecoveryPlan plan = planned({four, disk.add(5, {append_batch(1, 90, 3)})});
  const std::string text = encode_recovery_plan(plan);
  const Result<RecoveryPlan> read = decode_recovery_plan(text);
  INFO(text << to_string(read.status()));
  REQUIRE(read.is_ok());
  CHECK(encode_recovery_plan(*read) == text);
  CHECK(read->groups[0].after == plan.groups[0].after);
  CHECK(read->survivors[0].dir == four);
  for (std::size_t at = 0; at < text.size(); ++at) {
    std::string changed = text;
    changed[at] = static_cast<char>(changed[at] ^ 0x01);
    CHECK(!decode_recovery_plan(changed).is_ok());
  }
}

}  // namespace quorate::raft
