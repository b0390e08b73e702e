#include "cli/output.h"

#include <string>

#include <catch2/catch.hpp>

#include "tests/cli/captured.h"

namespace quorate::cli {
namespace {

Listing two_brokers() {
  Listing listing("BrokerList", {"BROKER", "STATE"});
  listing.set_field("activeController", 2);
  listing.add({"1", "active"}, {{"id", 1}, {"state", "active"}});
  listing.add({"1000", "fenced"}, {{"id", 1000}, {"state", "fenced"}});
  return listing;
}

TEST_CASE("a table is aligned under its headings", "[cli][output]") {
  const auto text = captured([] { two_brokers().print(Format::kTable); });
  CHECK(text ==
        "BROKER  STATE\n"
        "1       active\n"
        "1000    fenced\n");
}

TEST_CASE("a title stands above the table", "[cli][output]") {
  auto listing = two_brokers();
  listing.set_title("two brokers");
  const auto text = captured([&] { listing.print(Format::kTable); });
  CHECK(text.rfind("two brokers\nBROKER", 0) == 0);
}

TEST_CASE("json is one object with version kind fields and items", "[cli][output]") {
  const auto text = captured([] { two_brokers().print(Format::kJson); });
  const auto json = nlohmann::json::parse(text);
  CHECK(json.at("apiVersion") == "quorate/v1");
  CHECK(json.at("kind") == "BrokerList");
  CHECK(json.at("activeController") == 2);
  REQUIRE(json.at("items").size() == 2);
  CHECK(json.at("items")[1].at("id") == 1000);
}

TEST_CASE("an empty list is still an object with items", "[cli][output]") {
  const Listing listing("TopicList", {"TOPIC"});
  const auto text = captured([&] { listing.print(Format::kJson); });
  CHECK(nlohmann::json::parse(text).at("items").empty());
}

}  // namespace
}  // namespace quorate::cli
