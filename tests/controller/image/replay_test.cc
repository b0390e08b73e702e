// Replay: how records change an image, and what they cannot do.
#include <utility>

#include <catch2/catch.hpp>

#include "controller/image/delta.h"
#include "tests/controller/image/records.h"

namespace quorate::controller {
namespace {

using namespace testing;

// A cluster of two brokers with topic orders of one partition; the log ends at 6.
MetadataImage small_cluster() {
  return image_after({batch(0,
                            {registration(1, 0),
                             registration(2, 1),
                             unfencing(1, 0),
                             unfencing(2, 1),
                             topic(kOrders, "orders"),
                             partition({kOrders, 0}, {1, 2})})});
}

void check_refused(const v1::Record& record, Code code) {
  const MetadataImage before = small_cluster();
  const Result<Replayed> result = replay(before, batch(before.end_offset, {no_op(), record}));
  REQUIRE_FALSE(result.is_ok());
  INFO(to_string(result.status()));
  CHECK(result.status().code() == code);
  CHECK(result.status().message().find("record at offset 7") == 0);
  CHECK(text_of(before) == text_of(small_cluster()));
}

TEST_CASE("a batch decided on another state is void and changes nothing", "[controller][delta]") {
  const MetadataImage before = small_cluster();
  for (const std::uint64_t offset : {0U, 5U, 7U}) {
    const Result<Replayed> result = replay(before, batch(offset, {no_op()}));
    REQUIRE(result.is_ok());
    CHECK(result->outcome == ReplayOutcome::kVoid);
    CHECK(text_of(result->image) == text_of(before));
    CHECK(result->delta.end_offset == before.end_offset);
  }
}

TEST_CASE("a record of an unknown kind is an error", "[controller][delta][C3]") {
  check_refused(v1::Record{}, Code::kUnsupported);
  v1::Record config = topic_config("orders", "retention.ms", "1");
  config.mutable_config()->set_resource(static_cast<v1::ConfigResource>(9));
  check_refused(config, Code::kUnsupported);
}

TEST_CASE("a record about what does not exist is an error", "[controller][delta][C3]") {
  check_refused(unregistration(9, 0), Code::kCorruption);
  check_refused(unregistration(1, 1), Code::kCorruption);
  check_refused(unfencing(1, 3), Code::kCorruption);
  check_refused(unfencing(9, 0), Code::kCorruption);
  check_refused(removal(kPayments), Code::kCorruption);
  check_refused(partition({kPayments, 0}, {1}), Code::kCorruption);
  check_refused(leader_change({kPayments, 0}, 1), Code::kCorruption);
  check_refused(leader_change({kOrders, 1}, 1), Code::kCorruption);
  check_refused(leader_change({kOrders, -1}, 1), Code::kCorruption);
  check_refused(topic_config("payments", "retention.ms", "1"), Code::kCorruption);
}

TEST_CASE("a record that does not fit is an error", "[controller][delta][C3]") {
  check_refused(registration(3, 99), Code::kCorruption);  // BRK-3: not its offset
  check_refused(registration(-1, 7), Code::kCorruption);
  check_refused(topic(kOrders, "again"), Code::kCorruption);
  check_refused(topic(kPayments, "orders"), Code::kCorruption);
  check_refused(topic(kPayments, ""), Code::kCorruption);
  check_refused(partition({kOrders, 2}, {1}), Code::kCorruption);  // a hole
  check_refused(partition({kOrders, 0}, {1}), Code::kCorruption);  // there already
  check_refused(partition({kOrders, 1}, {}), Code::kCorruption);
  check_refused(partition({kOrders, 1}, {1, 1}), Code::kCorruption);
  check_refused(producer_ids(1, 0), Code::kCorruption);
  check_refused(feature("", 1), Code::kCorruption);
  check_refused(feature("f", -1), Code::kCorruption);
  check_refused(request_done("", "x"), Code::kCorruption);
}

TEST_CASE("a topic name that differs by dot and underscore alone is an error",
          "[controller][delta][TOP-5]") {
  const MetadataImage image =
      image_after({batch(0, {topic(kOrders, "a.b_c"), topic(kPayments, "abc")})});
  CHECK_FALSE(replay(image, batch(2, {topic({3, 3}, "a_b.c")})).is_ok());
  const MetadataImage after = replayed(image, batch(2, {removal(kOrders)}));
  CHECK(replay(after, batch(3, {topic({3, 3}, "a_b.c")})).is_ok());
}

TEST_CASE("a partition change adds one to the epochs that it touches",
          "[controller][delta][PAR-7][PAR-8]") {
  MetadataImage image = small_cluster();
  image = replayed(image, batch(6, {isr_change({kOrders, 0}, {1})}));
  const Partition* partition = image.topics.find(TopicPartition{kOrders, 0});
  CHECK(partition->partition_epoch == 1);
  CHECK(partition->leader_epoch == 0);
  image = replayed(image, batch(7, {leader_change({kOrders, 0}, 1)}));
  partition = image.topics.find(TopicPartition{kOrders, 0});
  CHECK(partition->partition_epoch == 2);
  CHECK(partition->leader_epoch == 1);
  CHECK(partition->leader == 1);
}

TEST_CASE("a deleted topic leaves nothing behind and a new one has a new id",
          "[controller][delta][TOP-10][C29]") {
  const MetadataImage before = small_cluster();
  MetadataImage image =
      replayed(before, batch(6, {topic_config("orders", "retention.ms", "1"), removal(kOrders)}));
  CHECK(image.topics.find("orders") == nullptr);
  CHECK(image.topics.partition_count() == 0);
  CHECK(image.configs.resources().empty());
  CHECK(image.topics.index().brokers().empty());
  image = replayed(image, batch(8, {topic({5, 5}, "orders")}));
  CHECK(image.topics.find("orders")->id == Uuid{5, 5});
  CHECK(before.topics.find("orders")->id == kOrders);
  CHECK(before.topics.find("orders")->partitions.size() == 1);
}

TEST_CASE("the same process may register again with its own epoch", "[controller][delta][BRK-4]") {
  v1::Record again = registration(1, 0);
  again.mutable_register_broker()->set_rack("elsewhere");
  const MetadataImage image = replayed(small_cluster(), batch(6, {again}));
  CHECK(image.cluster.find(1)->rack == "elsewhere");
}

TEST_CASE("a delta names each touched thing once and in order", "[controller][delta]") {
  const Result<Replayed> result = replay(small_cluster(),
                                         batch(6,
                                               {leader_change({kOrders, 0}, 2),
                                                isr_change({kOrders, 0}, {2}),
                                                topic(kPayments, "payments"),
                                                partition({kPayments, 0}, {2}),
                                                topic_config("orders", "retention.ms", "1"),
                                                topic_config("orders", "segment.bytes", "100"),
                                                producer_ids(1, 10),
                                                feature("f", 1),
                                                unfencing(2, 1),
                                                unfencing(1, 0)}));
  REQUIRE(result.is_ok());
  const MetadataDelta& delta = result->delta;
  CHECK(delta.base_offset == 6);
  CHECK(delta.end_offset == 16);
  CHECK(delta.brokers == std::vector<BrokerId>{1, 2});
  CHECK(delta.topics_created == std::vector<NamedTopic>{{kPayments, "payments"}});
  CHECK(delta.topics_removed.empty());
  CHECK(delta.partitions == std::vector<TouchedPartition>{{{kOrders, 0}, 2}, {{kPayments, 0}, 1}});
  CHECK(delta.configs.size() == 1);
  CHECK(delta.features == std::vector<std::string>{"f"});
  CHECK(delta.producer_ids);

  MetadataDelta both = delta;
  const Result<Replayed> later = replay(result->image, batch(16, {removal(kPayments)}));
  both.append(later->delta);
  CHECK(both.end_offset == 17);
  CHECK(both.topics_created.empty());
  CHECK(both.topics_removed == std::vector<NamedTopic>{{kPayments, "payments"}});
  CHECK(both.partitions == std::vector<TouchedPartition>{{{kOrders, 0}, 2}});
}

}  // namespace
}  // namespace quorate::controller
