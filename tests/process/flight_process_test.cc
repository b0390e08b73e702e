// A server's flight recording, written when it ends, is decided again by the command line.
#include <fstream>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "tests/process/kv_cluster.h"

namespace quorate::testing {
namespace {

using nlohmann::json;

TEST_CASE("the recording of a server that ended is replayed with every decision",
          "[process][kv][flight_recorder][P107]") {
  KvCluster cluster;
  for (int node = 1; node <= KvCluster::kNodes; ++node) {
    cluster.configure(node,
                      "flight-recording=\"" + cluster.path("flight-" + std::to_string(node)) + '"');
    cluster.start(node);
  }
  const int leader = cluster.leader();
  for (int i = 0; i < 5; ++i)
    REQUIRE(cluster.run("quorate-kv-cli", {"put", "key", "a-secret-value"}).code == 0);
  REQUIRE(cluster.server(leader).terminate() == 0);
  const std::string file = cluster.path("flight-" + std::to_string(leader));
  CHECK(text_of(file).find("a-secret-value") == std::string::npos);

  const ChildFiles files{cluster.path("replay"), cluster.path("replay.errors")};
  Child replay("quorate", {"-o", "json", "raft", "replay", file}, files);
  const int code = replay.wait();
  INFO(text_of(files.errors));
  REQUIRE(code == 0);
  const json told = json::parse(text_of(files.output));
  CHECK(told["verified"] == true);
  CHECK(told["outputs"] > 10);
  bool has_led = false;
  for (const json& decision : told["items"])
    has_led = has_led || (decision["kind"] == "role_changed" && decision["role"] == "leader");
  CHECK(has_led);
}

}  // namespace
}  // namespace quorate::testing
