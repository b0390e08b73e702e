// How quotas of clients change: QUO-1.
#include "controller/control/quota_control.h"

#include <limits>

#include <catch2/catch.hpp>

#include "tests/controller/control/cluster.h"

namespace quorate::controller {
namespace {

using namespace testing;

const QuotaEntityName kAlice{"user", "alice"};
const QuotaEntity kAliceInImage{{QuotaEntityType::kUser, "alice"}};

struct QuotaControlFixture {
  AlterQuotasOfEntityAnswer alter(std::vector<QuotaEntityName> entity,
                                  std::vector<QuotaChange> changes) {
    const AlterClientQuotas command{{{std::move(entity), std::move(changes)}}};
    return cluster.decide(command).answer.entries.at(0);
  }
  v1::ErrorCode alter_alice(QuotaChange change) { return alter({kAlice}, {change}).error; }
  // Of a quota that fits everybody but an ip.
  v1::ErrorCode entity_fault(std::vector<QuotaEntityName> entity) {
    return alter(std::move(entity), {{"request_percentage", 1}}).error;
  }
  QuotaValues of(const QuotaEntity& entity) { return cluster.control.pending().quotas.of(entity); }

  Cluster cluster;
};

TEST_CASE("quotas of a user are set and changed and removed in one record each",
          "[control][quota][QUO-1]") {
  QuotaControlFixture f;
  CHECK(f.alter({kAlice}, {{"request_percentage", 12.5}, {"producer_byte_rate", 1024}}).error ==
        v1::NONE);
  REQUIRE(f.cluster.last_records.size() == 2);
  CHECK(f.cluster.last_records[0].client_quota().key() == "producer_byte_rate");
  CHECK(f.cluster.last_rule == "QUO-1");
  CHECK(f.of(kAliceInImage) ==
        QuotaValues{{"producer_byte_rate", 1024}, {"request_percentage", 12.5}});
  CHECK(f.alter({kAlice}, {{"request_percentage", std::nullopt}, {"producer_byte_rate", 2048}})
            .error == v1::NONE);
  CHECK(f.of(kAliceInImage) == QuotaValues{{"producer_byte_rate", 2048}});
  CHECK(f.cluster.last_trace.find("user 'alice': producer_byte_rate = 2048") != std::string::npos);
}

TEST_CASE("a quota that stays and the removal of a missing one make no record",
          "[control][quota][QUO-1]") {
  QuotaControlFixture f;
  CHECK(f.alter_alice({"producer_byte_rate", 1024}) == v1::NONE);
  CHECK(f.alter_alice({"producer_byte_rate", 1024}) == v1::NONE);
  CHECK(f.cluster.last_records.empty());
  CHECK(f.alter_alice({"consumer_byte_rate", std::nullopt}) == v1::NONE);
  CHECK(f.cluster.last_records.empty());
}

TEST_CASE("an entity is a user or a client id or both in any order or an ip alone",
          "[control][quota][QUO-1]") {
  QuotaControlFixture f;
  const QuotaEntityName client{"client-id", "c"};
  CHECK(f.entity_fault({client, kAlice}) == v1::NONE);
  CHECK(f.of({{QuotaEntityType::kUser, "alice"}, {QuotaEntityType::kClientId, "c"}}).size() == 1);
  CHECK(f.entity_fault({client}) == v1::NONE);
  CHECK(f.entity_fault({{"user", std::nullopt}}) == v1::NONE);
  CHECK(f.entity_fault({{"user", std::nullopt}, {"client-id", std::nullopt}}) == v1::NONE);
  CHECK(f.cluster.control.pending().quotas.entities().size() == 4);
  CHECK(f.entity_fault({}) == v1::INVALID_REQUEST);
  CHECK(f.entity_fault({{"group", "g"}}) == v1::INVALID_REQUEST);
  CHECK(f.entity_fault({{"user", ""}}) == v1::INVALID_REQUEST);
  CHECK(f.entity_fault({kAlice, kAlice}) == v1::INVALID_REQUEST);
  CHECK(f.alter({{"ip", "10.0.0.1"}, kAlice}, {{"connection_creation_rate", 5}}).error ==
        v1::INVALID_REQUEST);
  CHECK(f.cluster.control.pending().quotas.entities().size() == 4);
}

TEST_CASE("an ip is an address", "[control][quota][QUO-1]") {
  QuotaControlFixture f;
  const auto ip_fault = [&f](std::optional<std::string> name) {
    return f.alter({{"ip", std::move(name)}}, {{"connection_creation_rate", 5}}).error;
  };
  CHECK(ip_fault("10.0.0.1") == v1::NONE);
  CHECK(ip_fault("::1") == v1::NONE);
  CHECK(ip_fault(std::nullopt) == v1::NONE);
  CHECK(ip_fault("10.0.0.256") == v1::INVALID_REQUEST);
  CHECK(ip_fault("localhost") == v1::INVALID_REQUEST);
}

TEST_CASE("a key fits its entity", "[control][quota][QUO-1]") {
  QuotaControlFixture f;
  const QuotaEntityName ip{"ip", "10.0.0.1"};
  CHECK(f.alter_alice({"controller_mutation_rate", 0.5}) == v1::NONE);
  CHECK(f.alter_alice({"connection_creation_rate", 5}) == v1::INVALID_REQUEST);
  CHECK(f.alter_alice({"no_such_rate", 5}) == v1::INVALID_REQUEST);
  CHECK(f.alter_alice({"no_such_rate", std::nullopt}) == v1::INVALID_REQUEST);
  CHECK(f.alter({ip}, {{"producer_byte_rate", 5}}).error == v1::INVALID_REQUEST);
  const auto answer = f.alter({kAlice}, {{"request_percentage", 5}, {"request_percentage", 6}});
  CHECK(answer.error == v1::INVALID_REQUEST);
  CHECK(answer.error_message == "request_percentage is named twice");
}

TEST_CASE("a value is above 0 and whole where the quota is", "[control][quota][QUO-1]") {
  QuotaControlFixture f;
  for (const double bad : {0.0,
                           -1.0,
                           0.5,
                           1e17,
                           std::numeric_limits<double>::infinity(),
                           std::numeric_limits<double>::quiet_NaN()}) {
    INFO(bad);
    CHECK(f.alter_alice({"producer_byte_rate", bad}) == v1::INVALID_REQUEST);
  }
  CHECK(f.alter_alice({"request_percentage", 0.5}) == v1::NONE);
  CHECK(f.alter({{"ip", std::nullopt}}, {{"connection_creation_rate", 1e10}}).error ==
        v1::INVALID_REQUEST);
}

TEST_CASE("one entity that is refused does not stop the others and none is changed in part",
          "[control][quota][QUO-1]") {
  QuotaControlFixture f;
  const QuotaEntityName bob{"user", "bob"};
  const AlterClientQuotas command{
      {{{kAlice}, {{"producer_byte_rate", 5}, {"consumer_byte_rate", -5}}},
       {{bob}, {{"producer_byte_rate", 5}}},
       {{bob}, {{"producer_byte_rate", 6}}}}};
  const auto answer = f.cluster.decide(command).answer;
  REQUIRE(answer.entries.size() == 3);
  CHECK(answer.entries[0].error == v1::INVALID_REQUEST);
  CHECK(answer.entries[1].error == v1::NONE);
  CHECK(answer.entries[2].error == v1::INVALID_REQUEST);
  CHECK(answer.entries[2].error_message == "the request names user 'bob' twice");
  CHECK(f.of(kAliceInImage).empty());
  CHECK(f.of({{QuotaEntityType::kUser, "bob"}}) == QuotaValues{{"producer_byte_rate", 5}});
}

TEST_CASE("a request writes no more quotas than its bound allows", "[control][quota][QUO-1]") {
  ControlOptions options;
  options.request_records_max = 2;
  Cluster cluster(options);
  AlterClientQuotas command;
  for (const char* name : {"a", "b", "c"})
    command.entries.push_back({{{"user", name}}, {{"producer_byte_rate", 5}}});
  const auto answer = cluster.decide(command).answer;
  CHECK(answer.entries.at(1).error == v1::NONE);
  CHECK(answer.entries.at(2).error == v1::POLICY_VIOLATION);
  CHECK(cluster.last_records.size() == 2);
}

}  // namespace
}  // namespace quorate::controller
