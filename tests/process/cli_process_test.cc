// The command line against a live cluster: exit statuses, the form of errors, JSON.
#include <algorithm>
#include <string>
#include <vector>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "raft/server/fail_point.h"
#include "tests/process/cli_answers.h"
#include "tests/process/live_cluster.h"

namespace quorate::testing {
namespace {

const std::vector<Refused> kRefusals = {
    {"topic create a/b", 1, "error[E_INVALID_TOPIC_EXCEPTION]: topic 'a/b': ", ""},
    {"topic create ..", 1, "error[E_INVALID_TOPIC_EXCEPTION]: topic '..': ", ""},
    {"topic create ''", 1, "error[E_INVALID_TOPIC_EXCEPTION]: topic '': ", ""},
    {"topic create " + std::string(250, 'x'), 1, "error[E_INVALID_TOPIC_EXCEPTION]: ", ""},
    {"topic create t --partitions 0", 1, "error[E_INVALID_PARTITIONS]: topic 't': ", ""},
    {"topic create t --partitions -2", 1, "error[E_INVALID_PARTITIONS]: topic 't': ", ""},
    {"topic create t --partitions 2000000", 1, "error[E_POLICY_VIOLATION]: topic 't': ", ""},
    {"topic create t --partitions many", 2, "error[E_USAGE]: ", "quorate topic create --help"},
    {"topic create t --replication-factor 9",
     1,
     "error[E_INVALID_REPLICATION_FACTOR]: topic 't': replication factor 9 is larger than the "
     "number of registered brokers, 3",
     "quorate broker list"},
    {"topic create t --replication-factor 0", 1, "error[E_INVALID_REPLICATION_FACTOR]: ", ""},
    {"topic create t --config bogus=1", 1, "error[E_INVALID_CONFIG]: topic 't': unknown", ""},
    {"topic create t --config min.insync.replicas=x", 1, "error[E_INVALID_CONFIG]: ", ""},
    {"topic create t --config bogus", 2, "error[E_INVALID_ARGUMENT]: --config wants key=value", ""},
    {"topic create there",
     5,
     "error[E_TOPIC_ALREADY_EXISTS]: topic 'there': ",
     "quorate topic describe there"},
    {"topic describe none", 4, "error[E_UNKNOWN_TOPIC_OR_PARTITION]: topic 'none': ", ""},
    {"topic delete none", 4, "error[E_UNKNOWN_TOPIC_OR_PARTITION]: topic 'none': ", ""},
    {"broker unregister 99",
     4,
     "error[E_BROKER_ID_NOT_REGISTERED]: broker 99 is not registered",
     "quorate broker list"},
    {"broker unregister -1", 2, "error[E_USAGE]: ", ""},
    {"partition elect --type preferred --topic there --partition 0",
     5,
     "error[E_ELECTION_NOT_NEEDED]: there-0: ",
     "quorate topic describe there"},
    {"partition elect --type unclean --topic none --partition 0",
     4,
     "error[E_UNKNOWN_TOPIC_OR_PARTITION]: none-0: ",
     "quorate topic list"},
    {"config set retention.ms=x --topic there",
     1,
     "error[E_INVALID_CONFIG]: topic 'there': value 'x' of config 'retention.ms' must be",
     "quorate config describe --all --topic there"},
    {"config set retention.sm=1 --topic there",
     1,
     "error[E_INVALID_CONFIG]: topic 'there': unknown config 'retention.sm'; the nearest",
     ""},
    {"config set retention.ms=1 --topic none",
     4,
     "error[E_UNKNOWN_TOPIC_OR_PARTITION]: topic 'none': ",
     "quorate topic list"},
    {"config set log.retention.ms=1 --broker 99",
     4,
     "error[E_BROKER_ID_NOT_REGISTERED]: broker 99: ",
     "quorate broker list"},
    {"config set retention.ms --topic there", 2, "error[E_INVALID_ARGUMENT]: key=value", ""},
    {"config set retention.ms=1", 2, "error[E_USAGE]: ", "quorate config set --help"},
    {"config set a=1 --topic there --cluster", 2, "error[E_USAGE]: ", ""},
    {"config set a=1 --cluster --append --subtract", 2, "error[E_USAGE]: ", ""},
    {"config delete retention.sm --topic there", 1, "error[E_INVALID_CONFIG]: ", ""},
    {"config describe --topic none", 4, "error[E_UNKNOWN_TOPIC_OR_PARTITION]: ", ""},
    {"config explain retention.sm",
     4,
     "error[E_NOT_FOUND]: there is no configuration key 'retention.sm'",
     "quorate config explain retention.ms"},
    {"feature upgrade eligible.leader.replicas.version=2",
     5,
     "error[E_INVALID_UPDATE_VERSION]: this controller works with levels 0 to 1",
     "quorate feature describe"},
    {"feature upgrade metadata.version=26", 5, "error[E_INVALID_UPDATE_VERSION]: ", ""},
    {"feature downgrade metadata.version=24",
     5,
     "error[E_INVALID_UPDATE_VERSION]: level 24 of metadata.version is below",
     ""},
    {"feature upgrade best=1", 5, "error[E_INVALID_UPDATE_VERSION]: feature 'best' is unknown", ""},
    {"feature upgrade best", 2, "error[E_INVALID_ARGUMENT]: name=level is wanted", ""},
    {"partition elect --type unclean", 2, "error[E_USAGE]: ", ""},
    {"partition elect --type preferred --all --topic there", 2, "error[E_USAGE]: ", ""},
    {"partition elect --type best --all", 2, "error[E_USAGE]: ", ""},
    {"partition reassign --topic there --partition 0 --replicas 1,9",
     1,
     "error[E_INVALID_REPLICA_ASSIGNMENT]: there-0: broker 9 of the target is not registered",
     "quorate broker list"},
    {"partition reassign --cancel --topic there --partition 0",
     5,
     "error[E_NO_REASSIGNMENT_IN_PROGRESS]: there-0: ",
     "quorate partition moves"},
    {"partition reassign --topic none --partition 0 --replicas 1",
     4,
     "error[E_UNKNOWN_TOPIC_OR_PARTITION]: none-0: ",
     "quorate topic list"},
    {"partition reassign --file /nonexistent", 4, "error[E_NOT_FOUND]: reassignment file", ""},
    {"partition reassign --topic there --partition 0", 2, "error[E_USAGE]: ", ""},
    {"partition reassign --all", 2, "error[E_USAGE]: ", ""},
    {"partition reassign", 2, "error[E_USAGE]: ", "quorate partition reassign --help"},
    {"topic alter there --partitions 2", 1, "error[E_INVALID_PARTITIONS]: topic 'there': ", ""},
    {"topic alter none --partitions 2", 4, "error[E_UNKNOWN_TOPIC_OR_PARTITION]: ", ""},
    {"topic", 2, "error[E_USAGE]: ", "quorate topic --help"},
    {"topic list -o yaml", 2, "error[E_USAGE]: ", ""},
    {"topic list --bogus", 2, "error[E_USAGE]: ", ""},
    {"--ca /nonexistent topic list", 2, "error[E_INVALID_ARGUMENT]: CA file /nonexistent", ""},
};

void check_lists(const LiveCluster& cluster) {
  const json topics = listing(cluster, "topic list", "TopicList");
  REQUIRE(topics["items"].size() == 1);
  CHECK(topics["items"][0]["name"] == "there");
  CHECK(topics["items"][0]["partitions"] == 2);
  CHECK(topics["items"][0]["replicationFactor"] == 3);
  CHECK(listing(cluster, "topic describe there", "TopicDescription")["items"].size() == 2);
  const json brokers = listing(cluster, "broker list", "BrokerList");
  REQUIRE(brokers["items"].size() == 3);
  CHECK(std::ranges::all_of(brokers["items"],
                            [](const json& each) { return each["state"] == "active"; }));
  CHECK(listing(cluster, "partition moves", "PartitionMoves")["items"].empty());
  CHECK(listing(cluster, "dev status", "DevCluster")["items"].size() == 6);
}

void check_configs(const LiveCluster& cluster) {
  const auto value = [&](const std::string& arguments) {
    const json parsed = listing(cluster, "config describe " + arguments, "ConfigDescription");
    REQUIRE(parsed["items"].size() == 1);
    return parsed["items"][0];
  };
  listing(cluster, "config set retention.ms=5 --topic there --dry-run", "Plan");
  CHECK(listing(cluster, "config describe --topic there", "ConfigDescription")["items"].empty());
  listing(cluster, "config set log.retention.ms=7 --cluster", "ConfigAltered");
  CHECK(value("--topic there")["source"] == "cluster");
  listing(cluster, "config set retention.ms=5 --topic there", "ConfigAltered");
  const json set = value("--topic there");
  CHECK(set["value"] == "5");
  CHECK(set["source"] == "topic");
  CHECK(set["origins"].size() == 3);
  listing(cluster, "config delete retention.ms --topic there", "ConfigAltered");
  CHECK(value("retention.ms --topic there")["value"] == "7");
  listing(cluster, "config set --replace --cluster log.roll.ms=9", "ConfigAltered");
  CHECK(value("log.retention.ms --broker 1")["source"] == "built in");
  listing(cluster, "config set cleanup.policy=compact --append --topic there", "ConfigAltered");
  CHECK(value("cleanup.policy --topic there")["value"] == "delete,compact");
  const json key = listing(cluster, "config explain cleanup.policy", "ConfigKeys");
  CHECK(key["items"][0]["default"] == "delete");
}

// What is asked of single controllers.
void check_maintenance(const LiveCluster& cluster) {
  const json taken = listing(cluster, "snapshot take", "SnapshotTaken");
  REQUIRE(taken["items"].size() == 3);
  for (const json& each : taken["items"])
    CHECK(each["outcome"] == "taken");
  const json again = listing(cluster, "snapshot take --node 2", "SnapshotTaken");
  REQUIRE(again["items"].size() == 1);
  CHECK(again["items"][0]["node"] == 2);
  const json listed = listing(cluster, "snapshot list", "SnapshotList");
  REQUIRE(listed["items"].size() >= 3);
  for (const json& each : listed["items"]) {
    CHECK(each["bytes"] > 0);
    CHECK(each["lastIndex"] <= each["appliedIndex"]);
  }
  check_refused(cluster, {"snapshot list --node 9", 4, "error[E_NOT_FOUND]: controller 9 ", ""});

  const std::string file = cluster.dir() + "/flight";
  listing(cluster, "quorum record --node 3 " + file, "FlightRecording");
  const Ran replayed = cluster.cli("raft replay " + file + " -o json");
  REQUIRE(replayed.status == 0);
  CHECK(json::parse(replayed.output)["verified"] == true);
  check_refused(cluster,
                {"quorum record --node 3 " + file, 5, "error[E_ALREADY_EXISTS]: " + file, ""});
  if (!raft::kHasFailPoints) return;
  check_refused(
      cluster,
      {"quorum arm-fail-points --node 1 nowhere=crash", 2, "error[E_INVALID_ARGUMENT]: ", ""});
  CHECK(cluster.cli("quorum arm-fail-points --node 1 apply.before=crash@100000").status == 0);
  CHECK(cluster.cli("quorum arm-fail-points --node 1 ''").status == 0);
}

void check_features(const LiveCluster& cluster) {
  const std::string name = "eligible.leader.replicas.version";
  const auto level = [&] {
    const json parsed = listing(cluster, "feature describe", "FeatureList");
    REQUIRE(parsed["items"].size() == 2);
    CHECK(parsed["items"][0]["name"] == name);
    CHECK(parsed["items"][0]["brokers"].size() == 3);
    return parsed["items"][0]["level"].get<int>();
  };
  CHECK(level() == 0);
  const json preview =
      listing(cluster, "feature upgrade " + name + "=1 --dry-run", "FeaturesUpdated");
  CHECK(preview["items"][0]["level"] == 1);
  CHECK(level() == 0);
  listing(cluster, "feature upgrade " + name + "=1", "FeaturesUpdated");
  CHECK(level() == 1);
  check_refused(cluster,
                {"config delete min.insync.replicas --cluster",
                 1,
                 "error[E_INVALID_CONFIG]: the cluster's default: ",
                 ""});
  listing(cluster, "feature downgrade " + name + "=0", "FeaturesUpdated");
  CHECK(level() == 0);
}

// Nobody listens on the ports of a stopped cluster.
void check_unavailable(const LiveCluster& cluster) {
  REQUIRE(cluster.cli("dev stop").status == 0);
  for (const std::string command : {"topic list",
                                    "topic describe there",
                                    "topic create another",
                                    "topic delete there",
                                    "broker list",
                                    "quorum status"}) {
    check_refused(cluster, {"--timeout 1 " + command, 8, "error[E_UNAVAILABLE]: ", ""});
  }
}

TEST_CASE("the command line answers each request with its exit status and form",
          "[process][cli][TOP-1][TOP-2]") {
  const LiveCluster cluster;
  const json created =
      listing(cluster, "topic create there --partitions 2 --replication-factor 3", "TopicCreated");
  CHECK(created["items"][0]["partitions"] == 2);
  const auto hashes = [&] {
    std::vector<json> all;
    const json quorum = listing(cluster, "quorum status", "QuorumStatus");
    for (const json& each : quorum["items"])
      all.push_back({each["metadataOffset"], each["stateHash"]});
    return all;
  };
  const auto before = hashes();
  REQUIRE(before.size() == 3);
  for (const Refused& refused : kRefusals)
    check_refused(cluster, refused);
  const json dry = listing(cluster, "topic create dry --dry-run", "Plan");
  CHECK(dry["effects"]["topicsCreated"] == 1);
  CHECK(dry["records"].size() == 2);
  CHECK(dry["items"][0]["before"].is_null());
  const json gone = listing(cluster, "broker unregister 1 --dry-run", "Plan");
  CHECK(gone["effects"]["leadersLost"] == 0);
  const json safe = listing(cluster, "broker safe-to-stop 1", "SafeToStop");
  CHECK(safe["safe"] == true);
  CHECK(safe["remaining"] == 2);
  CHECK(cluster.cli("broker safe-to-stop 1 2 3").status == 5);
  const json move = listing(
      cluster, "partition reassign --dry-run --topic there --partition 0 --replicas 1", "Plan");
  CHECK(move["effects"]["replicasRemoved"] == 2);
  CHECK(listing(cluster, "topic alter there --partitions 5 --dry-run", "Plan")["items"].size() ==
        3);
  CHECK(listing(cluster, "partition reassign --cancel --all", "PartitionsReassigned")["items"]
            .empty());
  CHECK(hashes() == before);
  check_lists(cluster);
  check_configs(cluster);
  check_maintenance(cluster);
  check_features(cluster);
  check_unavailable(cluster);
}

}  // namespace
}  // namespace quorate::testing
