#include "tests/broker-stub/log/log_scratch.h"

namespace quorate::broker {
namespace {

using kafka::ErrorCode;

std::filesystem::path first_segment(const ScratchDirectory& scratch) {
  return scratch.path() / "00000000000000000000.log";
}

// Three batches of two records by an idempotent producer; not closed, as after a kill.
std::string three_batches(const ScratchDirectory& scratch) {
  const auto log = open_log(scratch);
  for (int i = 0; i < 3; ++i) {
    append(*log, {.records = 2, .producer_id = 5, .producer_epoch = 0, .sequence = 2 * i});
  }
  return bytes_of(first_segment(scratch));
}

TEST_CASE("a killed process loses nothing that it appended", "[log][recovery]") {
  const ScratchDirectory scratch;
  three_batches(scratch);
  const auto log = open_log(scratch);
  CHECK(log->end_offset() == 6);
  CHECK(log->recovery().bytes_cut == 0);
}

TEST_CASE("a tail torn at any byte of the last batch is cut there", "[log][recovery][D11]") {
  const ScratchDirectory scratch;
  const std::string whole = three_batches(scratch);
  const std::size_t batch = whole.size() / 3;
  for (std::size_t torn = 1; torn < batch; ++torn) {
    put_bytes(first_segment(scratch), whole.substr(0, 2 * batch + torn));
    const auto log = open_log(scratch, /*recovery_point=*/4);
    REQUIRE(log->end_offset() == 4);
    CHECK(log->recovery().bytes_cut == torn);
    CHECK_FALSE(log->recovery().reason.empty());
    CHECK(append(*log, {.records = 1}).first_offset == 4);
  }
}

TEST_CASE("a byte flipped anywhere behind the recovery point cuts the log there",
          "[log][recovery][D13]") {
  const ScratchDirectory scratch;
  const std::string whole = three_batches(scratch);
  const std::size_t batch = whole.size() / 3;
  for (std::size_t at = 2 * batch; at < whole.size(); ++at) {
    // The leader epoch lies outside of what the CRC covers.
    if (at >= 2 * batch + 12 && at < 2 * batch + 16) continue;
    std::string flipped = whole;
    flipped[at] = static_cast<char>(flipped[at] ^ 0x40);
    put_bytes(first_segment(scratch), flipped);
    REQUIRE(open_log(scratch, /*recovery_point=*/4)->end_offset() == 4);
  }
}

TEST_CASE("damage before the recovery point is refused and left as it is", "[log][recovery][D13]") {
  const ScratchDirectory scratch;
  const std::string whole = three_batches(scratch);
  std::string flipped = whole;
  flipped[whole.size() / 3 + 70] ^= 1;
  put_bytes(first_segment(scratch), flipped);
  const auto log = PartitionLog::open(scratch.path(), {}, /*recovery_point=*/6);
  CHECK(log.status().code() == Code::kCorruption);
  CHECK_THAT(log.status().message(), Catch::Contains("offset 2"));
  CHECK(bytes_of(first_segment(scratch)) == flipped);
}

TEST_CASE("a log that ends before its recovery point is refused", "[log][recovery][D15][D16]") {
  const ScratchDirectory scratch;
  const std::string whole = three_batches(scratch);
  put_bytes(first_segment(scratch), whole.substr(0, whole.size() / 3));
  CHECK(PartitionLog::open(scratch.path(), {}, 6).status().code() == Code::kCorruption);
  std::filesystem::remove(first_segment(scratch));
  CHECK(PartitionLog::open(scratch.path(), {}, 6).status().code() == Code::kCorruption);
}

TEST_CASE("a missing segment before the recovery point is refused", "[log][recovery][D16]") {
  const ScratchDirectory scratch;
  std::int64_t end = 0;
  {
    const auto log = open_log(scratch, 0, {.segment_bytes = 200});
    for (int i = 0; i < 9; ++i)
      append(*log, {.records = 2});
    REQUIRE(log->segments() > 3);
    REQUIRE(log->close().is_ok());
    end = log->recovery_point();
  }
  CHECK(end == 18);
  int n = 0;
  for (const auto& file : std::filesystem::directory_iterator(scratch.path())) {
    if (file.path().extension() != ".log" || file.path() == first_segment(scratch)) continue;
    if (++n == 1) std::filesystem::remove(file.path());
  }
  CHECK(PartitionLog::open(scratch.path(), {}, end).status().code() == Code::kCorruption);
}

TEST_CASE("an idempotent duplicate is known after a clean stop and after a kill",
          "[log][recovery][B12]") {
  const ScratchDirectory scratch;
  three_batches(scratch);
  const BatchMaker second{.records = 2, .producer_id = 5, .producer_epoch = 0, .sequence = 2};
  {
    const auto log = open_log(scratch);
    CHECK(append(*log, second).first_offset == 2);
    REQUIRE(log->close().is_ok());
  }
  const auto log = open_log(scratch, /*recovery_point=*/6);
  const LogAppend again = append(*log, second);
  CHECK(again.duplicate);
  CHECK(again.first_offset == 2);
  CHECK(log->end_offset() == 6);
}

TEST_CASE("producer state from a snapshot equals the state recomputed from the log",
          "[log][recovery][B13]") {
  const ScratchDirectory scratch;
  ProducerStates live;
  {
    const auto log = open_log(scratch, 0, {.segment_bytes = 500});
    for (int i = 0; i < 40; ++i) {
      append(*log,
             {.records = 2, .producer_id = i % 3, .producer_epoch = 0, .sequence = 2 * (i / 3)});
    }
    live = log->producers();
  }
  CHECK(open_log(scratch)->producers() == live);
  for (const auto& file : std::filesystem::directory_iterator(scratch.path())) {
    if (file.path().extension() == ".snapshot") std::filesystem::remove(file.path());
  }
  CHECK(open_log(scratch)->producers() == live);
}

TEST_CASE("lost or damaged index and epoch files are made again from the log",
          "[log][recovery][B11]") {
  const ScratchDirectory scratch;
  {
    const auto log = open_log(scratch, 0, {.segment_bytes = 400});
    for (int i = 0; i < 20; ++i)
      append(*log, {.records = 2}, /*epoch=*/1 + i / 5);
    REQUIRE(log->close().is_ok());
  }
  const std::vector<EpochStart> epochs{{1, 0}, {2, 10}, {3, 20}, {4, 30}};
  for (const auto& file : std::filesystem::directory_iterator(scratch.path())) {
    if (file.path().extension() == ".index") put_bytes(file.path(), "nonsense");
    if (file.path().extension() == ".timeindex") std::filesystem::remove(file.path());
  }
  put_bytes(scratch.path() / "leader-epoch-checkpoint", "0\n7\n");
  const auto log = open_log(scratch, /*recovery_point=*/40);
  CHECK(log->epochs().entries() == epochs);
  CHECK(log->end_offset() == 40);
  CHECK(spans_of(*log->read(31, 40, 1)).front() == std::pair<std::int64_t, std::int64_t>{30, 31});
}

}  // namespace
}  // namespace quorate::broker
