// How SCRAM credentials of users change: SCR-1.
#include "controller/control/scram_control.h"

#include <catch2/catch.hpp>

#include "tests/controller/control/cluster.h"

namespace quorate::controller {
namespace {

using namespace testing;

constexpr std::int32_t kSmall = 1;
constexpr std::int32_t kLarge = 2;

ScramUpsertion upsertion(const std::string& user, std::int32_t mechanism = kSmall) {
  const std::size_t bytes = mechanism == kSmall ? 32 : 64;
  return {user, mechanism, {"salt", std::string(bytes, 'S'), std::string(bytes, 'V'), 4096}};
}

struct ScramControlFixture {
  AlterScramAnswer alter(std::vector<ScramDeletion> deletions,
                         std::vector<ScramUpsertion> upsertions) {
    return cluster.decide(AlterScram{std::move(deletions), std::move(upsertions)}).answer;
  }
  v1::ErrorCode put(ScramUpsertion one) { return alter({}, {std::move(one)}).users.at(0).error; }
  const ScramImage& image() { return cluster.control.pending().scram; }

  Cluster cluster;
};

TEST_CASE("a credential is set and replaced and deleted in one record each",
          "[control][scram][SCR-1]") {
  ScramControlFixture f;
  CHECK(f.put(upsertion("alice")) == v1::NONE);
  REQUIRE(f.cluster.last_records.size() == 1);
  CHECK(f.cluster.last_rule == "SCR-1");
  CHECK(f.put(upsertion("alice", kLarge)) == v1::NONE);
  CHECK(f.image().credentials().size() == 2);
  ScramUpsertion again = upsertion("alice");
  again.credential.iterations = 16'384;
  CHECK(f.put(again) == v1::NONE);
  CHECK(f.image().find({"alice", ScramMechanism::kSha256})->iterations == 16'384);
  CHECK(f.put(again) == v1::NONE);
  CHECK(f.cluster.last_records.empty());
  CHECK(f.alter({{"alice", kSmall}}, {}).users.at(0).error == v1::NONE);
  CHECK(f.cluster.last_records.size() == 1);
  CHECK(f.image().find({"alice", ScramMechanism::kSha256}) == nullptr);
  CHECK(f.image().find({"alice", ScramMechanism::kSha512}) != nullptr);
}

TEST_CASE("a user who is named twice is not changed at all", "[control][scram][SCR-1]") {
  ScramControlFixture f;
  CHECK(f.put(upsertion("alice")) == v1::NONE);
  const auto answer = f.alter({{"alice", kSmall}, {"bob", kSmall}, {"bob", kLarge}},
                              {upsertion("carol"), upsertion("alice", kLarge)});
  REQUIRE(answer.users.size() == 3);
  CHECK(answer.users[0].user == "alice");
  CHECK(answer.users[0].error == v1::DUPLICATE_RESOURCE);
  CHECK(answer.users[1].user == "bob");
  CHECK(answer.users[1].error == v1::DUPLICATE_RESOURCE);
  CHECK(answer.users[2].user == "carol");
  CHECK(answer.users[2].error == v1::NONE);
  CHECK(f.image().find({"alice", ScramMechanism::kSha256}) != nullptr);
  CHECK(f.image().credentials().size() == 2);
}

TEST_CASE("a credential that cannot serve is refused", "[control][scram][SCR-1]") {
  ScramControlFixture f;
  const auto refused = [&f](auto change) {
    ScramUpsertion one = upsertion("alice");
    change(one);
    const v1::ErrorCode error = f.put(one);
    CHECK(f.cluster.last_records.empty());
    return error;
  };
  const auto iterations = [&](std::int32_t count) {
    return refused([count](ScramUpsertion& one) { one.credential.iterations = count; });
  };
  CHECK(iterations(4095) == v1::UNACCEPTABLE_CREDENTIAL);
  CHECK(iterations(16'385) == v1::UNACCEPTABLE_CREDENTIAL);
  CHECK(refused([](auto& one) { one.user.clear(); }) == v1::UNACCEPTABLE_CREDENTIAL);
  CHECK(refused([](auto& one) { one.credential.salt.clear(); }) == v1::UNACCEPTABLE_CREDENTIAL);
  CHECK(refused([](auto& one) { one.credential.salt.resize(1'025); }) ==
        v1::UNACCEPTABLE_CREDENTIAL);
  CHECK(refused([](auto& one) { one.credential.stored_key += 'x'; }) ==
        v1::UNACCEPTABLE_CREDENTIAL);
  CHECK(refused([](auto& one) { one.credential.server_key.clear(); }) ==
        v1::UNACCEPTABLE_CREDENTIAL);
  CHECK(refused([](auto& one) { one.mechanism = kLarge; }) == v1::UNACCEPTABLE_CREDENTIAL);
  CHECK(refused([](auto& one) { one.mechanism = 0; }) == v1::UNSUPPORTED_SASL_MECHANISM);
  CHECK(refused([](auto& one) { one.mechanism = 3; }) == v1::UNSUPPORTED_SASL_MECHANISM);
}

TEST_CASE("deleting what is not there is an error", "[control][scram][SCR-1]") {
  ScramControlFixture f;
  CHECK(f.put(upsertion("alice")) == v1::NONE);
  const auto answer = f.alter({{"bob", kSmall}, {"alice", kLarge}, {"", kSmall}, {"carol", 9}}, {});
  REQUIRE(answer.users.size() == 4);
  CHECK(answer.users[0].error == v1::RESOURCE_NOT_FOUND);
  CHECK(answer.users[1].error == v1::RESOURCE_NOT_FOUND);
  CHECK(answer.users[2].error == v1::UNACCEPTABLE_CREDENTIAL);
  CHECK(answer.users[3].error == v1::UNSUPPORTED_SASL_MECHANISM);
}

TEST_CASE("no trace tells a salt or a key", "[control][scram][SCR-1][C23]") {
  ScramControlFixture f;
  ScramUpsertion one = upsertion("alice");
  one.credential.salt = "salt-of-alice";
  CHECK(f.put(one) == v1::NONE);
  CHECK(f.cluster.last_trace.find("user 'alice': SCRAM-SHA-256 is set, 4096 iterations") !=
        std::string::npos);
  for (const char* secret : {"salt-of-alice", "SSS", "VVV"})
    CHECK(f.cluster.last_trace.find(secret) == std::string::npos);
}

TEST_CASE("a request writes no more credentials than its bound allows", "[control][scram][SCR-1]") {
  ControlOptions options;
  options.request_records_max = 1;
  Cluster cluster(options);
  const auto answer = cluster.decide(AlterScram{{}, {upsertion("alice"), upsertion("bob")}}).answer;
  CHECK(answer.users.at(0).error == v1::NONE);
  CHECK(answer.users.at(1).error == v1::POLICY_VIOLATION);
}

}  // namespace
}  // namespace quorate::controller
