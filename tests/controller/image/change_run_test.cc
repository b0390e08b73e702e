// Long runs of partition changes are replayed in another order than they stand in: to the same end.
#include <catch2/catch.hpp>

#include "controller/image/delta.h"
#include "raft/base/random.h"
#include "tests/controller/image/records.h"

namespace quorate::controller {
namespace {

using namespace testing;

constexpr int kTopics = 7;
constexpr int kPartitions = 3;

TopicPartition place(std::uint64_t number) {
  return {{number % kTopics * 0x9e3779b97f4a7c15ULL + 1, 1},
          static_cast<std::int32_t>(number / kTopics % kPartitions)};
}

MetadataImage wide_image() {
  std::vector<v1::Record> records;
  for (std::uint64_t number = 0; number < kTopics; ++number) {
    const Uuid id = place(number).topic;
    records.push_back(topic(id, "t" + std::to_string(number)));
    for (std::int32_t i = 0; i < kPartitions; ++i)
      records.push_back(partition({id, i}, {1, 2, 3}));
  }
  return replayed({}, batch(0, records));
}

v1::Record some_change(Random& random) {
  const TopicPartition id = place(random.below(kTopics * kPartitions));
  if (random.chance(1, 2)) return leader_change(id, static_cast<BrokerId>(random.between(1, 3)));
  return random.chance(1, 2) ? isr_change(id, {1, 2}) : isr_change(id, {3, 1, 2});
}

TEST_CASE("a run of partition changes leads where its records lead one by one",
          "[controller][change_run][C1][PAR-13]") {
  const MetadataImage before = wide_image();
  const auto first_bytes = bytes_of(before);
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    INFO("seed " << seed);
    Random random(seed);
    std::vector<v1::Record> records;
    for (std::uint64_t i = random.below(120); i > 0; --i)
      records.push_back(random.chance(1, 50) ? no_op() : some_change(random));
    Replayer one_by_one(before, Replayer::Source::kLog);
    for (const v1::Record& record : records)
      REQUIRE(one_by_one.apply(record).is_ok());
    const auto at_once = replay(before, batch(before.end_offset, records));
    REQUIRE(at_once.is_ok());
    CHECK(bytes_of(before) == first_bytes);
    CHECK(at_once->delta.partitions == one_by_one.delta().partitions);
    CHECK(at_once->delta.end_offset == one_by_one.delta().end_offset);
    CHECK(bytes_of(at_once->image) == bytes_of(one_by_one.image()));
    const PartitionIndex& index = at_once->image.topics.index();
    for (BrokerId id = 1; id <= 3; ++id)
      CHECK(index.of(id).leaders == one_by_one.image().topics.index().of(id).leaders);
  }
}

TEST_CASE("a change in a run that cannot be replayed is named by its offset",
          "[controller][change_run][C3]") {
  const MetadataImage before = wide_image();
  std::vector<v1::Record> records;
  for (std::uint64_t number = 0; number < 30; ++number)
    records.push_back(leader_change(place(number), 2));
  records[17] = leader_change({place(3).topic, kPartitions}, 2);
  const auto first_bytes = bytes_of(before);
  const auto refused = replay(before, batch(before.end_offset, records));
  REQUIRE(refused.status().code() == Code::kCorruption);
  const std::string offset = std::to_string(before.end_offset + 17);
  CHECK(refused.status().message().find("record at offset " + offset) != std::string::npos);
  CHECK(bytes_of(before) == first_bytes);
}

}  // namespace
}  // namespace quorate::controller
