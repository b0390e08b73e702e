#include "raft/storage/identity.h"

#include <filesystem>
#include <fstream>

#include <catch2/catch.hpp>
#include <unistd.h>

#include "raft/base/crc32c.h"
#include "tests/raft/storage/rocksdb_fixture.h"

namespace quorate::raft {

namespace {

namespace fs = std::filesystem;

bool contains(const Status& status, const std::string& text) {
  INFO(to_string(status));
  CHECK(status.message().find(text) != std::string::npos);
  return status.message().find(text) != std::string::npos;
}

std::string with_checksum(std::string body) {
  char checksum[32];
  std::snprintf(checksum, sizeof(checksum), "checksum=%08x\n", crc32c(body));
  return body + checksum;
}

}  // namespace

TEST_CASE("a formatted directory knows whose it is", "[raft][storage][identity]") {
  const TempDir temp;
  format(temp.path("data"));
  const Result<Identity> identity = open_identity(temp.path("data"), {});
  REQUIRE(identity.is_ok());
  CHECK(*identity == kIdentity);
  CHECK((fs::status(temp.path("data")).permissions() & fs::perms::others_all) == fs::perms::none);
  CHECK(opened_store(temp.path("data"))->identity() == kIdentity);
}

TEST_CASE("the identity survives its text and nothing else does", "[raft][storage][identity]") {
  const std::string text = encode_identity(kIdentity);
  CHECK(*decode_identity(text) == kIdentity);
  CHECK(text.ends_with("checksum=c010895e\n"));  // the example of docs/storage-format.md
  for (std::size_t at = 0; at < text.size(); ++at) {
    std::string changed = text;
    changed[at] = static_cast<char>(changed[at] ^ 1);
    CHECK_FALSE(decode_identity(changed).is_ok());
    CHECK_FALSE(decode_identity(text.substr(0, at)).is_ok());
  }
  CHECK_FALSE(decode_identity(text + "\n").is_ok());
}

TEST_CASE("a directory that holds anything is not formatted",
          "[raft][storage][identity][G04][G05]") {
  const TempDir temp;
  const Bootstrap group{kGroup, contract_membership()};
  format(temp.path("data"));
  const Status again = format_data_dir(temp.path("data"), kIdentity, group);
  CHECK(again.code() == Code::kAlreadyExists);
  CHECK(contains(again, "already formatted for node 1 of cluster"));
  fs::create_directory(temp.path("other"));
  std::ofstream(temp.path("other/notes.txt")) << "x";
  const Status other = format_data_dir(temp.path("other"), kIdentity, group);
  CHECK(other.code() == Code::kAlreadyExists);
  CHECK(contains(other, "notes.txt"));
  CHECK(fs::file_size(temp.path("other/notes.txt")) == 1);
  CHECK_FALSE(fs::exists(temp.path("other/LOCK")));
}

TEST_CASE("what cannot be an identity or a group is not formatted", "[raft][storage][identity]") {
  const TempDir temp;
  Identity nobody = kIdentity;
  nobody.incarnation = {};
  const Bootstrap group{kGroup, contract_membership()};
  CHECK(format_data_dir(temp.path("a"), nobody, group).code() == Code::kInvalidArgument);
  Bootstrap twice = group;
  twice.membership.voters.push_back(twice.membership.voters.front());
  CHECK(format_data_dir(temp.path("a"), kIdentity, twice).code() == Code::kInvalidArgument);
  CHECK_FALSE(fs::exists(temp.path("a")));
}

TEST_CASE("a directory is formatted blank for a replica that joins a running group",
          "[raft][storage][identity][P79]") {
  const TempDir temp;
  REQUIRE(format_data_dir(temp.path("a"), kIdentity, {kGroup, {}}).is_ok());
  const auto store = open_store(temp.path("a"));
  REQUIRE(store.is_ok());
  const Result<Recovered> recovered = (*store)->recover(kGroup);
  REQUIRE(recovered.is_ok());
  CHECK(recovered->snapshot.membership == Membership{});
  CHECK(recovered->last == Index{0});
}

TEST_CASE("a missing or wiped directory is not taken for a fresh replica",
          "[raft][storage][identity][P15][D21]") {
  const TempDir temp;
  CHECK(open_store(temp.path("absent")).status().code() == Code::kNotFound);
  format(temp.path("data"));
  for (const auto& item : fs::directory_iterator(temp.path("data")))
    fs::remove_all(item.path());
  const Status wiped = open_store(temp.path("data")).status();
  CHECK(wiped.code() == Code::kNotFound);
  CHECK(contains(wiped, "never formatted, or wiped"));
}

TEST_CASE("a part that is missing is named", "[raft][storage][identity][P15][D16][G05]") {
  const TempDir temp;
  const auto without = [&](const std::string& name) {
    fs::remove_all(temp.path("data"));
    format(temp.path("data"));
    fs::remove_all(temp.path("data/" + name));
    return open_store(temp.path("data")).status();
  };
  CHECK(contains(without("raft-log"), "no whole database"));
  CHECK(contains(without("witness"), "no witness"));
  const Status no_identity = without("identity");
  CHECK(no_identity.code() == Code::kFailedPrecondition);
  CHECK(contains(no_identity, "has no identity but holds raft-log, witness"));
}

TEST_CASE("another node's and another cluster's directory are refused",
          "[raft][storage][identity][D22][D23]") {
  const TempDir temp;
  format(temp.path("data"));
  RocksDbLogStoreOptions options = store_options(temp.path("data"));
  options.expected.node = NodeId{2};
  const Status node = RocksDbLogStore::open(options).status();
  CHECK(node.code() == Code::kFailedPrecondition);
  CHECK(contains(node, "belongs to node 1, not to node 2"));
  options = store_options(temp.path("data"));
  options.expected.cluster = ClusterId{7, 7};
  const Status cluster = RocksDbLogStore::open(options).status();
  CHECK(cluster.code() == Code::kFailedPrecondition);
  CHECK(contains(cluster, "belongs to cluster " + to_string(kIdentity.cluster)));
}

TEST_CASE("a newer format is told from damage", "[raft][storage][identity][G06]") {
  const std::string newer = with_checksum("#\nformat=3\nshards=8\n");
  CHECK(decode_identity(newer).status().code() == Code::kUnsupported);
  CHECK(decode_identity(with_checksum("#\nformat=1\n")).status().code() == Code::kCorruption);
}

TEST_CASE("a directory is opened once at a time and the holder is named",
          "[raft][storage][identity][G14]") {
  const TempDir temp;
  format(temp.path("data"));
  auto store = opened_store(temp.path("data"));
  const Status second = open_store(temp.path("data")).status();
  CHECK(second.code() == Code::kFailedPrecondition);
  CHECK(contains(second, "in use by another process (process " + std::to_string(::getpid())));
  const Status formatted =
      format_data_dir(temp.path("data"), kIdentity, {kGroup, contract_membership()});
  CHECK(formatted.code() == Code::kAlreadyExists);
  persist(*store, append_batch(1, 2, 1));
  store.reset();
  CHECK(open_store(temp.path("data")).is_ok());
}

TEST_CASE("drawn ids differ", "[raft][storage][identity]") {
  CHECK(draw_uuid() != draw_uuid());
  CHECK_FALSE(draw_uuid().is_none());
}

}  // namespace quorate::raft
