// DescribeUserScramCredentials and AlterUserScramCredentials, as tools send them.
#include "broker-stub/server/scram_requests.h"

#include <string>

#include <catch2/catch.hpp>

#include "broker-stub/kafka/messages/alter_user_scram_credentials.h"
#include "controller/client/scram_keys.h"
#include "tests/broker-stub/server/serving_broker.h"
#include "tests/controller/client/fake_controller.h"

namespace quorate::broker {
namespace {

using controller::FakeController;
using kafka::ErrorCode;
namespace v1 = controller::v1;

const std::string kSalted(32, 'p');

kafka::AlterUserScramCredentialsRequest some_keys() {
  kafka::AlterUserScramCredentialsRequest request;
  request.deletions.push_back({"bob", 2});
  request.upsertions.push_back({"alice", 1, 4096, {.bytes = "salt"}, {.bytes = kSalted}});
  request.upsertions.push_back({"carol", 2, 4096, {.bytes = "salt"}, {.bytes = kSalted}});
  return request;
}

TEST_CASE("the keys are passed on and the salted password is not",
          "[server][scram_requests][SCR-1]") {
  v1::AlterUserScramCredentialsRequest kept;
  controller::Script script;
  script.alter_scram = [&kept](const v1::AlterUserScramCredentialsRequest& request,
                               v1::AlterUserScramCredentialsResponse& response) {
    kept = request;
    auto& bob = *response.add_results();
    bob.set_user("bob");
    bob.set_error(v1::RESOURCE_NOT_FOUND);
    response.add_results()->set_user("alice");
    return grpc::Status::OK;
  };
  const FakeController controller(script);
  ServingBroker broker(controller::quick_client({controller.address()}));
  const auto response =
      broker.ask<kafka::AlterUserScramCredentialsResponse>(some_keys(), std::int16_t{0});
  CHECK(kept.deletions(0).user() == "bob");
  CHECK(kept.deletions(0).mechanism() == v1::SCRAM_MECHANISM_SHA_512);
  const auto& alice = kept.upsertions(0);
  const auto keys = controller::scram_keys(controller::ScramHash::kSha256, kSalted);
  CHECK(alice.salt() == "salt");
  CHECK(alice.stored_key() == keys.stored_key);
  CHECK(alice.server_key() == keys.server_key);
  CHECK(kept.SerializeAsString().find(kSalted) == std::string::npos);
  // Of the wrong size for its mechanism: no keys, which the controller refuses.
  CHECK(kept.upsertions(1).stored_key().empty());
  REQUIRE(response.results.size() == 2);
  CHECK(response.results[0].error_code == ErrorCode::kResourceNotFound);
  CHECK(response.results[0].error_message.has_value());
  CHECK(response.results[1].user == "alice");
  CHECK(response.results[1].error_code == ErrorCode::kNone);
}

TEST_CASE("a request in words for traces tells no secret", "[server][scram_requests][SCR-1]") {
  const std::string words = some_keys().to_json(0);
  CHECK(words.find("alice") != std::string::npos);
  CHECK(words.find(kSalted) == std::string::npos);
  CHECK(words.find("ppp") == std::string::npos);
}

TEST_CASE("without a controller each user is refused once", "[server][scram_requests]") {
  ServingBroker lonely;
  auto request = some_keys();
  request.deletions.push_back({"alice", 1});
  const auto response =
      lonely.ask<kafka::AlterUserScramCredentialsResponse>(request, std::int16_t{0});
  REQUIRE(response.results.size() == 3);
  for (const auto& row : response.results) {
    CHECK(row.error_code != ErrorCode::kNone);
    CHECK(row.error_message.has_value());
  }
}

TEST_CASE("who has which credential is told from the broker's own image",
          "[server][scram_requests][SCR-1]") {
  using controller::ScramMechanism;
  controller::MetadataImage image;
  const auto put = [&image](const char* user, ScramMechanism mechanism) {
    const std::string key(key_bytes(mechanism), 'k');
    REQUIRE(image.scram.put({user, mechanism}, {"s", key, key, 4096}).is_ok());
  };
  put("alice", ScramMechanism::kSha256);
  put("alice", ScramMechanism::kSha512);
  put("bob", ScramMechanism::kSha512);
  kafka::DescribeUserScramCredentialsRequest request;
  const auto all = answer_describe_scram(image, request);
  REQUIRE(all.results.size() == 2);
  REQUIRE(all.results[0].credential_infos.size() == 2);
  CHECK(all.results[0].credential_infos[1].mechanism == 2);
  CHECK(all.results[0].credential_infos[1].iterations == 4096);
  request.users.emplace() = {{"bob"}, {"nobody"}, {"alice"}, {"alice"}};
  const auto some = answer_describe_scram(image, request);
  REQUIRE(some.results.size() == 3);
  CHECK(some.results[0].error_code == ErrorCode::kNone);
  CHECK(some.results[0].credential_infos.size() == 1);
  CHECK(some.results[1].error_code == ErrorCode::kResourceNotFound);
  CHECK(some.results[2].error_code == ErrorCode::kDuplicateResource);
  CHECK(some.results[2].credential_infos.empty());
}

}  // namespace
}  // namespace quorate::broker
