// Which quotas a question is about.
#include "controller/image/quota_filter.h"

#include <catch2/catch.hpp>

namespace quorate::controller {
namespace {

constexpr std::int32_t kExact = 0;
constexpr std::int32_t kDefault = 1;
constexpr std::int32_t kSpecified = 2;

QuotaFilter filter_of(const std::vector<QuotaFilterWord>& words) {
  QuotaFilter filter;
  for (const QuotaFilterWord& word : words)
    REQUIRE(add_part(word, filter).is_ok());
  return filter;
}

Code fault_of(const std::vector<QuotaFilterWord>& words) {
  QuotaFilter filter;
  Status status;
  for (const QuotaFilterWord& word : words)
    status = add_part(word, filter);
  return status.code();
}

TEST_CASE("a filter without parts matches every quota", "[controller][quota_filter][QUO-1]") {
  const QuotaEntity user{{QuotaEntityType::kUser, "alice"}};
  CHECK(matches(QuotaFilter{}, user));
  CHECK_FALSE(matches(QuotaFilter{.parts = {}, .is_strict = true}, user));
}

TEST_CASE("a part matches a name or the default or both", "[controller][quota_filter][QUO-1]") {
  const QuotaEntity alice{{QuotaEntityType::kUser, "alice"}};
  const QuotaEntity others{{QuotaEntityType::kUser, std::nullopt}};
  const QuotaEntity ip{{QuotaEntityType::kIp, "10.0.0.1"}};
  const auto matched = [&](const QuotaFilterWord& word) {
    const QuotaFilter filter = filter_of({word});
    return std::vector<bool>{matches(filter, alice), matches(filter, others), matches(filter, ip)};
  };
  CHECK(matched({"user", kExact, "alice"}) == std::vector<bool>{true, false, false});
  CHECK(matched({"user", kExact, "bob"}) == std::vector<bool>{false, false, false});
  CHECK(matched({"user", kDefault, {}}) == std::vector<bool>{false, true, false});
  CHECK(matched({"user", kSpecified, {}}) == std::vector<bool>{true, true, false});
  CHECK(matched({"ip", kSpecified, {}}) == std::vector<bool>{false, false, true});
  CHECK(matched({"client-id", kSpecified, {}}) == std::vector<bool>{false, false, false});
}

TEST_CASE("a strict filter leaves out entities with other parts",
          "[controller][quota_filter][QUO-1]") {
  const QuotaEntity both{{QuotaEntityType::kUser, "alice"}, {QuotaEntityType::kClientId, "c"}};
  QuotaFilter filter = filter_of({{"user", kExact, "alice"}});
  CHECK(matches(filter, both));
  filter.is_strict = true;
  CHECK_FALSE(matches(filter, both));
  filter = filter_of({{"client-id", kSpecified, {}}, {"user", kExact, "alice"}});
  filter.is_strict = true;
  CHECK(matches(filter, both));
}

TEST_CASE("a filter that makes no sense is refused", "[controller][quota_filter][QUO-1]") {
  CHECK(fault_of({{"group", kExact, "g"}}) == Code::kUnsupported);
  CHECK(fault_of({{"user", 3, {}}}) == Code::kInvalidArgument);
  CHECK(fault_of({{"user", kExact, {}}}) == Code::kInvalidArgument);
  CHECK(fault_of({{"user", kDefault, "alice"}}) == Code::kInvalidArgument);
  CHECK(fault_of({{"user", kSpecified, "alice"}}) == Code::kInvalidArgument);
  CHECK(fault_of({{"user", kDefault, {}}, {"user", kExact, "a"}}) == Code::kInvalidArgument);
  CHECK(fault_of({{"user", kDefault, {}}, {"ip", kDefault, {}}}) == Code::kInvalidArgument);
}

}  // namespace
}  // namespace quorate::controller
