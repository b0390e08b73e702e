// `quorate raft verify`, dump, hash-at, identity on a directory that the test makes.
#include "cli/raft_inspect.h"

#include <filesystem>

#include <catch2/catch.hpp>

#include "cli/failure.h"
#include "raft/storage/rocksdb_log_store.h"
#include "tests/cli/captured.h"
#include "tests/raft/storage/temp_dir.h"

namespace quorate::cli {
namespace {

const raft::Identity kOwn{raft::ClusterId{1, 2}, raft::NodeId{1}, raft::Incarnation{3, 4}};

// A formatted directory whose log has a no-op and two entries.
class DataDir {
 public:
  DataDir() {
    REQUIRE(raft::format_data_dir(path(), kOwn, {raft::GroupId{1}, {{kOwn.replica()}, {}, {}, {}}})
                .is_ok());
    raft::RocksDbLogStoreOptions options;
    options.dir = path();
    auto store = raft::RocksDbLogStore::open(options);
    REQUIRE(store.is_ok());
    raft::PersistBatch batch;
    batch.group = raft::GroupId{1};
    batch.hard_state = raft::HardState{raft::Term{4}, kOwn.replica()};
    for (std::uint64_t index = 1; index <= 3; ++index) {
      const auto kind = index == 1 ? raft::EntryKind::kNoop : raft::EntryKind::kNormal;
      raft::SharedBytes data(index == 1 ? std::string() : "v" + std::to_string(index));
      batch.entries.push_back(
          raft::make_entry({raft::Term{4}, raft::Index{index}}, kind, std::move(data)));
    }
    REQUIRE((*store)->persist({&batch, 1}).is_ok());
  }
  [[nodiscard]] std::string path() const { return temp_.path("data"); }
  [[nodiscard]] InspectOptions options() const {
    InspectOptions options;
    options.dir = path();
    return options;
  }

 private:
  raft::TempDir temp_;
};

// Runs `command` and gives its JSON.
template <typename Command>
nlohmann::ordered_json json_of(Command command, const InspectOptions& options, Exit expected) {
  int exit = -1;
  const std::string text = captured([&] { exit = command(options, Format::kJson); });
  INFO(text);
  CHECK(exit == static_cast<int>(expected));
  return nlohmann::ordered_json::parse(text);
}

}  // namespace

TEST_CASE("verify says that a directory is whole and what is in it", "[cli][raft-inspect]") {
  const DataDir dir;
  const auto json = json_of(raft_verify, dir.options(), Exit::kOk);
  CHECK(json["kind"] == "DataDirFindings");
  CHECK(json["whole"] == true);
  CHECK(json["items"].empty());
  CHECK(json["identity"]["node"] == 1);
  CHECK(json["groups"][0]["entries"] == 3);
  CHECK(json["groups"][0]["last"]["index"] == 3);
  CHECK(json["groups"][0]["hardState"]["votedFor"] == "1@AAAAAAAAAAMAAAAAAAAABA");
}

TEST_CASE("verify of a damaged directory exits with 10 and names the damage",
          "[cli][raft-inspect]") {
  const DataDir dir;
  std::filesystem::remove(dir.path() + "/witness");
  const auto json = json_of(raft_verify, dir.options(), Exit::kUnhealthy);
  CHECK(json["whole"] == false);
  REQUIRE(json["items"].size() == 1);
  CHECK(json["items"][0]["kind"] == "witness_damaged");
  CHECK(json["items"][0]["severity"] == "damage");
  CHECK(json["items"][0]["file"] == "witness");
  CHECK(json["items"][0]["index"].is_null());
  const std::string table = captured([&] { raft_verify(dir.options(), Format::kTable); });
  CHECK(table.find("DAMAGED: 1 findings") != std::string::npos);
}

TEST_CASE("dump shows the entries that are asked for and how many more there are",
          "[cli][raft-inspect]") {
  const DataDir dir;
  InspectOptions options = dir.options();
  options.first = 2;
  options.limit = 1;
  options.with_data = true;
  const auto json = json_of(raft_dump, options, Exit::kOk);
  CHECK(json["entriesOmitted"] == 1);
  REQUIRE(json["items"].size() == 1);
  CHECK(json["items"][0]["index"] == 2);
  CHECK(json["items"][0]["kind"] == "normal");
  CHECK(json["items"][0]["data"] == "7632");
  CHECK(json["group"]["termRuns"][0]["term"] == 4);
}

TEST_CASE("hash-at depends on the entries it is over", "[cli][raft-inspect]") {
  const DataDir dir;
  const auto whole = json_of(raft_hash_at, dir.options(), Exit::kOk);
  CHECK(whole["items"][0]["first"] == 1);
  CHECK(whole["items"][0]["last"] == 3);
  InspectOptions options = dir.options();
  options.last = 2;
  CHECK(json_of(raft_hash_at, options, Exit::kOk)["items"][0]["hash"] != whole["items"][0]["hash"]);
  options.last = 9;
  CHECK(raft_hash_at(options, Format::kJson) == static_cast<int>(Exit::kNotFound));
}

TEST_CASE("identity is told also of a directory in use and the rest refuses it",
          "[cli][raft-inspect]") {
  const DataDir dir;
  raft::RocksDbLogStoreOptions store_options;
  store_options.dir = dir.path();
  const auto store = raft::RocksDbLogStore::open(store_options);
  REQUIRE(store.is_ok());
  const auto json = json_of(raft_identity, dir.options(), Exit::kOk);
  CHECK(json["items"][0]["incarnation"] == "AAAAAAAAAAMAAAAAAAAABA");
  for (const auto command : {raft_verify, raft_dump, raft_hash_at}) {
    CHECK(command(dir.options(), Format::kTable) == static_cast<int>(Exit::kPrecondition));
  }
}

TEST_CASE("a directory that is not there is not found", "[cli][raft-inspect]") {
  InspectOptions options;
  options.dir = "/nonexistent/quorate";
  for (const auto command : {raft_verify, raft_dump, raft_hash_at, raft_identity}) {
    CHECK(command(options, Format::kTable) == static_cast<int>(Exit::kNotFound));
  }
}

}  // namespace quorate::cli
