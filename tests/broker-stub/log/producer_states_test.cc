#include "broker-stub/log/producer_states.h"

#include <limits>

#include <catch2/catch.hpp>

namespace quorate::broker {
namespace {

ProducerBatch batch_at(std::int32_t sequence,
                       std::int64_t offset,
                       std::int32_t records = 1,
                       std::int16_t epoch = 0) {
  return {.producer_id = 7,
          .producer_epoch = epoch,
          .first_sequence = sequence,
          .records = records,
          .first_offset = offset,
          .timestamp_ms = 1};
}

ProducerStates after(std::initializer_list<ProducerBatch> batches) {
  ProducerStates states;
  for (const ProducerBatch& batch : batches)
    states.on_appended(batch);
  return states;
}

SequenceVerdict verdict(const ProducerStates& states, const ProducerBatch& batch) {
  return states.check(batch).verdict;
}

TEST_CASE("a batch without a producer id is always next", "[log][producer_states]") {
  CHECK(verdict(ProducerStates(), ProducerBatch{.records = 3}) == SequenceVerdict::kNext);
}

TEST_CASE("a producer begins at sequence 0 and goes on without a gap",
          "[log][producer_states][B12]") {
  CHECK(verdict(ProducerStates(), batch_at(0, -1)) == SequenceVerdict::kNext);
  CHECK(verdict(ProducerStates(), batch_at(1, -1)) == SequenceVerdict::kOutOfOrder);
  const ProducerStates states = after({batch_at(0, 100, 10)});
  CHECK(verdict(states, batch_at(10, -1)) == SequenceVerdict::kNext);
  CHECK(verdict(states, batch_at(11, -1)) == SequenceVerdict::kOutOfOrder);
}

TEST_CASE("a repeated batch is answered with its first offset", "[log][producer_states][B12]") {
  const ProducerStates states = after({batch_at(0, 100, 10), batch_at(10, 130, 5)});
  const SequenceCheck check = states.check(batch_at(0, -1, 10));
  CHECK(check.verdict == SequenceVerdict::kDuplicate);
  CHECK(check.original.first_offset == 100);
}

TEST_CASE("a batch older than the last five is still known to be in the log",
          "[log][producer_states][B12]") {
  ProducerStates states;
  for (int i = 0; i < 7; ++i)
    states.on_appended(batch_at(i, 100 + i));
  CHECK(verdict(states, batch_at(2, -1)) == SequenceVerdict::kDuplicate);
  CHECK(verdict(states, batch_at(1, -1)) == SequenceVerdict::kOldDuplicate);
}

TEST_CASE("a batch that overlaps another one is out of order", "[log][producer_states][B12]") {
  const ProducerStates states = after({batch_at(0, 100, 10)});
  CHECK(verdict(states, batch_at(0, -1, 12)) == SequenceVerdict::kOutOfOrder);
  CHECK(verdict(states, batch_at(5, -1, 5)) == SequenceVerdict::kOutOfOrder);
}

TEST_CASE("a newer producer epoch starts again at 0 and shuts out the older one",
          "[log][producer_states][B12]") {
  ProducerStates states = after({batch_at(0, 100, 10)});
  CHECK(verdict(states, batch_at(10, -1, 1, /*epoch=*/1)) == SequenceVerdict::kOutOfOrder);
  CHECK(verdict(states, batch_at(0, -1, 1, /*epoch=*/1)) == SequenceVerdict::kNext);
  states.on_appended(batch_at(0, 110, 1, /*epoch=*/1));
  CHECK(verdict(states, batch_at(10, -1, 1, /*epoch=*/0)) == SequenceVerdict::kStaleEpoch);
}

TEST_CASE("sequences go on at 0 behind the largest int32", "[log][producer_states][B12]") {
  constexpr std::int32_t kMax = std::numeric_limits<std::int32_t>::max();
  const ProducerStates states = after({batch_at(kMax - 1, 100, 2)});
  CHECK(verdict(states, batch_at(0, -1)) == SequenceVerdict::kNext);
  const ProducerStates wrapped = after({batch_at(kMax, 100, 3)});
  CHECK(wrapped.check(batch_at(kMax, -1, 3)).verdict == SequenceVerdict::kDuplicate);
  CHECK(verdict(wrapped, batch_at(2, -1)) == SequenceVerdict::kNext);
}

TEST_CASE("a snapshot reads back as it was", "[log][producer_states][B13]") {
  const ProducerStates states = after({batch_at(0, 100, 10), batch_at(10, 130, 5)});
  const auto read = ProducerStates::from_bytes(states.to_bytes());
  REQUIRE(read.is_ok());
  CHECK(*read == states);
}

TEST_CASE("a snapshot with any one bit flipped is refused", "[log][producer_states][B13]") {
  const std::string bytes = after({batch_at(0, 100, 10)}).to_bytes();
  for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    std::string flipped = bytes;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
    CHECK_FALSE(ProducerStates::from_bytes(flipped).is_ok());
  }
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    CHECK_FALSE(ProducerStates::from_bytes(bytes.substr(0, size)).is_ok());
  }
}

}  // namespace
}  // namespace quorate::broker
