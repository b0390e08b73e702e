#include "raft/storage/entry_codec.h"

#include <catch2/catch.hpp>

#include "raft/base/random.h"
#include "raft/storage/log_keys.h"
#include "tests/raft/storage/log_batches.h"

namespace quorate::raft {

namespace {

std::string bytes_of(const std::vector<Entry>& entries) {
  const EntryRecord record = encode_entries(entries);
  std::string bytes;
  for (const std::string_view piece : record.pieces)
    bytes += piece;
  return bytes;
}

}  // namespace

TEST_CASE("a record is laid out as documented", "[raft][storage][entry_codec]") {
  const std::vector<Entry> entries{
      make_entry({Term{2}, Index{5}}, EntryKind::kNoop, {}),
      make_entry({Term{300}, Index{6}}, EntryKind::kNormal, SharedBytes("hi"))};
  std::string bytes = bytes_of(entries);
  REQUIRE(bytes.size() == 13 + 7 + 10);
  CHECK(bytes.substr(0, 14) == std::string("\1\2\0\0\0\5\0\0\0\0\0\0\0\1", 14));
  CHECK(bytes.substr(14, 4) == "\x2f\x8c\xbe\xbd");
  CHECK(bytes.substr(18, 3) == std::string("\2\0\0", 3));
  CHECK(bytes.substr(25) == "\xac\x02\x02hi");
  CHECK((*decode_entries(SharedBytes(bytes), Index{5}) == entries));
}

TEST_CASE("payloads lie where the record lies", "[raft][storage][entry_codec]") {
  const SharedBytes record(bytes_of(make_entries(1, 3, 1, 100)));
  const Result<std::vector<Entry>> entries = decode_entries(record, Index{1});
  REQUIRE(entries.is_ok());
  const char* payload = entries->front().data.view().data();
  CHECK(payload > record.view().data());
  CHECK(payload < record.view().data() + record.size());
}

TEST_CASE("any flipped bit and any cut is found and named",
          "[raft][storage][entry_codec][D4][D13]") {
  const std::string bytes = bytes_of(make_entries(700, 703, 9, 20));
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string changed = bytes;
      changed[at] = static_cast<char>(changed[at] ^ (1 << bit));
      const Status status = decode_entries(SharedBytes(changed), Index{700}).status();
      REQUIRE(status.code() == Code::kCorruption);
      REQUIRE(status.message().starts_with("entry 70"));
    }
    REQUIRE_FALSE(decode_entries(SharedBytes(bytes.substr(0, at)), Index{700}).is_ok());
  }
}

TEST_CASE("a record under another index is refused", "[raft][storage][entry_codec][D4][D17]") {
  const std::string bytes = bytes_of(make_entries(700, 703, 9));
  CHECK(decode_entries(SharedBytes(bytes), Index{701}).status().message() ==
        "entry 701: its record belongs to another index");
}

TEST_CASE("random bytes are never entries", "[raft][storage][entry_codec][X17]") {
  Random random(11);
  for (int round = 0; round < 20000; ++round) {
    std::string bytes(random.below(200), '\0');
    for (char& byte : bytes)
      byte = static_cast<char>(random.below(256));
    if (bytes.size() > 13) bytes.replace(0, 13, std::string("\1\1\0\0\0\1\0\0\0\0\0\0\0", 13));
    REQUIRE_FALSE(decode_entries(SharedBytes(bytes), Index{1}).is_ok());
  }
}

TEST_CASE("a record ends at its entries or its bytes and holds at least one",
          "[raft][storage][entry_codec]") {
  const std::vector<Entry> entries = make_entries(1, 10, 1, 100);
  CHECK(record_length(entries, 4, 1U << 20U) == 4);
  CHECK(record_length(entries, 64, 250) == 2);
  CHECK(record_length(entries, 64, 1) == 1);
  CHECK(record_length(entries, 64, 1U << 20U) == 10);
}

TEST_CASE("a sealed value under another key does not verify", "[raft][storage][log_keys][D17]") {
  const std::string key = group_key(GroupId{1}, KeyKind::kHardState);
  const std::string value = seal(key, "payload");
  CHECK(*unseal(key, value) == "payload");
  const std::string other = group_key(GroupId{2}, KeyKind::kHardState);
  CHECK(unseal(other, value).status().code() == Code::kCorruption);
  CHECK(unseal(key, "abc").status().code() == Code::kCorruption);
}

TEST_CASE("keys sort as their numbers do", "[raft][storage][log_keys]") {
  const auto key = [](std::uint64_t group, std::uint64_t index) {
    return indexed_key(GroupId{group}, KeyKind::kEntries, Index{index});
  };
  CHECK(key(1, 255) < key(1, 256));
  CHECK(key(1, ~0ULL) < key(2, 0));
  CHECK(key_index(key(3, 77), GroupId{3}, KeyKind::kEntries) == Index{77});
  CHECK_FALSE(key_index(key(3, 77), GroupId{4}, KeyKind::kEntries).has_value());
  CHECK(key_group(key(3, 77)) == GroupId{3});
}

}  // namespace quorate::raft
