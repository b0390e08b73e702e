#include "broker-stub/server/broker_options.h"

#include <catch2/catch.hpp>

namespace quorate::broker {
namespace {

std::vector<std::string> good() {
  return {"node.id=4",
          "cluster.id=AAAAAAAAAAAAAAAAAAAAAQ",
          "log.dirs=/somewhere",
          "controller.quorum.bootstrap.servers=127.0.0.1:1,127.0.0.1:2",
          "ssl.ca.path=ca",
          "ssl.certificate.path=cert",
          "ssl.key.path=key"};
}

Result<BrokerOptions> load(const std::vector<std::string>& more) {
  std::vector<std::string> sets = good();
  sets.insert(sets.end(), more.begin(), more.end());
  const auto properties =
      Properties::load(broker_option_table(), {.file = {}, .environment = {}, .sets = sets});
  if (!properties.is_ok()) return properties.status();
  return broker_options_from(*properties);
}

TEST_CASE("a broker needs little configuration and binds to loopback", "[server][options]") {
  const auto options = load({});
  REQUIRE(options.is_ok());
  CHECK(options->listener.host == "127.0.0.1");
  CHECK(options->listener.port == 9092);
  CHECK(options->controllers.size() == 2);
  CHECK(options->http_host.empty());
}

TEST_CASE("listeners may name Kafka and HTTP and what is advertised", "[server][options]") {
  const auto options = load({"listeners=PLAINTEXT://:0,HTTP://127.0.0.1:8080",
                             "advertised.listeners=PLAINTEXT://broker.example:9092"});
  REQUIRE(options.is_ok());
  CHECK(options->listener.host == "0.0.0.0");
  CHECK(options->advertised.host == "broker.example");
  CHECK(options->http_port == 8080);
}

TEST_CASE("a wrong option is refused by name", "[server][options][G01]") {
  const auto refused = [](const std::string& set, const std::string& key) {
    INFO(set);
    const auto options = load({set});
    REQUIRE(options.status().code() == Code::kInvalidArgument);
    CHECK_THAT(options.status().message(), Catch::Contains(key));
  };
  refused("node.id=-1", "node.id");
  refused("cluster.id=short", "cluster.id");
  refused("log.dirs=/a,/b", "log.dirs");
  refused("listeners=PLAINTEXT:127.0.0.1:1", "listeners");
  refused("listeners=HTTP://127.0.0.1:1", "listeners");
  refused("listeners=PLAINTEXT://127.0.0.1:1,PLAINTEXT://127.0.0.1:2", "listeners");
  refused("listeners=PLAINTEXT://0.0.0.0:9092", "advertised.listeners");
  refused("listeners=PLAINTEXT://127.0.0.1:70000", "listeners");
  refused("controller.quorum.bootstrap.servers=here", "bootstrap.servers");
  refused("process.roles=controller", "process.roles");
  refused("log.segment.byte=1", "log.segment.bytes");
}

}  // namespace
}  // namespace quorate::broker
