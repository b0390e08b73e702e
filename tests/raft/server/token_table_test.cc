#include "raft/server/token_table.h"

#include <memory>

#include <catch2/catch.hpp>

namespace quorate::raft {
namespace {

TEST_CASE("a token gives its value once", "[server][token_table][P64]") {
  TokenTable<int> table;
  const auto token = table.insert(7);
  CHECK(table.take(token) == 7);
  CHECK_FALSE(table.take(token).has_value());
  CHECK(table.size() == 0);
}

TEST_CASE("an old token does not find the value that took its place", "[server][token_table]") {
  TokenTable<int> table;
  const auto old = table.insert(1);
  REQUIRE(table.take(old) == 1);
  const auto fresh = table.insert(2);
  CHECK(fresh != old);
  CHECK_FALSE(table.take(old).has_value());
  CHECK(table.take(fresh) == 2);
}

TEST_CASE("a token that was never given out finds nothing", "[server][token_table]") {
  TokenTable<int> table;
  CHECK_FALSE(table.take(0).has_value());
  CHECK_FALSE(table.take(~0ULL).has_value());
}

TEST_CASE("everything that waits is taken at once and then gone", "[server][token_table][P113]") {
  TokenTable<std::unique_ptr<int>> table;
  const auto first = table.insert(std::make_unique<int>(1));
  table.insert(std::make_unique<int>(2));
  table.insert(std::make_unique<int>(3));
  REQUIRE(table.take(first).has_value());
  CHECK(table.take_all().size() == 2);
  CHECK(table.size() == 0);
  CHECK(table.take_all().empty());
  CHECK(table.take(table.insert(std::make_unique<int>(4))).has_value());
}

}  // namespace
}  // namespace quorate::raft
