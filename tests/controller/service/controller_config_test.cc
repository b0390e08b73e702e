#include "controller/service/controller_config.h"

#include <cstdlib>
#include <fstream>
#include <iterator>

#include <catch2/catch.hpp>

namespace quorate::controller {
namespace {

constexpr const char* kBegin = "<!-- quorate-controller: begin -->\n";
constexpr const char* kEnd = "<!-- quorate-controller: end -->\n";

Result<ControllerConfig> configured(std::vector<std::string> sets) {
  std::vector<std::string> all = {
      "node.id=1",
      "log.dirs=/d",
      "listeners=RAFT://127.0.0.1:1,CONTROLLER://127.0.0.1:2,HTTP://127.0.0.1:3",
      "controller.quorum.voters=1@127.0.0.1:1,2@127.0.0.2:1,3@127.0.0.3:1",
      "ssl.ca.path=a",
      "ssl.certificate.path=b",
      "ssl.key.path=c"};
  all.insert(all.end(), sets.begin(), sets.end());
  const auto properties = Properties::load(controller_option_table(), {"", {}, all});
  QUORATE_TRY(properties.status());
  return read_controller_config(*properties);
}

std::string refusal(const std::string& set) {
  return configured({set}).status().message();
}

TEST_CASE("a controller's configuration is read into values", "[controller][config]") {
  const auto config = configured({});
  REQUIRE(config.is_ok());
  CHECK(config->node_id == 1);
  CHECK(config->data_dir == "/d");
  CHECK(config->controller_listener.text() == "127.0.0.1:2");
  CHECK(config->voters.at(3) == "127.0.0.3:1");
  CHECK(config->election_timeout_ms == 1000);
  CHECK(config->broker_session_timeout_ms == 3000);
}

TEST_CASE("values that do not fit together are refused by key and rule",
          "[controller][config][G01][G02][G03][G11]") {
  CHECK(refusal("controller.quorum.heartbeat.ms=201").find("less than five times") !=
        std::string::npos);
  CHECK(refusal("controller.quorum.lease.ms=1001").find("is more than") != std::string::npos);
  CHECK(refusal("controller.quorum.lease.ms=299").find("three times") != std::string::npos);
  CHECK(refusal("broker.session.timeout.ms=999").find("less than twice") != std::string::npos);
  CHECK(refusal("controller.quorum.voters=2@h:1").find("does not name this node, 1") !=
        std::string::npos);
  CHECK(refusal("controller.quorum.voters=1@h:1,2@h:1,3@h:3").find("the same address") !=
        std::string::npos);
  CHECK(refusal("controller.quorum.voters=1@h:1,2@h:2").find("odd number") != std::string::npos);
  CHECK(refusal("controller.quorum.voters=").find("names no voter") != std::string::npos);
  CHECK(refusal("controller.quorum.endpoints=9@h:1").find("not a voter") != std::string::npos);
  CHECK(refusal("listeners=RAFT://h:1").find("CONTROLLER is missing") != std::string::npos);
  CHECK(refusal("listeners=RAFT://h").find("is not host:port") != std::string::npos);
  CHECK(refusal("cluster.id=short").find("22 characters") != std::string::npos);
  CHECK(refusal("log.dirs=/a,/b").find("several directories") != std::string::npos);
}

TEST_CASE("what the file says of changeable keys is told apart from their defaults",
          "[controller][config][ELE-8]") {
  CHECK(configured({})->statics.empty());
  CHECK(configured({"unclean.leader.election.enable=false"})->statics ==
        ConfigMap{{"unclean.leader.election.enable", "false"}});
  CHECK(configured({"unclean.leader.election.enable=true"})->statics ==
        ConfigMap{{"unclean.leader.election.enable", "true"}});
}

// QUORATE_REWRITE=1 writes the table into the page instead.
TEST_CASE("docs/configuration.md holds the table of options as it is", "[controller][config]") {
  const std::string path = QUORATE_SOURCE_DIR "/docs/configuration.md";
  std::ifstream file(path);
  std::string page(std::istreambuf_iterator<char>(file), {});
  const auto begin = page.find(kBegin);
  const auto end = page.find(kEnd);
  REQUIRE(begin != std::string::npos);
  REQUIRE(end != std::string::npos);
  const auto from = begin + std::string(kBegin).size();
  const std::string table = controller_option_table().markdown();
  if (std::getenv("QUORATE_REWRITE") != nullptr) {
    page.replace(from, end - from, table);
    std::ofstream(path) << page;
    return;
  }
  CHECK(page.substr(from, end - from) == table);
}

}  // namespace
}  // namespace quorate::controller
