#include "broker-stub/log/log_directory.h"

#include "tests/broker-stub/log/log_scratch.h"

namespace quorate::broker {
namespace {

kafka::Uuid id_of(std::uint8_t number) {
  kafka::Uuid id;
  id.bytes.fill(number);
  return id;
}

const DirectoryIdentity kOurs{.cluster_id = "AAAAAAAAAAAAAAAAAAAAAQ", .node_id = 4};

Result<LogDirectory> open(const std::filesystem::path& path,
                          const DirectoryIdentity& identity = kOurs) {
  return LogDirectory::open(path, identity, id_of(9));
}

TEST_CASE("a topic id reads back from its text", "[log][log_directory]") {
  const kafka::Uuid id{{0, 1, 2, 3, 250, 251, 252, 253, 7, 8, 9, 10, 128, 127, 64, 63}};
  CHECK(uuid_from_text(to_text(id)) == id);
  CHECK(to_text(id).size() == 22);
  CHECK_FALSE(uuid_from_text("short"));
  CHECK_FALSE(uuid_from_text("AAAAAAAAAAAAAAAAAAAA/Q"));
}

TEST_CASE("a directory keeps its id and refuses another node or cluster",
          "[log][log_directory][D22][D23]") {
  const ScratchDirectory scratch;
  const std::filesystem::path path = scratch.path() / "data";
  CHECK(open(path)->directory_id() == id_of(9));
  CHECK(LogDirectory::open(path, kOurs, id_of(1))->directory_id() == id_of(9));
  const auto other_node = open(path, {.cluster_id = kOurs.cluster_id, .node_id = 5});
  CHECK(other_node.status().code() == Code::kFailedPrecondition);
  CHECK_THAT(other_node.status().message(), Catch::Contains("node 4"));
  const auto other_cluster = open(path, {.cluster_id = "BAAAAAAAAAAAAAAAAAAAAQ", .node_id = 4});
  CHECK(other_cluster.status().code() == Code::kFailedPrecondition);
}

TEST_CASE("a directory in use is refused", "[log][log_directory][G14]") {
  const ScratchDirectory scratch;
  const auto first = open(scratch.path());
  REQUIRE(first.is_ok());
  CHECK(open(scratch.path()).status().code() == Code::kBusy);
}

TEST_CASE("a directory with files but no identity is refused and left as it is",
          "[log][log_directory][G05]") {
  const ScratchDirectory scratch;
  put_bytes(scratch.path() / "precious", "data");
  CHECK(open(scratch.path()).status().code() == Code::kFailedPrecondition);
  CHECK_FALSE(std::filesystem::exists(scratch.path() / "meta.properties"));
  CHECK(bytes_of(scratch.path() / "precious") == "data");
}

TEST_CASE("a clean stop is believed once", "[log][log_directory][BRK-5]") {
  const ScratchDirectory scratch;
  auto directory = open(scratch.path());
  REQUIRE(directory.is_ok());
  CHECK_FALSE(directory->take_clean_shutdown()->has_value());
  REQUIRE(directory->mark_clean_shutdown(77).is_ok());
  CHECK(*directory->take_clean_shutdown() == 77U);
  CHECK_FALSE(directory->take_clean_shutdown()->has_value());
}

TEST_CASE("data of a deleted topic is never seen under a new topic of the same name",
          "[log][log_directory][B20]") {
  const ScratchDirectory scratch;
  auto directory = open(scratch.path());
  REQUIRE(directory.is_ok());
  const LogName name{"orders", 3};
  const auto first = directory->claim(name, id_of(1));
  REQUIRE(first.is_ok());
  put_bytes(*first / "00000000000000000000.log", "old");
  CHECK(directory->claim(name, id_of(1)).is_ok());
  CHECK(bytes_of(*first / "00000000000000000000.log") == "old");
  const auto second = directory->claim(name, id_of(2));
  REQUIRE(second.is_ok());
  CHECK(*second == *first);
  CHECK_FALSE(std::filesystem::exists(*second / "00000000000000000000.log"));
  const auto found = directory->find_logs();
  REQUIRE(found.is_ok());
  REQUIRE(found->size() == 1);
  CHECK(found->front().topic_id == id_of(2));
}

TEST_CASE("a topic of the longest name can be claimed set aside and removed",
          "[log][log_directory]") {
  const ScratchDirectory scratch;
  auto directory = open(scratch.path());
  REQUIRE(directory.is_ok());
  const LogName name{std::string(249, 'n'), 0};
  REQUIRE(directory->claim(name, id_of(1)).is_ok());
  REQUIRE(directory->claim(name, id_of(2)).is_ok());
  REQUIRE(directory->set_aside(name, id_of(2)).is_ok());
  REQUIRE(directory->claim(name, id_of(3)).is_ok());
  REQUIRE(directory->remove(name, id_of(3)).is_ok());
  CHECK(directory->find_logs()->empty());
}

TEST_CASE("checkpoints read back and a damaged one is reported", "[log][log_directory]") {
  const ScratchDirectory scratch;
  auto directory = open(scratch.path());
  REQUIRE(directory.is_ok());
  CHECK(directory->high_watermarks()->empty());
  const OffsetCheckpoint offsets{{{"a", 0}, 5}, {{"a", 1}, 0}};
  REQUIRE(directory->save_high_watermarks(offsets).is_ok());
  CHECK(*directory->high_watermarks() == offsets);
  put_bytes(scratch.path() / "recovery-point-offset-checkpoint", "0\n2\na 0 5\n");
  CHECK(directory->recovery_points().status().code() == Code::kCorruption);
}

}  // namespace
}  // namespace quorate::broker
