#include "raft/base/random.h"

#include <vector>

#include <catch2/catch.hpp>

namespace quorate {
namespace {

TEST_CASE("the same seed gives the same numbers", "[base][random]") {
  Random one(42);
  Random two(42);
  for (int i = 0; i < 100; ++i)
    CHECK(one.next() == two.next());
}

TEST_CASE("the numbers of seed 0 are those of the published algorithm", "[base][random]") {
  Random random(0);
  CHECK(random.next() == 0xe220a8397b1dcdafULL);
  CHECK(random.next() == 0x6e789e6aa1b965f4ULL);
}

TEST_CASE("a bounded draw reaches every value and stays inside", "[base][random]") {
  Random random(7);
  std::vector<int> seen(5, 0);
  for (int i = 0; i < 1000; ++i) {
    const auto drawn = random.between(10, 14);
    REQUIRE(drawn >= 10);
    REQUIRE(drawn <= 14);
    ++seen[drawn - 10];
  }
  for (const int count : seen)
    CHECK(count > 100);
}

TEST_CASE("a split stream differs from its parent", "[base][random]") {
  Random parent(1);
  Random child = parent.split();
  CHECK(parent.next() != child.next());
}

}  // namespace
}  // namespace quorate
