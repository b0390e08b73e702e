// The key-value store as processes: what its clients saw while servers were killed must be
// explained by one object that loses nothing.
#include <chrono>
#include <fstream>
#include <thread>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "tests/process/kv_cluster.h"

namespace quorate::testing {
namespace {

using nlohmann::json;

void start_all(KvCluster& cluster) {
  for (int node = 1; node <= KvCluster::kNodes; ++node)
    cluster.start(node);
  static_cast<void>(cluster.leader());
}

void pause(double seconds) {
  std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
}

// Kills the leader under load, and starts it again a moment later.
void kill_the_leader(KvCluster& cluster) {
  pause(1);
  const int killed = cluster.leader();
  cluster.server(killed).kill();
  pause(0.7);
  cluster.start(killed);
}

json load_with_a_kill(KvCluster& cluster, std::vector<std::string> arguments) {
  for (const char* word : {"--clients", "12", "--seconds", "4", "--keys", "24", "--history"})
    arguments.emplace_back(word);
  arguments.push_back(cluster.path("history"));
  KvProgram load = cluster.begin("quorate-kv-load", arguments);
  kill_the_leader(cluster);
  const ProgramEnd ended = load.end();
  INFO(ended.errors);
  REQUIRE(ended.code == 0);
  return json::parse(ended.output);
}

std::vector<json> history_of(const KvCluster& cluster) {
  std::vector<json> lines;
  std::ifstream file(cluster.path("history"));
  for (std::string line; std::getline(file, line);)
    lines.push_back(json::parse(line));
  return lines;
}

int judge(const KvCluster& cluster, const std::string& name) {
  const ProgramEnd ended = cluster.run("quorate-history", {"check", cluster.path(name)});
  INFO(ended.output << ended.errors);
  CHECK(ended.code >= 0);
  return ended.code;
}

TEST_CASE("exactly-once clients see one object while the leader is killed",
          "[process][kv][R27][R42][R43]") {
  KvCluster cluster;
  start_all(cluster);
  const json figures = load_with_a_kill(cluster, {"--mode", "stream"});
  CHECK(figures["committed"] > 100);
  CHECK(figures["unknown"] == 0);  // asked again until it was known
  CHECK(figures["rejected"] == 0);
  CHECK(figures["repeated_attempts"] > 0);
  CHECK(judge(cluster, "history") == 0);
  for (int node = 1; node <= KvCluster::kNodes; ++node)
    CHECK(cluster.server(node).terminate() == 0);
}

TEST_CASE("clients without sessions see one object while the leader is killed",
          "[process][kv][R27][R42]") {
  KvCluster cluster;
  start_all(cluster);
  const json figures = load_with_a_kill(cluster, {"--mode", "unary", "--sessions", "none"});
  CHECK(figures["committed"] > 100);
  CHECK(judge(cluster, "history") == 0);
}

TEST_CASE("a history with one wrong answer is not linearizable", "[process][kv][R27]") {
  KvCluster cluster;
  start_all(cluster);
  const ProgramEnd loaded = cluster.run(
      "quorate-kv-load",
      {"--clients", "4", "--seconds", "0.5", "--keys", "4", "--history", cluster.path("history")});
  REQUIRE(loaded.code == 0);
  CHECK(judge(cluster, "history") == 0);
  // The last line is a read after everything: it now misses an acknowledged write, or sees one that
  // never was.
  std::vector<json> lines = history_of(cluster);
  json& value = lines.back()["result"]["value"];
  value = value.is_null() ? json("never written") : json(nullptr);
  std::ofstream wrong(cluster.path("wrong"));
  for (const json& line : lines)
    wrong << line.dump() << '\n';
  wrong.close();
  CHECK(judge(cluster, "wrong") == 1);
  std::ofstream(cluster.path("broken")) << lines.front().dump() << "\nno line\n";
  const ProgramEnd broken = cluster.run("quorate-history", {"check", cluster.path("broken")});
  CHECK(broken.code == 2);
  CHECK(broken.errors.find("line 2: not JSON") != std::string::npos);
}

TEST_CASE("a write without a quorum is not committed and its outcome is told apart",
          "[process][kv][R42]") {
  KvCluster cluster;
  start_all(cluster);
  REQUIRE(cluster.run("quorate-kv-cli", {"put", "before", "1"}).code == 0);
  const int left = cluster.leader();
  for (int node = 1; node <= KvCluster::kNodes; ++node) {
    if (node != left) cluster.server(node).kill();
  }
  const ProgramEnd put =
      cluster.run("quorate-kv-cli", {"-o", "json", "--patience-ms", "2500", "put", "during", "1"});
  const std::string outcome = json::parse(put.output)["outcome"];
  CHECK(((outcome == "rejected" && put.code == 1) || (outcome == "unknown" && put.code == 3)));
  const ProgramEnd stale = cluster.run("quorate-kv-cli", {"get", "before", "--stale"});
  CHECK(stale.output == "1\n");
  CHECK(cluster.run("quorate-kv-cli", {"--patience-ms", "1000", "get", "before"}).code == 1);

  for (int node = 1; node <= KvCluster::kNodes; ++node) {
    if (node != left) cluster.start(node);
  }
  CHECK(cluster.run("quorate-kv-cli", {"get", "before"}).output == "1\n");
  const ProgramEnd after = cluster.run("quorate-kv-cli", {"get", "during"});
  if (outcome == "rejected") CHECK(after.code == 4);
}

TEST_CASE("a client reads its own write at servers that have no leader", "[process][kv][P96]") {
  KvCluster cluster;
  start_all(cluster);
  const json put =
      json::parse(cluster.run("quorate-kv-cli", {"-o", "json", "put", "k", "v"}).output);
  REQUIRE(put["outcome"] == "committed");
  const std::string index = std::to_string(put["index"].get<int>());
  const int term = put["term"].get<int>();
  const auto read = [&](const std::vector<std::string>& place) {
    std::vector<std::string> arguments{"-o", "json", "--patience-ms", "1500", "get", "k"};
    arguments.insert(arguments.end(), place.begin(), place.end());
    return json::parse(cluster.run("quorate-kv-cli", arguments).output);
  };
  CHECK(read({"--at-least", index})["result"]["value"] == "v");
  const int left = cluster.leader();
  for (int node = 1; node <= KvCluster::kNodes; ++node) {
    if (node != left) cluster.server(node).kill();
  }
  const json own = read({"--at-least", index, "--of-term", std::to_string(term)});
  CHECK(own["outcome"] == "committed");
  CHECK(own["result"]["value"] == "v");
  CHECK(read({"--at-least", index, "--of-term", std::to_string(term + 1)})["error"] == "REPLACED");
  const std::string beyond = std::to_string(put["index"].get<int>() + 1000);
  CHECK(read({"--at-least", beyond, "--wait-ms", "50"})["error"] == "TIMED_OUT");
}

}  // namespace
}  // namespace quorate::testing
