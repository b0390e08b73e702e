// What the mutation quota does to decisions about topics: TOP-8, and TOP-6 of it.
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "tests/controller/control/cluster.h"

namespace quorate::controller {
namespace {

using namespace testing;

// User "u" may create and delete 1 partition a second, and 10 at once.
struct QuotaFixture {
  QuotaFixture() : cluster(ControlOptions{.mutation_quota = {.burst_seconds = 10}}) {
    cluster.start_brokers(1);
    const AlterClientQuotas quota{{{{{"user", "u"}}, {{"controller_mutation_rate", 1.0}}}}};
    REQUIRE(cluster.decide(quota).answer.entries.at(0).error == v1::NONE);
    cluster.ctx.client = {"u", "c", OverQuota::kRefused};
  }
  NewTopic topic(const std::string& name, std::int32_t partitions) {
    return cluster.new_topic(name, partitions, 1);
  }
  Decision<CreateTopicsAnswer> create(const std::vector<NewTopic>& topics) {
    return cluster.decide(CreateTopics{topics});
  }
  v1::ErrorCode create_one(const std::string& name, std::int32_t partitions) {
    return create({topic(name, partitions)}).answer.topics.at(0).error;
  }
  Decision<DeleteTopicsAnswer> remove(const std::string& name) {
    return cluster.decide(DeleteTopics{{{name, {}}}});
  }
  Decision<CreatePartitionsAnswer> grow(const std::string& name, std::int32_t total) {
    return cluster.decide(CreatePartitions{{{name, total, std::nullopt}}});
  }

  Cluster cluster;
};

TEST_CASE("topics beyond the quota are refused one by one and the rest of the request too",
          "[control][mutation_quota][TOP-8]") {
  QuotaFixture f;
  const auto decision = f.create({f.topic("a", 8), f.topic("b", 5), f.topic("c", 1)});
  CHECK(decision.answer.topics[0].error == v1::NONE);
  CHECK(decision.answer.topics[1].error == v1::NONE);  // 2 tokens were left
  CHECK(decision.answer.topics[2].error == v1::THROTTLING_QUOTA_EXCEEDED);
  CHECK(decision.answer.topics[2].error_message ==
        "controller_mutation_rate of user 'u' is used up; try again in 3000 ms");
  CHECK(decision.throttle_ms == 3'000);
  CHECK(f.cluster.control.pending().topics.size() == 2);
  f.cluster.ctx.now_ms += 2'999;
  CHECK(f.create_one("c", 1) == v1::THROTTLING_QUOTA_EXCEEDED);
  CHECK(f.cluster.last_records.empty());
  f.cluster.ctx.now_ms += 1;
  CHECK(f.create_one("c", 1) == v1::NONE);
  f.cluster.ctx.client.user = "v";
  CHECK(f.create_one("d", 100) == v1::NONE);
}

TEST_CASE("deletions and additions count their partitions", "[control][mutation_quota][TOP-8]") {
  QuotaFixture f;
  CHECK(f.create_one("a", 6) == v1::NONE);
  CHECK(f.grow("a", 9).answer.topics[0].error == v1::NONE);  // 3 of the 4 that are left
  const auto removed = f.remove("a");
  CHECK(removed.answer.topics[0].error == v1::NONE);
  CHECK(removed.throttle_ms == 0);
  f.cluster.ctx.client.user = "v";
  CHECK(f.create_one("b", 1) == v1::NONE);
  f.cluster.ctx.client.user = "u";
  const auto grown = f.grow("b", 2);
  CHECK(grown.answer.topics[0].error == v1::THROTTLING_QUOTA_EXCEEDED);
  CHECK(grown.throttle_ms == 8'000);
  const auto kept = f.remove("b");
  CHECK(kept.answer.topics[0].error == v1::THROTTLING_QUOTA_EXCEEDED);
  CHECK(kept.throttle_ms == 8'000);
  f.cluster.ctx.now_ms += 8'000;
  CHECK(f.remove("b").answer.topics[0].error == v1::NONE);
}

TEST_CASE("what is refused for another reason takes nothing", "[control][mutation_quota][TOP-8]") {
  QuotaFixture f;
  CHECK(f.create_one("bad name", 10) == v1::INVALID_TOPIC_EXCEPTION);
  CHECK(f.create({f.cluster.new_topic("a", 10, 7)}).answer.topics[0].error ==
        v1::INVALID_REPLICATION_FACTOR);
  CHECK(f.remove("a").answer.topics[0].error == v1::UNKNOWN_TOPIC_OR_PARTITION);
  CHECK(f.create_one("a", 10) == v1::NONE);
  CHECK(f.grow("a", 10).answer.topics[0].error == v1::INVALID_PARTITIONS);
  CHECK(f.create_one("b", 1) == v1::NONE);
  // And says so also when the quota is used up.
  CHECK(f.create_one("a", 1) == v1::TOPIC_ALREADY_EXISTS);
}

TEST_CASE("a plan and validating give the verdict of the quota and validating takes of it",
          "[control][mutation_quota][TOP-6]") {
  QuotaFixture f;
  const CreateTopics two{{f.topic("a", 11), f.topic("b", 1)}};
  RequestContext ctx = f.cluster.ctx;
  for (const Mode mode : {Mode::kPlan, Mode::kPlan, Mode::kValidateOnly}) {
    ctx.mode = mode;
    const auto decision = f.cluster.control.decide(two, ctx);
    CHECK(decision.answer.topics[0].error == v1::NONE);
    CHECK(decision.answer.topics[1].error == v1::THROTTLING_QUOTA_EXCEEDED);
    CHECK(decision.throttle_ms == 1'000);
  }
  CHECK(f.cluster.control.pending().topics.size() == 0);
  CHECK(f.create_one("a", 11) == v1::THROTTLING_QUOTA_EXCEEDED);
  f.cluster.ctx.now_ms += 1'000;
  CHECK(f.create_one("a", 11) == v1::NONE);
}

TEST_CASE("a retry is answered as the first time and takes nothing",
          "[control][mutation_quota][QUO-3]") {
  QuotaFixture f;
  f.cluster.ctx.request_id = "one";
  const NewTopic topic = f.topic("a", 10);
  CHECK_FALSE(f.create({topic}).first_answer.has_value());
  for (int i = 0; i < 3; ++i)
    CHECK(f.create({topic}).first_answer.has_value());
  f.cluster.ctx.request_id.clear();
  CHECK(f.create_one("b", 1) == v1::NONE);
  CHECK(f.create_one("c", 1) == v1::THROTTLING_QUOTA_EXCEEDED);
}

TEST_CASE("a client that cannot be refused goes on and is told to wait",
          "[control][mutation_quota][QUO-3]") {
  QuotaFixture f;
  f.cluster.ctx.client.over = OverQuota::kDelayed;
  const auto decision = f.create({f.topic("a", 20), f.topic("b", 5)});
  CHECK(decision.answer.topics[0].error == v1::NONE);
  CHECK(decision.answer.topics[1].error == v1::NONE);
  CHECK(decision.throttle_ms == 15'000);
}

TEST_CASE("a new active controller begins with full buckets", "[control][mutation_quota][QUO-4]") {
  QuotaFixture f;
  CHECK(f.create_one("a", 100) == v1::NONE);
  CHECK(f.create_one("b", 1) == v1::THROTTLING_QUOTA_EXCEEDED);
  f.cluster.control.reset(f.cluster.committed);
  CHECK(f.create_one("b", 1) == v1::THROTTLING_QUOTA_EXCEEDED);
  f.cluster.control.claim(f.cluster.committed, f.cluster.ctx.now_ms);
  CHECK(f.create_one("b", 1) == v1::NONE);
}

TEST_CASE("a quota that is removed holds nobody back", "[control][mutation_quota][QUO-3]") {
  QuotaFixture f;
  CHECK(f.create_one("a", 100) == v1::NONE);
  CHECK(f.create_one("b", 1) == v1::THROTTLING_QUOTA_EXCEEDED);
  const AlterClientQuotas none{{{{{"user", "u"}}, {{"controller_mutation_rate", std::nullopt}}}}};
  REQUIRE(f.cluster.decide(none).answer.entries.at(0).error == v1::NONE);
  CHECK(f.create_one("b", 1) == v1::NONE);
}

}  // namespace
}  // namespace quorate::controller
