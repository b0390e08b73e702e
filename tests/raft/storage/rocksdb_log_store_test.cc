#include "raft/storage/rocksdb_log_store.h"

#include <catch2/catch.hpp>

#include "tests/raft/storage/rocksdb_fixture.h"

namespace quorate::raft {

TEST_CASE("the RocksDB store keeps the contract of log stores",
          "[raft][storage][P1][P2][P10][P12][P81][P82]") {
  check_log_store_contract([] { return std::make_unique<RocksDbFixture>(); });
}

TEST_CASE("an unclean end loses nothing that was persisted", "[raft][storage][P1][D1]") {
  const TempDir temp;
  format(temp.path("data"));
  auto store = opened_store(temp.path("data"));
  persist(*store, append_batch(1, 100, 3));
  // What the kernel would keep of a killed process: the files as they are now.
  std::filesystem::copy(
      temp.path("data"), temp.path("copy"), std::filesystem::copy_options::recursive);
  CHECK(read_all(*opened_store(temp.path("copy"))) == make_entries(1, 100, 3));
}

TEST_CASE("opening the same directory twice reads the same", "[raft][storage][D11]") {
  const TempDir temp;
  format(temp.path("data"));
  persist(*opened_store(temp.path("data")), append_batch(1, 300, 3));
  const auto verify = [&] { return inspected(temp.path("data"))->verify({}); };
  const Inspection first = verify();
  CHECK(first.findings.empty());
  REQUIRE(first.groups.size() == 1);
  CHECK(first.groups[0].entries == 300);
  CHECK(first.groups[0].payload_bytes == 300 * 16);
  CHECK(first.identity == kIdentity);
  static_cast<void>(opened_store(temp.path("data")));
  CHECK(verify().groups[0].hash.value == first.groups[0].hash.value);
}

TEST_CASE("the number of groups is bounded", "[raft][storage][witness]") {
  const TempDir temp;
  format(temp.path("data"));
  RocksDbLogStoreOptions options = store_options(temp.path("data"));
  options.groups_max = 4;
  auto store = *RocksDbLogStore::open(options);
  for (std::uint64_t group = 101; group < 104; ++group) {
    REQUIRE(store->bootstrap({GroupId{group}, contract_membership()}).is_ok());
  }
  CHECK(store->bootstrap({GroupId{999}, contract_membership()}).code() == Code::kBusy);
  store.reset();
  CHECK(opened_store(temp.path("data"))->groups().size() == 4);
}

}  // namespace quorate::raft
