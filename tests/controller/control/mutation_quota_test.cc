// The controller mutation quota by itself: whose bucket, what is admitted, how many buckets.
#include "controller/control/mutation_quota.h"

#include <cmath>
#include <map>
#include <random>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

namespace quorate::controller {
namespace {

constexpr const char* kMutationRateKey = "controller_mutation_rate";
constexpr auto kUser = QuotaEntityType::kUser;
constexpr auto kClientId = QuotaEntityType::kClientId;

QuotaClient quota_client(const std::string& user, const std::string& id) {
  return {user, id, OverQuota::kRefused};
}

ClientQuotasImage one_quota(const QuotaEntity& entity, double rate) {
  ClientQuotasImage quotas;
  REQUIRE(quotas.set(entity, kMutationRateKey, rate).is_ok());
  return quotas;
}

// What one topic of so many partitions is told.
std::uint32_t ask_once(MutationBuckets& buckets,
                       const ClientQuotasImage& quotas,
                       const QuotaClient& who,
                       std::uint64_t now_ms,
                       std::size_t partitions) {
  MutationCharge charge = buckets.begin(quotas, who, now_ms);
  if (charge.admits()) charge.take(partitions);
  buckets.settle(charge);
  return charge.throttle_ms();
}

TEST_CASE("the quota that names most of a client holds and each default has a bucket per client",
          "[control][mutation_quota][QUO-2]") {
  // From the last in order to the first: each that is added holds from then on.
  struct Row {
    QuotaEntity entity;
    BucketOwner owner;
  };
  const std::vector<Row> rows = {
      {{{kClientId, std::nullopt}}, {std::nullopt, "c"}},
      {{{kClientId, "c"}}, {std::nullopt, "c"}},
      {{{kUser, std::nullopt}}, {"u", std::nullopt}},
      {{{kUser, std::nullopt}, {kClientId, std::nullopt}}, {"u", "c"}},
      {{{kUser, std::nullopt}, {kClientId, "c"}}, {"u", "c"}},
      {{{kUser, "u"}}, {"u", std::nullopt}},
      {{{kUser, "u"}, {kClientId, std::nullopt}}, {"u", "c"}},
      {{{kUser, "u"}, {kClientId, "c"}}, {"u", "c"}},
  };
  ClientQuotasImage quotas;
  REQUIRE(quotas.set({{kUser, "u"}, {kClientId, "c"}}, "producer_byte_rate", 1).is_ok());
  REQUIRE(quotas.set({{kUser, "v"}}, kMutationRateKey, 99).is_ok());
  CHECK_FALSE(mutation_limit(quotas, quota_client("u", "c")).has_value());
  double rate = 0;
  for (const Row& row : rows) {
    INFO(to_string(row.entity));
    REQUIRE(quotas.set(row.entity, kMutationRateKey, ++rate).is_ok());
    const auto limit = mutation_limit(quotas, quota_client("u", "c"));
    REQUIRE(limit.has_value());
    CHECK(limit->rate == Approx(rate));
    CHECK(limit->owner == row.owner);
  }
}

TEST_CASE("who is nobody has no quota and who has no client id has that of all others",
          "[control][mutation_quota][QUO-2]") {
  ClientQuotasImage quotas = one_quota({{kUser, std::nullopt}}, 1);
  CHECK_FALSE(mutation_limit(quotas, quota_client("", "c")).has_value());
  CHECK(mutation_limit(quotas, quota_client("u", "")).has_value());
  REQUIRE(quotas.set({{kUser, "u"}, {kClientId, std::nullopt}}, kMutationRateKey, 7).is_ok());
  CHECK(mutation_limit(quotas, quota_client("u", ""))->rate == Approx(7));
}

TEST_CASE("what is admitted may use up more than there is and what follows waits for it",
          "[control][mutation_quota][QUO-3]") {
  const ClientQuotasImage quotas = one_quota({{kUser, "u"}}, 2);
  MutationBuckets buckets({.burst_seconds = 5});
  const QuotaClient u = quota_client("u", "");
  CHECK(ask_once(buckets, quotas, u, 1'000, 10) == 0);  // all of it
  CHECK(ask_once(buckets, quotas, u, 1'000, 5) == 0);   // at 0 is not below 0
  CHECK(ask_once(buckets, quotas, u, 1'000, 1) == 2'500);
  CHECK(ask_once(buckets, quotas, u, 2'000, 1) == 1'500);  // refused: nothing was taken
  CHECK(ask_once(buckets, quotas, u, 3'499, 1) == 1);
  CHECK(ask_once(buckets, quotas, u, 3'500, 1) == 0);
  CHECK(ask_once(buckets, quotas, u, 3'500, 1) == 500);
  CHECK(ask_once(buckets, quotas, quota_client("v", ""), 3'500, 1'000) == 0);  // has no quota
  CHECK(buckets.size() == 1);
}

TEST_CASE("a client that cannot be refused is told to wait for what it took",
          "[control][mutation_quota][QUO-3]") {
  const ClientQuotasImage quotas = one_quota({{kUser, "u"}}, 2);
  MutationBuckets buckets({.burst_seconds = 5});
  QuotaClient old = quota_client("u", "");
  old.over = OverQuota::kDelayed;
  CHECK(ask_once(buckets, quotas, old, 0, 11) == 500);
  CHECK(ask_once(buckets, quotas, old, 0, 4) == 2'500);
  CHECK(ask_once(buckets, quotas, quota_client("u", ""), 0, 4) == 2'500);
  CHECK(ask_once(buckets, quotas, old, 2'500, 0) == 0);
}

TEST_CASE("a wait beyond what Kafka can tell is as long as it can tell",
          "[control][mutation_quota][QUO-3]") {
  const ClientQuotasImage quotas = one_quota({{kUser, "u"}}, 1e-9);
  MutationBuckets buckets({});
  const QuotaClient u = quota_client("u", "");
  CHECK(ask_once(buckets, quotas, u, 0, 10'000) == 0);
  CHECK(ask_once(buckets, quotas, u, 0, 1) == 2'147'483'647);
}

TEST_CASE("a changed rate holds for what flows from then on", "[control][mutation_quota][QUO-3]") {
  MutationBuckets buckets({.burst_seconds = 1});
  const QuotaClient u = quota_client("u", "");
  CHECK(ask_once(buckets, one_quota({{kUser, "u"}}, 1), u, 0, 11) == 0);
  const ClientQuotasImage faster = one_quota({{kUser, "u"}}, 10);
  CHECK(ask_once(buckets, faster, u, 0, 1) == 1'000);
  CHECK(ask_once(buckets, faster, u, 1'000, 1) == 0);
}

TEST_CASE("a clock that goes back lets nothing flow", "[control][mutation_quota][QUO-3]") {
  const ClientQuotasImage quotas = one_quota({{kUser, "u"}}, 1);
  MutationBuckets buckets({.burst_seconds = 1});
  const QuotaClient u = quota_client("u", "");
  CHECK(ask_once(buckets, quotas, u, 10'000, 2) == 0);
  CHECK(ask_once(buckets, quotas, u, 1'000, 1) == 1'000);
}

TEST_CASE("no client gets more than its rate and one burst and one topic",
          "[control][mutation_quota][QUO-3]") {
  const std::uint32_t seed = std::random_device{}();
  INFO("seed " << seed);
  std::mt19937 random(seed);
  const ClientQuotasImage quotas = one_quota({{kUser, std::nullopt}}, 3);
  MutationBuckets buckets({.burst_seconds = 4});
  std::map<std::string, double> naive;  // thousandths of tokens, whole numbers
  std::map<std::string, std::uint64_t> seen_ms;
  std::uint64_t now_ms = 50'000;
  for (int i = 0; i < 5'000; ++i) {
    now_ms += random() % 700;
    const std::string user(1, static_cast<char>('a' + random() % 5));
    const std::size_t partitions = 1 + random() % 6;
    double& tokens = naive.try_emplace(user, 12'000).first->second;
    tokens += 3 * static_cast<double>(now_ms - seen_ms.try_emplace(user, now_ms).first->second);
    tokens = tokens > 12'000 ? 12'000 : tokens;
    seen_ms[user] = now_ms;
    const bool admitted = tokens > -1e-6;
    const double wait = std::ceil(-tokens / 3);
    if (admitted) tokens -= 1'000 * static_cast<double>(partitions);
    const std::uint32_t throttle =
        ask_once(buckets, quotas, quota_client(user, ""), now_ms, partitions);
    REQUIRE((throttle == 0) == admitted);
    // One more where a sum of fractions came out a little below.
    if (!admitted) REQUIRE(std::abs(throttle - wait) <= 1);
  }
}

TEST_CASE("one bucket too many takes the place of full ones or else of the next to be full",
          "[control][mutation_quota][QUO-4]") {
  const ClientQuotasImage quotas = one_quota({{kUser, std::nullopt}}, 1);
  MutationBuckets buckets({.burst_seconds = 10, .buckets_max = 3});
  CHECK(ask_once(buckets, quotas, quota_client("a", ""), 0, 20) == 0);
  CHECK(ask_once(buckets, quotas, quota_client("b", ""), 0, 5) == 0);
  CHECK(ask_once(buckets, quotas, quota_client("c", ""), 0, 40) == 0);
  CHECK(ask_once(buckets, quotas, quota_client("d", ""), 1'000, 30) == 0);
  CHECK(buckets.size() == 3);
  CHECK(ask_once(buckets, quotas, quota_client("a", ""), 1'000, 1) == 9'000);
  CHECK(ask_once(buckets, quotas, quota_client("c", ""), 1'000, 1) == 29'000);
  CHECK(ask_once(buckets, quotas, quota_client("d", ""), 1'000, 1) == 20'000);
  CHECK(ask_once(buckets, quotas, quota_client("b", ""), 1'000, 12) ==
        0);  // as if it had never asked
  CHECK(buckets.size() == 3);
  CHECK(ask_once(buckets, quotas, quota_client("e", ""), 35'000, 1) == 0);
  CHECK(buckets.size() == 2);  // b and d were full again; c was not
  CHECK(ask_once(buckets, quotas, quota_client("c", ""), 35'000, 1) == 0);
}

TEST_CASE("of a long name the first bytes tell whose bucket it is",
          "[control][mutation_quota][QUO-4]") {
  const ClientQuotasImage quotas = one_quota({{kClientId, std::nullopt}}, 1);
  MutationBuckets buckets({.burst_seconds = 1});
  const std::string begin(kBucketNameBytesMax, 'x');
  CHECK(ask_once(buckets, quotas, quota_client("u", begin + "1"), 0, 2) == 0);
  CHECK(ask_once(buckets, quotas, quota_client("u", begin + "2"), 0, 2) == 1'000);
  CHECK(ask_once(buckets, quotas, quota_client("u", begin.substr(1)), 0, 2) == 0);
}

TEST_CASE("a refusal can be read whatever bytes a client calls itself",
          "[control][mutation_quota][QUO-3]") {
  const ClientQuotasImage quotas = one_quota({{kUser, std::nullopt}, {kClientId, std::nullopt}}, 1);
  MutationBuckets buckets({.burst_seconds = 1});
  const QuotaClient odd = quota_client("\xC3\xBC m", std::string(63, 'x') + "\xC3\xBC");
  CHECK(ask_once(buckets, quotas, odd, 0, 2) == 0);
  MutationCharge charge = buckets.begin(quotas, odd, 0);
  CHECK_FALSE(charge.admits());
  CHECK(charge.refusal() == "controller_mutation_rate of user '?? m', client-id '" +
                                std::string(63, 'x') + "?' is used up; try again in 1000 ms");
}

}  // namespace
}  // namespace quorate::controller
