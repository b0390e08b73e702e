#include "broker-stub/kafka/record_batch.h"

#include <limits>

#include <catch2/catch.hpp>

#include "broker-stub/kafka/record_batch_builder.h"
#include "raft/base/random.h"

namespace quorate::kafka {

namespace {

// Three records at 1000, 3000 and 2000 ms from offset 40.
std::string three_records(BatchOptions options = {}) {
  options.base_offset = 40;
  return RecordBatchBuilder(options)
      .add({.timestamp = 1000, .key = "a", .value = "1", .headers = {{"h", "v"}}})
      .add({.timestamp = 3000, .key = std::nullopt, .value = "2", .headers = {}})
      .add({.timestamp = 2000, .key = "c", .value = std::nullopt, .headers = {}})
      .build();
}

std::string compressed(std::int64_t from_ms, std::int64_t to_ms) {
  return RecordBatchBuilder({.base_offset = 40, .codec = Codec::kGzip, .payload = "opaque"})
      .add({.timestamp = from_ms, .key = {}, .value = "1", .headers = {}})
      .add({.timestamp = to_ms, .key = {}, .value = "2", .headers = {}})
      .build();
}

RecordBatchView view(const std::string& bytes) {
  const auto batch = RecordBatchView::parse(bytes);
  REQUIRE(batch.is_ok());
  return *batch;
}

}  // namespace

TEST_CASE("a batch tells its header", "[kafka][record_batch]") {
  const std::string bytes = three_records({.leader_epoch = 6,
                                           .more_attributes = 0x10,
                                           .producer_id = 77,
                                           .producer_epoch = 2,
                                           .base_sequence = 5});
  const RecordBatchView batch = view(bytes);
  CHECK(batch.base_offset() == 40);
  CHECK(batch.last_offset() == 42);
  CHECK(batch.next_offset() == 43);
  CHECK(batch.leader_epoch() == 6);
  CHECK(batch.codec() == Codec::kNone);
  CHECK(batch.timestamp_type() == TimestampType::kCreateTime);
  CHECK(batch.is_transactional());
  CHECK_FALSE(batch.is_control());
  CHECK(batch.base_timestamp() == 1000);
  CHECK(batch.max_timestamp() == 3000);
  CHECK(batch.producer_id() == 77);
  CHECK(batch.producer_epoch() == 2);
  CHECK(batch.base_sequence() == 5);
  CHECK(batch.last_sequence() == 7);
  CHECK(batch.record_count() == 3);
  CHECK(batch.is_crc_valid());
}

TEST_CASE("the records of an uncompressed batch are read one by one", "[kafka][record_batch]") {
  const std::string bytes = three_records();
  RecordCursor records(view(bytes));
  const auto first = records.next();
  REQUIRE(first.has_value());
  CHECK(first->offset == 40);
  CHECK(first->timestamp == 1000);
  CHECK(first->key == "a");
  CHECK(first->value == "1");
  CHECK(first->header_count == 1);
  const auto second = records.next();
  REQUIRE(second.has_value());
  CHECK_FALSE(second->key.has_value());
  const auto third = records.next();
  REQUIRE(third.has_value());
  CHECK(third->offset == 42);
  CHECK_FALSE(third->value.has_value());
  CHECK_FALSE(records.next().has_value());
  CHECK(records.status().is_ok());
}

TEST_CASE("a changed byte anywhere behind the CRC is noticed", "[kafka][record_batch]") {
  constexpr std::size_t kCrcAt = 17;
  const std::string good = three_records();
  for (std::size_t at = kCrcAt; at < good.size(); ++at) {
    for (const unsigned bit : {0x01U, 0x80U}) {
      INFO("byte " << at);
      std::string bad = good;
      bad[at] = static_cast<char>(static_cast<unsigned char>(bad[at]) ^ bit);
      const auto batch = RecordBatchView::parse(bad);
      REQUIRE((!batch.is_ok() || !batch->is_crc_valid()));
    }
  }
}

TEST_CASE("placing a batch in the log leaves its CRC valid", "[kafka][record_batch]") {
  std::string bytes = three_records();
  assign_offsets(bytes, 1'000'000'007, 12);
  const RecordBatchView batch = view(bytes);
  CHECK(batch.base_offset() == 1'000'000'007);
  CHECK(batch.last_offset() == 1'000'000'009);
  CHECK(batch.leader_epoch() == 12);
  CHECK(batch.is_crc_valid());
}

TEST_CASE("log append time is that of every record and renews the CRC", "[kafka][record_batch]") {
  std::string bytes = three_records();
  assign_log_append_time(bytes, 9000);
  const RecordBatchView batch = view(bytes);
  CHECK(batch.is_crc_valid());
  CHECK(batch.timestamp_type() == TimestampType::kLogAppendTime);
  CHECK(RecordCursor(batch).next()->timestamp == 9000);
  CHECK(find_timestamp(batch, 8000) == TimestampedOffset{.timestamp = 9000, .offset = 40});
  CHECK(find_max_timestamp(batch) == TimestampedOffset{.timestamp = 9000, .offset = 40});
}

TEST_CASE("every truncation of a batch is refused", "[kafka][record_batch]") {
  const std::string good = three_records();
  for (std::size_t size = 0; size < good.size(); ++size) {
    const auto batch = RecordBatchView::parse(std::string_view(good).substr(0, size));
    CHECK(batch.status().code() == Code::kCorruption);
  }
}

TEST_CASE("older message formats are unsupported", "[kafka][record_batch]") {
  constexpr std::size_t kMagicAt = 16;
  for (const char magic : {'\0', '\1', '\3'}) {
    std::string bytes = three_records();
    bytes[kMagicAt] = magic;
    CHECK(RecordBatchView::parse(bytes).status().code() == Code::kUnsupported);
  }
}

TEST_CASE("a header that contradicts itself is refused", "[kafka][record_batch][X02]") {
  struct Wrong {
    std::size_t at;
    std::string_view bytes;
  };
  using std::string_view_literals::operator""sv;
  const Wrong wrongs[] = {
      {0, "\xff\xff\xff\xff\xff\xff\xff\xff"sv},  // base offset -1
      {0, "\x7f\xff\xff\xff\xff\xff\xff\xff"sv},  // the last offset overflows
      {8, "\xff\xff\xff\xff"sv},                  // length -1
      {8, "\x00\x00\x00\x30"sv},                  // length one short of a header
      {8, "\x7f\xff\xff\xff"sv},                  // length beyond the bytes
      {23, "\xff\xff\xff\xff"sv},                 // last offset delta -1
      {57, "\x00\x00\x00\x04"sv},                 // more records than offsets
      {57, "\xff\xff\xff\xff"sv},                 // record count -1
  };
  for (const Wrong& wrong : wrongs) {
    std::string bytes = three_records();
    bytes.replace(wrong.at, wrong.bytes.size(), wrong.bytes);
    CHECK(RecordBatchView::parse(bytes).status().code() == Code::kCorruption);
  }
}

TEST_CASE("a buffer of batches is walked to its end", "[kafka][record_batch]") {
  const std::string one = three_records();
  const std::string bytes = one + compressed(1, 2) + one;
  RecordBatchCursor cursor(bytes);
  int batches = 0;
  while (cursor.next())
    ++batches;
  CHECK(batches == 3);
  CHECK(cursor.status().is_ok());
  CHECK(cursor.position() == bytes.size());
}

TEST_CASE("a torn last batch ends the walk where it begins", "[kafka][record_batch]") {
  const std::string one = three_records();
  const std::string torn = one + one.substr(0, 30);
  RecordBatchCursor cursor(torn);
  CHECK(cursor.next().has_value());
  CHECK_FALSE(cursor.next().has_value());
  CHECK(cursor.status().code() == Code::kCorruption);
  CHECK(cursor.position() == one.size());
}

TEST_CASE("sequence numbers start again after the largest", "[kafka][record_batch]") {
  constexpr std::int32_t kLargest = std::numeric_limits<std::int32_t>::max();
  CHECK(sequence_after(5, 3) == 8);
  CHECK(sequence_after(kLargest, 1) == 0);
  CHECK(sequence_after(kLargest - 1, 3) == 1);
  CHECK(sequence_after(kLargest, kLargest) == kLargest - 1);
}

TEST_CASE("a timestamp finds the first record at or after it", "[kafka][record_batch]") {
  const std::string bytes = three_records();
  const RecordBatchView batch = view(bytes);
  CHECK(find_timestamp(batch, 0) == TimestampedOffset{.timestamp = 1000, .offset = 40});
  CHECK(find_timestamp(batch, 1000) == TimestampedOffset{.timestamp = 1000, .offset = 40});
  CHECK(find_timestamp(batch, 1001) == TimestampedOffset{.timestamp = 3000, .offset = 41});
  CHECK_FALSE(find_timestamp(batch, 3001).has_value());
  CHECK(find_max_timestamp(batch) == TimestampedOffset{.timestamp = 3000, .offset = 41});
}

TEST_CASE("a timestamp in a compressed batch finds the batch's start", "[kafka][record_batch]") {
  const std::string bytes = compressed(1000, 3000);
  const RecordBatchView batch = view(bytes);
  CHECK(find_timestamp(batch, 500) == TimestampedOffset{.timestamp = 1000, .offset = 40});
  CHECK(find_timestamp(batch, 2000) == TimestampedOffset{.timestamp = 3000, .offset = 40});
  CHECK_FALSE(find_timestamp(batch, 3001).has_value());
  CHECK(find_max_timestamp(batch) == TimestampedOffset{.timestamp = 3000, .offset = 41});
}

TEST_CASE("damaged records stop their walk", "[kafka][record_batch][X02]") {
  constexpr std::uint64_t kSeed = 11;
  INFO("seed " << kSeed);
  Random random(kSeed);
  const std::string good = three_records();
  for (int i = 0; i < 5000; ++i) {
    std::string bytes = good;
    const std::size_t at = random.between(kRecordBatchHeaderBytes, bytes.size() - 1);
    bytes[at] = static_cast<char>(random.next());
    RecordCursor records(view(bytes));
    int count = 0;
    while (records.next())
      ++count;
    REQUIRE((count == 3 || !records.status().is_ok()));
  }
}

}  // namespace quorate::kafka
