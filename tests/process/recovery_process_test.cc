// Three of five nodes are lost: the two that are left are recovered by the command line, serve what
// was written, and do not listen to a lost one that comes back.
#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "tests/process/kv_cluster.h"

namespace quorate::testing {
namespace {

using nlohmann::json;
constexpr int kAll = 5;

json status_of(const KvCluster& cluster, int node) {
  const ProgramEnd asked = cluster.run("quorate-kv-cli", {"-o", "json", "status"});
  const json answer = json::parse(asked.output);
  for (const json& server : answer["servers"]) {
    if (server["reachable"] == true && server["node"] == node) return server;
  }
  FAIL("node " << node << " does not answer: " << asked.output);
  return {};
}

void put(const KvCluster& cluster, const std::string& key, const std::string& value) {
  const ProgramEnd ended = cluster.run("quorate-kv-cli", {"put", key, value});
  INFO(ended.output << ended.errors);
  REQUIRE(ended.code == 0);
}

std::string get(const KvCluster& cluster, const std::string& key) {
  const ProgramEnd ended = cluster.run("quorate-kv-cli", {"get", key});
  INFO(ended.errors);
  REQUIRE(ended.code == 0);
  return ended.output;
}

// Until `node` has applied as much as `other`.
void wait_until_level(const KvCluster& cluster, int node, int other) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (status_of(cluster, node)["keys"] != status_of(cluster, other)["keys"]) {
    REQUIRE(std::chrono::steady_clock::now() < deadline);
  }
}

std::string data_dir(const KvCluster& cluster, int node) {
  return cluster.path("cluster/node-" + std::to_string(node) + "/data");
}

// `quorate raft ...`, to its end.
ProgramEnd quorate_raft(const KvCluster& cluster, std::vector<std::string> words) {
  words.insert(words.begin(), {"-o", "json", "raft"});
  const ChildFiles files{cluster.path("raft"), cluster.path("raft.errors")};
  Child child("quorate", words, files);
  const int code = child.wait();
  return {code, text_of(files.output), text_of(files.errors)};
}

TEST_CASE("the survivors of a lost quorum are recovered and do not listen to who was lost",
          "[process][kv][recovery][P76][P77]") {
  KvCluster cluster(kAll);
  for (int node = 1; node <= kAll; ++node)
    cluster.start(node);
  const int first_leader = cluster.leader();
  for (int i = 0; i < 5; ++i)
    put(cluster, "before-" + std::to_string(i), "kept");
  for (const int node : {4, 5})
    wait_until_level(cluster, node, first_leader);
  for (const int lost : {1, 2, 3})
    cluster.server(lost).kill();
  const std::string plan = cluster.path("plan");
  const std::vector<std::string> planning{
      "recover", "--plan", plan, data_dir(cluster, 4), data_dir(cluster, 5)};
  CHECK(quorate_raft(cluster, planning).code == 5);  // processes use them
  for (const int node : {4, 5})
    CHECK(cluster.server(node).terminate() == 0);

  const ProgramEnd planned = quorate_raft(cluster, planning);
  INFO(planned.output << planned.errors);
  REQUIRE(planned.code == 0);
  const json told = json::parse(planned.output);
  CHECK(told["groups"][0]["lostVoters"] == json({1, 2, 3}));
  CHECK(told["groups"][0]["newVoters"] == json({4, 5}));
  const ProgramEnd applied = quorate_raft(cluster, {"recover", "--apply", plan});
  INFO(applied.output << applied.errors);
  REQUIRE(applied.code == 0);

  for (const int node : {4, 5})
    cluster.start(node);
  CHECK(cluster.leader() >= 4);
  for (int i = 0; i < 5; ++i)
    CHECK(get(cluster, "before-" + std::to_string(i)).find("kept") != std::string::npos);
  put(cluster, "after", "new");
  CHECK(status_of(cluster, cluster.leader())["term"] > 1000);

  cluster.start(1);
  for (int i = 0; i < 12; ++i)  // several election timeouts
    put(cluster, "later-" + std::to_string(i), "new");
  const json returned = status_of(cluster, 1);
  CHECK(returned["leader"].is_null());
  CHECK(returned["term"] < 1000);  // nobody of the new membership spoke to it
  CHECK(returned["keys"] <= 5);
  CHECK(cluster.leader() >= 4);
}

}  // namespace
}  // namespace quorate::testing
