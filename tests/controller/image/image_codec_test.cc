// Images as bytes: equal images give equal bytes, and bytes that were damaged give no image.
#include "controller/image/image_codec.h"

#include <algorithm>

#include <catch2/catch.hpp>
#include <google/protobuf/stubs/logging.h>

#include "controller/image/delta.h"
#include "tests/controller/image/records.h"

namespace quorate::controller {
namespace {

using namespace testing;

// Reads `bytes` in pieces of `piece_bytes`.
Result<MetadataImage> read(std::string_view bytes, std::size_t piece_bytes) {
  ImageDecoder decoder;
  while (!bytes.empty()) {
    const std::size_t length = std::min(piece_bytes, bytes.size());
    QUORATE_TRY(decoder.add(bytes.substr(0, length)));
    bytes.remove_prefix(length);
  }
  return std::move(decoder).finish();
}

TEST_CASE("an image encoded and decoded is the same image however its bytes are cut",
          "[controller][image_codec][C2]") {
  MetadataImage image;
  for (v1::RecordBatch one : life_of_a_cluster()) {
    one.set_timestamp_ms(static_cast<std::int64_t>(1'000 + image.end_offset));
    image = replayed(image, one);
    const std::string bytes = bytes_of(image);
    for (const std::size_t piece_bytes : {bytes.size(), std::size_t{1}, std::size_t{7}}) {
      const auto decoded = read(bytes, piece_bytes);
      INFO(to_string(decoded.status()));
      REQUIRE(decoded.is_ok());
      CHECK(text_of(*decoded) == text_of(image));
      CHECK(state_hash(*decoded) == state_hash(image));
      CHECK(decoded->timestamp_ms == image.timestamp_ms);
      CHECK(bytes_of(*decoded) == bytes);
    }
  }
}

TEST_CASE("an empty image has bytes too", "[controller][image_codec]") {
  const auto decoded = read(bytes_of(MetadataImage{}), 5);
  REQUIRE(decoded.is_ok());
  CHECK(decoded->end_offset == 0);
}

TEST_CASE("equal images give equal bytes whatever their history",
          "[controller][image_codec][C1][C27]") {
  const auto grown = [](const Uuid& first, const Uuid& second, const Uuid& passing) {
    MetadataImage image = replayed({}, batch(0, {topic(first, "t" + to_string(first))}));
    image = replayed(image, batch(1, {topic(passing, "passing")}));
    image = replayed(image, batch(2, {topic(second, "t" + to_string(second))}));
    image = replayed(image, batch(3, {removal(passing)}));
    return image;
  };
  const MetadataImage one = grown(kOrders, kPayments, {9, 9});
  const MetadataImage other = grown(kPayments, kOrders, {0, 3});
  CHECK(state_hash(one) == state_hash(other));
  CHECK(bytes_of(one) == bytes_of(other));
  const MetadataImage elsewhere = grown(kPayments, {4, 4}, {9, 9});
  CHECK(bytes_of(one) != bytes_of(elsewhere));
}

TEST_CASE("bytes that end anywhere before their end are refused with the reason",
          "[controller][image_codec][C2][C3]") {
  const std::string bytes = bytes_of(image_after(life_of_a_cluster()));
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    const auto decoded = read(std::string_view(bytes).substr(0, length), bytes.size());
    REQUIRE(decoded.status().code() == Code::kCorruption);
    CHECK(decoded.status().message().find("it ends before its end") != std::string::npos);
  }
  CHECK(read(bytes + "x", bytes.size()).status().message().find("bytes follow its end") !=
        std::string::npos);
}

TEST_CASE("no damaged byte makes another image", "[controller][image_codec][C2][C3]") {
  const google::protobuf::LogSilencer quiet;  // about texts that are no texts
  const std::string bytes = bytes_of(image_after(life_of_a_cluster()));
  std::size_t refused = 0;
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    for (const unsigned bit : {0U, 3U, 7U}) {
      std::string damaged = bytes;
      damaged[at] = static_cast<char>(static_cast<unsigned char>(damaged[at]) ^ (1U << bit));
      const auto decoded = read(damaged, bytes.size());
      if (!decoded.is_ok()) {
        ++refused;
        continue;
      }
      INFO("bit " << bit << " of byte " << at);
      CHECK(bytes_of(*decoded) == bytes);  // what protobuf reads the same
    }
  }
  CHECK(refused > bytes.size() * 3 * 9 / 10);
}

TEST_CASE("each flaw of a snapshot is called by its name", "[controller][image_codec][C3]") {
  const std::string bytes = bytes_of(image_after(life_of_a_cluster()));
  const auto why = [](const std::string& content) {
    return to_string(read(content, content.size()).status());
  };
  std::string newer = bytes;
  newer[7] = '2';
  CHECK(why(newer) == "unsupported: metadata snapshot of format 002; this program reads 001");
  CHECK(why("something else entirely").find("does not begin like one") != std::string::npos);
  std::string other_offset = bytes;
  other_offset[8] = static_cast<char>(other_offset[8] ^ 1);
  CHECK(why(other_offset).find("header does not match its checksum") != std::string::npos);
  std::string miscounted = bytes;
  miscounted[bytes.size() - 8] = static_cast<char>(miscounted[bytes.size() - 8] ^ 1);
  CHECK(why(miscounted).find("records, written were") != std::string::npos);
  std::string endless = bytes.substr(0, 36) + std::string(4, '\x7f');
  CHECK(why(endless).find("bytes is announced") != std::string::npos);
  std::string garbled = bytes.substr(0, 36) + std::string("\x02\0\0\0\xff\xff", 6);
  CHECK(why(garbled).find("not a batch of records") != std::string::npos);
}

TEST_CASE("the content of one image does not stand for another", "[controller][image_codec][C2]") {
  const std::vector<v1::RecordBatch> life = life_of_a_cluster();
  const std::string whole = bytes_of(image_after(life));
  const std::string early = bytes_of(image_after({life.begin(), life.end() - 2}));
  const auto decoded = read(early.substr(0, 36) + whole.substr(36), 64);
  CHECK(decoded.status().message().find("state hash") != std::string::npos);
}

}  // namespace
}  // namespace quorate::controller
