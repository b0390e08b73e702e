// Quotas, users and access control entries against a live cluster: by the command line, by Kafka's
// requests and clients, and what a restart leaves.
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "broker-stub/kafka/messages/alter_client_quotas.h"
#include "broker-stub/kafka/messages/alter_user_scram_credentials.h"
#include "broker-stub/kafka/messages/describe_client_quotas.h"
#include "broker-stub/kafka/messages/describe_user_scram_credentials.h"
#include "tests/broker-stub/net/raw_client.h"
#include "tests/process/cli_answers.h"
#include "tests/process/live_cluster.h"

namespace quorate::testing {
namespace {

const std::vector<Refused> kRefusals = {
    {"quota alter --user alice producer_byte_rate=0",
     1,
     "error[E_INVALID_REQUEST]: producer_byte_rate is 0: it must be above 0",
     ""},
    {"quota alter --user alice no_such_rate=1",
     1,
     "error[E_INVALID_REQUEST]: 'no_such_rate' is no quota of a user",
     ""},
    {"quota alter --ip localhost connection_creation_rate=1",
     1,
     "error[E_INVALID_REQUEST]: 'localhost' is no IP address",
     ""},
    {"quota alter --ip 10.0.0.1 --user alice connection_creation_rate=1",
     1,
     "error[E_INVALID_REQUEST]: an ip has quotas alone",
     ""},
    {"quota alter producer_byte_rate=1", 1, "error[E_INVALID_REQUEST]: it is not said", ""},
    {"quota alter --user alice producer_byte_rate", 2, "error[E_INVALID_ARGUMENT]: key=nu", ""},
    {"quota alter --user alice producer_byte_rate=x", 2, "error[E_INVALID_ARGUMENT]: key=n", ""},
    {"quota alter --user alice", 2, "error[E_USAGE]: ", "quorate quota alter --help"},
    {"quota alter --user alice --user-default a=1", 2, "error[E_USAGE]: ", ""},
    {"quota describe --ip-default --user-default", 1, "error[E_INVALID_REQUEST]: an ip has", ""},
    {"user describe nobody",
     4,
     "error[E_RESOURCE_NOT_FOUND]: user 'nobody': ",
     "quorate user list"},
    {"user delete nobody --mechanism SCRAM-SHA-256",
     4,
     "error[E_RESOURCE_NOT_FOUND]: user 'no",
     ""},
    {"user delete nobody --mechanism PLAIN", 2, "error[E_USAGE]: ", ""},
    {"user alter alice --mechanism SCRAM-SHA-256 --password-file /nonexistent",
     4,
     "error[E_NOT_FOUND]: the password file /nonexistent",
     ""},
    {"user alter alice --mechanism SCRAM-SHA-256 --password-file - < /dev/null",
     2,
     "error[E_INVALID_ARGUMENT]: the password is empty",
     ""},
    {"acl create --topic t --operation read",
     2,
     "error[E_INVALID_ARGUMENT]: a resource, a pri",
     ""},
    {"acl create --topic t --principal alice --operation read",
     1,
     "error[E_INVALID_REQUEST]: 'alice' is no principal",
     "quorate acl list"},
    {"acl create --topic t --principal User:a --operation eat", 2, "error[E_USAGE]: ", ""},
    {"acl create --topic t --principal User:a --operation read --permission any",
     2,
     "error[E_USAGE]: ",
     ""},
    {"acl list --topic t --group g", 2, "error[E_INVALID_ARGUMENT]: one resource, principal", ""},
    {"acl delete", 2, "error[E_USAGE]: ", "quorate acl delete --help"},
};

// One request to the first broker, as a Kafka client would send it.
template <typename Answer, typename Question>
Answer ask(const LiveCluster& cluster, const Question& question, std::int16_t version) {
  const broker::RawClient client(cluster.process("broker-1").service_port);
  client.send(broker::request_of(question, version, 7));
  const auto answer = client.receive();
  REQUIRE(answer.has_value());
  return broker::response_body<Answer>(*answer, version);
}

json quotas(const LiveCluster& cluster, const std::string& arguments = "") {
  return listing(cluster, "quota describe " + arguments, "QuotaList")["items"];
}

void check_command_line(const LiveCluster& cluster) {
  const json planned =
      listing(cluster, "quota alter --user alice producer_byte_rate=1024 --dry-run", "Plan");
  CHECK(planned["records"].size() == 1);
  CHECK(planned["steps"][0]["rule"] == "QUO-1");
  CHECK(quotas(cluster).empty());
  const Ran table = cluster.cli("quota alter --user alice producer_byte_rate=1024 --dry-run");
  CHECK(table.output.find("QUO-1  user 'alice': producer_byte_rate = 1024") != std::string::npos);
  listing(cluster,
          "quota alter --user alice producer_byte_rate=1024 request_percentage=12.5",
          "QuotasAltered");
  listing(cluster,
          "quota alter --user-default --client-id reports consumer_byte_rate=7",
          "QuotasAltered");
  CHECK(quotas(cluster).size() == 3);
  const json alice = quotas(cluster, "--user alice");
  REQUIRE(alice.size() == 2);
  CHECK(alice[0]["key"] == "producer_byte_rate");
  CHECK(alice[0]["value"] == 1024);
  CHECK(alice[1]["value"] == 12.5);
  CHECK(alice[1]["entity"] == json::parse(R"([{"type": "user", "name": "alice"}])"));
  CHECK(quotas(cluster, "--user-default --strict").empty());
  const json both = quotas(cluster, "--user-default");
  REQUIRE(both.size() == 1);
  CHECK(both[0]["entity"][0]["name"].is_null());
  CHECK(both[0]["entity"][1]["name"] == "reports");
  listing(cluster, "quota alter --user alice --delete request_percentage", "QuotasAltered");
  CHECK(quotas(cluster, "--user alice").size() == 1);
}

void check_kafka_requests(const LiveCluster& cluster) {
  kafka::AlterClientQuotasRequest alter;
  alter.entries.push_back({{{"ip", "10.0.0.1"}}, {{"connection_creation_rate", 20, false}}});
  alter.entries.push_back({{{"user", ""}}, {{"producer_byte_rate", 20, false}}});
  for (const bool in_earnest : {false, true}) {
    alter.validate_only = !in_earnest;
    const auto altered = ask<kafka::AlterClientQuotasResponse>(cluster, alter, in_earnest ? 1 : 0);
    REQUIRE(altered.entries.size() == 2);
    CHECK(altered.entries[0].error_code == kafka::ErrorCode::kNone);
    CHECK(altered.entries[1].error_code == kafka::ErrorCode::kInvalidRequest);
    kafka::DescribeClientQuotasRequest describe;
    describe.components.push_back({"ip", 2, std::nullopt});
    const auto described = ask<kafka::DescribeClientQuotasResponse>(cluster, describe, 1);
    REQUIRE(described.entries.has_value());
    REQUIRE(described.entries->size() == (in_earnest ? 1 : 0));
    if (in_earnest) CHECK(described.entries->at(0).values.at(0).value == Approx(20));
  }
  const auto all =
      ask<kafka::DescribeClientQuotasResponse>(cluster, kafka::DescribeClientQuotasRequest{}, 0);
  CHECK(all.entries->size() == 3);
}

json users(const LiveCluster& cluster) {
  return listing(cluster, "user list", "UserList")["items"];
}

// Through the command line: the password is on standard input.
json alter_user(const LiveCluster& cluster, const std::string& arguments, const std::string& kind) {
  const std::string file = cluster.dir() + "/password";
  std::ofstream(file) << "pencil-of-alice\n";
  const json parsed =
      listing(cluster, "user alter " + arguments + " --password-file " + file, kind);
  std::filesystem::remove(file);
  return parsed;
}

void check_users(const LiveCluster& cluster) {
  const std::string alice = "alice --mechanism SCRAM-SHA-512 --iterations 4096";
  const json planned = alter_user(cluster, alice + " --dry-run", "Plan");
  REQUIRE(planned["records"].size() == 1);
  const json& record = planned["records"][0]["userScramCredential"];
  CHECK(record["user"] == "alice");
  CHECK_FALSE(record.contains("salt"));
  CHECK_FALSE(record.contains("storedKey"));
  CHECK_FALSE(record.contains("serverKey"));
  CHECK(users(cluster).empty());
  alter_user(cluster, alice, "UserAltered");
  const json described = listing(cluster, "user describe alice", "UserList")["items"];
  REQUIRE(described.size() == 1);
  CHECK(described[0] ==
        json::parse(R"({"user": "alice", "mechanism": "SCRAM-SHA-512", "iterations": 4096})"));

  kafka::AlterUserScramCredentialsRequest alter;
  const std::string salted(32, 'p');
  alter.deletions.push_back({"nobody", 1});
  alter.upsertions.push_back({"bob", 1, 8192, {.bytes = "salt"}, {.bytes = salted}});
  alter.upsertions.push_back({"carol", 1, 4095, {.bytes = "salt"}, {.bytes = salted}});
  const auto altered = ask<kafka::AlterUserScramCredentialsResponse>(cluster, alter, 0);
  REQUIRE(altered.results.size() == 3);
  CHECK(altered.results[0].error_code == kafka::ErrorCode::kResourceNotFound);
  CHECK(altered.results[1].error_code == kafka::ErrorCode::kNone);
  CHECK(altered.results[2].error_code == kafka::ErrorCode::kUnacceptableCredential);
  const auto told = ask<kafka::DescribeUserScramCredentialsResponse>(
      cluster, kafka::DescribeUserScramCredentialsRequest{}, 0);
  REQUIRE(told.results.size() == 2);
  CHECK(told.results[0].user == "alice");
  CHECK(told.results[0].credential_infos.at(0).mechanism == 2);
  CHECK(told.results[1].credential_infos.at(0).iterations == 8192);
  listing(cluster, "user delete bob --mechanism SCRAM-SHA-256", "UserAltered");
  CHECK(users(cluster).size() == 1);
  // Nobody wrote the password or what was made from it anywhere that people look.
  const Ran found = run_shell("grep -rlE 'pencil-of-alice|pppppppp' " + cluster.dir() +
                              " --include=log --include='*.jsonl' --include='*.out'");
  CHECK(found.output.empty());
}

json acls(const LiveCluster& cluster, const std::string& arguments = "") {
  return listing(cluster, "acl list " + arguments, "AclList")["items"];
}

void check_acls(const LiveCluster& cluster) {
  const std::string read = "acl create --topic orders --principal User:alice --operation read";
  const json planned = listing(cluster, read + " --dry-run", "Plan");
  CHECK(planned["steps"][0]["text"] == "'User:alice' at '*' may READ TOPIC 'orders'");
  CHECK(acls(cluster).empty());
  CHECK(listing(cluster, read + " --operation write --host 10.0.0.1", "AclsCreated")["items"]
            .size() == 2);
  listing(cluster,
          "acl create --topic ord --pattern prefixed --principal 'User:*' --operation "
          "describe-configs --permission deny",
          "AclsCreated");
  listing(cluster, "acl create --cluster --principal User:alice --operation all", "AclsCreated");
  CHECK(acls(cluster).size() == 4);
  CHECK(acls(cluster, "--topic orders").size() == 2);
  const json speaks = acls(cluster, "--topic orders --pattern match");
  REQUIRE(speaks.size() == 3);
  CHECK(speaks[0] == json::parse(R"({"resourceType": "topic", "resourceName": "ord",
      "patternType": "prefixed", "principal": "User:*", "host": "*",
      "operation": "describe-configs", "permission": "deny"})"));
  CHECK(acls(cluster, "--cluster")[0]["resourceName"] == "kafka-cluster");
  const std::string of_alice = "acl delete --principal User:alice --topic orders";
  CHECK(listing(cluster, of_alice + " --dry-run", "Plan")["records"].size() == 2);
  CHECK(listing(cluster, of_alice, "AclsDeleted")["items"].size() == 2);
  CHECK(listing(cluster, of_alice, "AclsDeleted")["items"].empty());
  CHECK(acls(cluster).size() == 2);
  CHECK(listing(cluster, "acl delete --all", "AclsDeleted")["items"].size() == 2);
  const Ran client = run_shell("/usr/bin/python3 " QUORATE_SOURCE_DIR
                               "/tests/broker-stub/net/clients/with_acls.py " +
                               cluster.bootstrap());
  INFO(client.output << client.errors);
  CHECK(client.status == 0);
  listing(cluster, read, "AclsCreated");
}

TEST_CASE("quotas users and entries are set by the command line and by Kafka clients",
          "[process][cli][broker][QUO-1][SCR-1][ACL-1][C23]") {
  const LiveCluster cluster(1);
  for (const Refused& refused : kRefusals)
    check_refused(cluster, refused);
  check_command_line(cluster);
  check_kafka_requests(cluster);
  check_users(cluster);
  check_acls(cluster);
  const std::vector<json> before{quotas(cluster), users(cluster), acls(cluster)};
  listing(cluster, "snapshot take", "SnapshotTaken");
  REQUIRE(cluster.cli("dev stop").status == 0);
  REQUIRE(cluster.cli("dev start --wait 60").status == 0);
  CHECK(std::vector<json>{quotas(cluster), users(cluster), acls(cluster)} == before);
  CHECK_FALSE(before[2].empty());
}

}  // namespace
}  // namespace quorate::testing
