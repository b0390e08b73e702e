#include "broker-stub/log/partition_log.h"

#include <csignal>

#include <sys/resource.h>

#include "tests/broker-stub/log/log_scratch.h"

namespace quorate::broker {
namespace {

using kafka::ErrorCode;
using Spans = std::vector<std::pair<std::int64_t, std::int64_t>>;

constexpr std::size_t kPlenty = 1 << 20;

Spans read(PartitionLog& log, std::int64_t offset, std::int64_t end, std::size_t max = kPlenty) {
  const auto bytes = log.read(offset, end, max);
  REQUIRE(bytes.is_ok());
  return spans_of(*bytes);
}

TEST_CASE("a log gives dense offsets and the leader's epoch", "[log][partition_log][B5]") {
  const ScratchDirectory scratch;
  const auto log = open_log(scratch);
  CHECK(append(*log, {.records = 3}, /*epoch=*/4).first_offset == 0);
  CHECK(append(*log, {.records = 2}, /*epoch=*/4).first_offset == 3);
  CHECK(log->end_offset() == 5);
  CHECK(read(*log, 0, 5) == Spans{{0, 2}, {3, 4}});
  CHECK(log->epochs().end_of(4, log->end_offset()) == EpochEnd{4, 5});
}

TEST_CASE("a read returns the whole batch that contains the offset", "[log][partition_log]") {
  const ScratchDirectory scratch;
  const auto log = open_log(scratch);
  append(*log, {.records = 5});
  append(*log, {.records = 5});
  CHECK(read(*log, 3, 10) == Spans{{0, 4}, {5, 9}});
  CHECK(read(*log, 3, 10, /*max=*/1) == Spans{{0, 4}});
  CHECK(read(*log, 10, 10).empty());
}

TEST_CASE("a read never crosses its end", "[log][partition_log][B4]") {
  const ScratchDirectory scratch;
  const auto log = open_log(scratch);
  append(*log, {.records = 5});
  append(*log, {.records = 5});
  CHECK(read(*log, 0, /*end=*/5) == Spans{{0, 4}});
  CHECK(read(*log, 0, /*end=*/9) == Spans{{0, 4}});
  CHECK(read(*log, 0, /*end=*/3).empty());
}

TEST_CASE("every offset of many segments can be read", "[log][partition_log]") {
  const ScratchDirectory scratch;
  const auto log = open_log(scratch, 0, {.segment_bytes = 2000});
  for (int i = 0; i < 200; ++i)
    append(*log, {.records = 1 + i % 3, .value = std::string(20, 'x')});
  CHECK(log->segments() > 5);
  for (std::int64_t offset = 0; offset < log->end_offset(); ++offset) {
    const Spans spans = read(*log, offset, log->end_offset(), 1);
    REQUIRE(spans.size() == 1);
    CHECK(spans[0].first <= offset);
    CHECK(offset <= spans[0].second);
  }
}

TEST_CASE("a new size of segments holds from the next append on", "[log][partition_log]") {
  const ScratchDirectory scratch;
  const auto log = open_log(scratch, 0, {.segment_bytes = 1'000'000});
  for (int i = 0; i < 3; ++i)
    append(*log, {.records = 1, .value = std::string(20, 'x')});
  CHECK(log->segments() == 1);
  log->set_options({.segment_bytes = 1});
  for (int i = 0; i < 3; ++i)
    append(*log, {.records = 1, .value = std::string(20, 'x')});
  CHECK(log->segments() == 4);
}

TEST_CASE("a batch that does not match its CRC is refused and changes nothing",
          "[log][partition_log][B21]") {
  const ScratchDirectory scratch;
  const auto log = open_log(scratch);
  std::string bytes = BatchMaker{.records = 2}.make();
  bytes.back() = static_cast<char>(bytes.back() ^ 1);
  const auto view = kafka::RecordBatchView::parse(bytes);
  REQUIRE(view.is_ok());
  CHECK(log->append_as_leader(*view, 1).error == ErrorCode::kCorruptMessage);
  CHECK(log->append_as_follower(bytes).error == ErrorCode::kCorruptMessage);
  CHECK(log->end_offset() == 0);
}

TEST_CASE("a follower takes batches only where its log ends", "[log][partition_log][B5][B21]") {
  const ScratchDirectory scratch;
  const auto log = open_log(scratch);
  const std::string first = BatchMaker{.records = 2, .base_offset = 0, .leader_epoch = 1}.make();
  const std::string second = BatchMaker{.records = 2, .base_offset = 2, .leader_epoch = 3}.make();
  const std::string stale = BatchMaker{.records = 2, .base_offset = 4, .leader_epoch = 2}.make();
  CHECK(log->append_as_follower(second).error == ErrorCode::kCorruptMessage);
  CHECK(log->append_as_follower(first + second.substr(0, 30)).error == ErrorCode::kCorruptMessage);
  CHECK(log->end_offset() == 0);
  CHECK(log->append_as_follower(first + second).end_offset == 4);
  CHECK(log->append_as_follower(stale).error == ErrorCode::kCorruptMessage);
  CHECK(log->epochs().entries() == std::vector<EpochStart>{{1, 0}, {3, 2}});
}

TEST_CASE("a repeated batch is in the log once and answered with its offset",
          "[log][partition_log][B12]") {
  const ScratchDirectory scratch;
  const auto log = open_log(scratch);
  const BatchMaker batch{.records = 3, .producer_id = 9, .producer_epoch = 0, .sequence = 0};
  append(*log, {.records = 4});
  CHECK(append(*log, batch).first_offset == 4);
  const LogAppend again = append(*log, batch);
  CHECK(again.duplicate);
  CHECK(again.first_offset == 4);
  CHECK(again.end_offset == 7);
  CHECK(log->end_offset() == 7);
}

TEST_CASE("truncation keeps whole batches and forgets their producers' state",
          "[log][partition_log][B7][B13]") {
  const ScratchDirectory scratch;
  const auto log = open_log(scratch, 0, {.segment_bytes = 300});
  BatchMaker batch{.records = 3, .producer_id = 9, .producer_epoch = 0, .sequence = 0};
  for (int i = 0; i < 6; ++i, batch.sequence += 3)
    append(*log, batch, /*epoch=*/i + 1);
  REQUIRE(log->segments() > 1);
  REQUIRE(log->truncate_to(8).is_ok());
  CHECK(log->end_offset() == 6);
  CHECK(log->epochs().latest() == 2);
  batch.sequence = 9;
  CHECK(append(*log, batch, 9).error == ErrorCode::kOutOfOrderSequenceNumber);
  batch.sequence = 6;
  CHECK(append(*log, batch, 9).first_offset == 6);
}

TEST_CASE("a timestamp leads to the first record that is as old", "[log][partition_log]") {
  const ScratchDirectory scratch;
  const auto log = open_log(scratch, 0, {.segment_bytes = 1000});
  for (int i = 0; i < 50; ++i)
    append(*log, {.records = 2, .timestamp = 1000 + 10 * i});
  CHECK(log->offset_at(0)->offset == 0);
  CHECK(log->offset_at(1001)->offset == 1);
  CHECK(log->offset_at(1002)->offset == 2);
  CHECK(log->offset_at(1490)->offset == 98);
  CHECK(log->offset_at(1492)->offset == -1);
  CHECK(log->offset_of_max_timestamp()->offset == 99);
}

TEST_CASE("a disk that refuses takes the log out of service", "[log][partition_log]") {
  const ScratchDirectory scratch;
  const auto log = open_log(scratch);
  append(*log, {.records = 1});
  // What the process may write to a file ends just behind what is there.
  ::signal(SIGXFSZ, SIG_IGN);
  rlimit before = {};
  REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
  const rlimit tight{log->size_bytes() + 10, before.rlim_max};
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &tight) == 0);
  const LogAppend refused = append(*log, {.records = 1});
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &before) == 0);
  CHECK(refused.error == ErrorCode::kKafkaStorageError);
  CHECK(log->failure().code() == Code::kIoError);
  CHECK(append(*log, {.records = 1}).error == ErrorCode::kKafkaStorageError);
  CHECK(log->read(0, 1, kPlenty).status().code() == Code::kIoError);
  CHECK(open_log(scratch)->end_offset() == 1);
}

}  // namespace
}  // namespace quorate::broker
