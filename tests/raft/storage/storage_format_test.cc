// The worked examples of docs/storage-format.md are what the code writes.
#include <sstream>

#include <catch2/catch.hpp>

#include "raft/storage/durable_file.h"
#include "raft/storage/entry_codec.h"
#include "raft/storage/identity.h"
#include "raft/storage/log_keys.h"

namespace quorate::raft {

namespace {

// The first block of code behind `heading`.
std::string block_behind(const std::string& heading) {
  const auto text = read_file(std::string(QUORATE_SOURCE_DIR) + "/docs/storage-format.md");
  REQUIRE(text.is_ok());
  const std::size_t at = text->find('\n' + heading + '\n');
  REQUIRE(at != std::string::npos);
  const std::size_t begin = text->find("```\n", at) + 4;
  return text->substr(begin, text->find("```", begin) - begin);
}

bool is_hex(const std::string& word) {
  return word.size() % 2 == 0 && word.find_first_not_of("0123456789abcdef") == std::string::npos;
}

// The bytes of a line: its hexadecimal words up to the first three spaces that follow one.
std::string bytes_of(const std::string& line) {
  std::istringstream words(line.substr(7, line.find("   ", 7) - 7));
  std::string bytes;
  for (std::string word; words >> word;) {
    REQUIRE(is_hex(word));
    for (std::size_t i = 0; i < word.size(); i += 2)
      bytes.push_back(static_cast<char>(std::stoi(word.substr(i, 2), nullptr, 16)));
  }
  return bytes;
}

}  // namespace

TEST_CASE("the worked example of an entry record is what is written",
          "[raft][storage][storage_format]") {
  const std::vector<Entry> entries{
      make_entry({Term{2}, Index{5}}, EntryKind::kNoop, {}),
      make_entry({Term{300}, Index{6}}, EntryKind::kNormal, SharedBytes(std::string("hi")))};
  std::istringstream lines(block_behind("## Worked example"));
  std::string line;
  REQUIRE(std::getline(lines, line));
  CHECK(bytes_of(line) == indexed_key(GroupId{7}, KeyKind::kEntries, Index{5}));
  std::string value;
  while (std::getline(lines, line))
    value += bytes_of(line);
  const EntryRecord record = encode_entries(entries);
  std::string written;
  for (const std::string_view piece : record.pieces)
    written += piece;
  CHECK(value == written);
}

TEST_CASE("the example of an identity is what is written and a fence adds a line",
          "[raft][storage][storage_format]") {
  const Identity identity{ClusterId{1, 2}, NodeId{1}, Incarnation{3, 4}};
  const std::string text = encode_identity(identity);
  CHECK(block_behind("## Identity").find(text.substr(0, text.find("checksum="))) !=
        std::string::npos);
  const Identity fenced = identity.fenced_by({5, 6});
  CHECK(encode_identity(fenced).find("format=2\n") != std::string::npos);
  CHECK(encode_identity(fenced).find("fence=AAAAAAAAAAUAAAAAAAAABg\n") != std::string::npos);
  CHECK(*decode_identity(encode_identity(fenced)) == fenced);
  CHECK(fenced.wire_cluster() == ClusterId{5, 6});
  CHECK(identity.wire_cluster() == identity.cluster);
}

}  // namespace quorate::raft
