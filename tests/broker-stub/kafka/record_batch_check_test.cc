#include "broker-stub/kafka/record_batch_check.h"

#include <catch2/catch.hpp>

#include "broker-stub/kafka/record_batch_builder.h"
#include "raft/base/crc32c.h"

namespace quorate::kafka {

namespace {

constexpr ProduceRules kRules{.version = 9, .batch_bytes_max = 1024};

std::string batch_of(BatchOptions options, int records = 2) {
  RecordBatchBuilder builder(options);
  for (int i = 0; i < records; ++i) {
    builder.add({.timestamp = 1000 + i, .key = "k", .value = "v", .headers = {}});
  }
  return builder.build();
}

// Puts `value`, big-endian, at `at` and makes the CRC right again.
std::string changed(std::string bytes, std::size_t at, std::string_view value) {
  bytes.replace(at, value.size(), value);
  Writer crc;
  crc.int32(static_cast<std::int32_t>(crc32c(std::string_view(bytes).substr(21))));
  return bytes.replace(17, 4, crc.take_string());
}

ProducedBatch check(const std::string& bytes, const ProduceRules& rules = kRules) {
  return check_produced(Slice{.bytes = bytes, .owner = nullptr}, rules);
}

}  // namespace

TEST_CASE("a good batch is accepted as it is", "[kafka][record_batch_check]") {
  const std::string bytes = batch_of({});
  const ProducedBatch checked = check(bytes);
  CHECK(checked.error == ErrorCode::kNone);
  REQUIRE(checked.batch.has_value());
  CHECK(checked.batch->record_count() == 2);
}

TEST_CASE("no batch at all is an invalid record", "[kafka][record_batch_check]") {
  CHECK(check_produced(std::nullopt, kRules).error == ErrorCode::kInvalidRecord);
  CHECK(check("").error == ErrorCode::kInvalidRecord);
}

TEST_CASE("two batches at once are an invalid record", "[kafka][record_batch_check]") {
  CHECK(check(batch_of({}) + batch_of({})).error == ErrorCode::kInvalidRecord);
}

TEST_CASE("an older message format is an invalid record", "[kafka][record_batch_check]") {
  std::string bytes = batch_of({});
  bytes[16] = 1;
  CHECK(check(bytes).error == ErrorCode::kInvalidRecord);
}

TEST_CASE("a batch that does not verify is corrupt", "[kafka][record_batch_check]") {
  std::string changed = batch_of({});
  changed.back() = static_cast<char>(changed.back() ^ 1);
  CHECK(check(changed).error == ErrorCode::kCorruptMessage);
  std::string torn = batch_of({});
  torn.pop_back();
  CHECK(check(torn).error == ErrorCode::kCorruptMessage);
}

TEST_CASE("a batch above the topic's limit is too large", "[kafka][record_batch_check]") {
  const std::string bytes = batch_of({});
  CHECK(check(bytes, {.version = 9, .batch_bytes_max = bytes.size()}).error == ErrorCode::kNone);
  CHECK(check(bytes, {.version = 9, .batch_bytes_max = bytes.size() - 1}).error ==
        ErrorCode::kMessageTooLarge);
}

TEST_CASE("zstd needs a version that knows it", "[kafka][record_batch_check]") {
  const std::string zstd = batch_of({.codec = Codec::kZstd, .payload = "opaque"});
  CHECK(check(zstd, {.version = 7, .batch_bytes_max = 1024}).error == ErrorCode::kNone);
  CHECK(check(zstd, {.version = 6, .batch_bytes_max = 1024}).error ==
        ErrorCode::kUnsupportedCompressionType);
  CHECK(check_fetched(zstd, 10) == ErrorCode::kNone);
  CHECK(check_fetched(batch_of({}) + zstd, 9) == ErrorCode::kUnsupportedCompressionType);
  CHECK(check_fetched(batch_of({}), 4) == ErrorCode::kNone);
}

TEST_CASE("clients write neither control batches nor the log append time",
          "[kafka][record_batch_check]") {
  CHECK(check(batch_of({.more_attributes = 0x20})).error == ErrorCode::kInvalidRecord);
  CHECK(check(batch_of({.more_attributes = 0x40})).error == ErrorCode::kInvalidRecord);
  CHECK(check(batch_of({.more_attributes = 0x08})).error == ErrorCode::kInvalidTimestamp);
}

TEST_CASE("a producer id comes with epoch and sequence", "[kafka][record_batch_check]") {
  CHECK(check(batch_of({.producer_id = 5, .producer_epoch = 0, .base_sequence = 0})).error ==
        ErrorCode::kNone);
  CHECK(check(batch_of({.producer_id = 5, .producer_epoch = 0, .base_sequence = -1})).error ==
        ErrorCode::kInvalidRecord);
  CHECK(check(batch_of({.producer_id = 5, .producer_epoch = -1, .base_sequence = 0})).error ==
        ErrorCode::kInvalidRecord);
  CHECK(check(batch_of({.more_attributes = 0x10})).error == ErrorCode::kInvalidRecord);
}

TEST_CASE("records of an opaque batch are taken on trust", "[kafka][record_batch_check]") {
  for (const Codec codec : {Codec::kGzip, Codec::kSnappy, Codec::kLz4, Codec::kZstd}) {
    CHECK(check(batch_of({.codec = codec, .payload = "opaque"})).error == ErrorCode::kNone);
  }
}

TEST_CASE("records that are not what the header says are corrupt", "[kafka][record_batch_check]") {
  const std::string opaque = batch_of({.codec = Codec::kGzip, .payload = "not two records"});
  const std::string bytes = changed(opaque, 21, std::string_view("\0\0", 2));  // attributes
  CHECK(check(bytes).error == ErrorCode::kCorruptMessage);
}

TEST_CASE("offsets at the end of their range are refused and not added to",
          "[kafka][record_batch_check]") {
  const std::string largest_delta = changed(batch_of({}), 23, "\x7f\xff\xff\xff");
  CHECK(check(largest_delta).error == ErrorCode::kInvalidRecord);
  // The first record's offset delta (a varint behind length, attributes and timestamp delta) lies
  // outside of a batch that begins where two offsets are left.
  const std::string last_base =
      changed(batch_of({}), 0, std::string_view("\x7f\xff\xff\xff\xff\xff\xff\xfd", 8));
  CHECK(check(last_base).error == ErrorCode::kNone);
  const std::string outside = changed(last_base, kRecordBatchHeaderBytes + 3, "\x06");
  CHECK(check(outside).error == ErrorCode::kCorruptMessage);
}

TEST_CASE("a compacted topic wants a key in every record", "[kafka][record_batch_check]") {
  RecordBatchBuilder builder;
  builder.add({.timestamp = 1, .key = std::nullopt, .value = "v", .headers = {}});
  const std::string keyless = builder.build();
  CHECK(check(keyless).error == ErrorCode::kNone);
  CHECK(check(keyless, {.version = 9, .batch_bytes_max = 1024, .keys = KeyRule::kRequired}).error ==
        ErrorCode::kInvalidRecord);
}

}  // namespace quorate::kafka
