#include "broker-stub/log/leader_epochs.h"

#include <catch2/catch.hpp>

namespace quorate::broker {
namespace {

// Epoch 1 from 0, epoch 3 from 10, epoch 4 from 25.
LeaderEpochs three_epochs() {
  LeaderEpochs epochs;
  epochs.assign(1, 0);
  epochs.assign(3, 10);
  epochs.assign(4, 25);
  return epochs;
}

TEST_CASE("an epoch ends where the next one begins", "[log][leader_epochs][B11]") {
  const LeaderEpochs epochs = three_epochs();
  CHECK(epochs.end_of(1, /*log_end=*/40) == EpochEnd{1, 10});
  CHECK(epochs.end_of(4, /*log_end=*/40) == EpochEnd{4, 40});
}

TEST_CASE("an epoch that wrote nothing is answered by the largest one below it",
          "[log][leader_epochs][B7]") {
  CHECK(three_epochs().end_of(2, /*log_end=*/40) == EpochEnd{1, 10});
  CHECK(three_epochs().end_of(9, /*log_end=*/40) == EpochEnd{4, 40});
  CHECK(three_epochs().end_of(0, /*log_end=*/40) == EpochEnd{});
}

TEST_CASE("an older epoch cannot be assigned", "[log][leader_epochs][B11]") {
  LeaderEpochs epochs = three_epochs();
  CHECK(epochs.assign(3, 50) == EpochChange::kNone);
  CHECK(epochs.assign(4, 50) == EpochChange::kNone);
  CHECK(epochs.entries() == three_epochs().entries());
}

TEST_CASE("an epoch that wrote nothing gives way to the next at the same offset",
          "[log][leader_epochs][B11]") {
  LeaderEpochs epochs = three_epochs();
  CHECK(epochs.assign(7, 25) == EpochChange::kChanged);
  CHECK(epochs.latest() == 7);
  CHECK(epochs.end_of(4, 40) == EpochEnd{3, 25});
}

TEST_CASE("truncation forgets the epochs that begin behind it", "[log][leader_epochs][B7]") {
  LeaderEpochs epochs = three_epochs();
  CHECK(epochs.truncate_to(25) == EpochChange::kChanged);
  CHECK(epochs.latest() == 3);
  CHECK(epochs.truncate_to(11) == EpochChange::kNone);
}

TEST_CASE("the checkpoint text reads back as it was", "[log][leader_epochs]") {
  const auto read = LeaderEpochs::from_text(three_epochs().to_text());
  REQUIRE(read.is_ok());
  CHECK(read->entries() == three_epochs().entries());
}

TEST_CASE("a checkpoint that breaks the order or its count is refused", "[log][leader_epochs]") {
  for (const char* text : {"",
                           "1\n0\n",
                           "0\n2\n1 0\n",
                           "0\n2\n2 0\n1 5\n",
                           "0\n2\n1 5\n2 5\n",
                           "0\n1\n-1 0\n",
                           "0\n1\nx 0\n"}) {
    INFO(text);
    CHECK(LeaderEpochs::from_text(text).status().code() == Code::kCorruption);
  }
}

}  // namespace
}  // namespace quorate::broker
