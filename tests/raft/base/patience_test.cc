#include "raft/base/patience.h"

#include <catch2/catch.hpp>

namespace quorate {
namespace {

using std::chrono::microseconds;

TEST_CASE("a new consumer sleeps at once", "[base][patience]") {
  CHECK_FALSE(Patience(microseconds{30}).pays());
}

TEST_CASE("a short sleep that ended with work makes looking pay", "[base][patience]") {
  Patience patience(microseconds{30});
  patience.on_slept(microseconds{60});
  CHECK(patience.pays());
}

TEST_CASE("a long sleep does not make looking pay", "[base][patience]") {
  Patience patience(microseconds{30});
  patience.on_slept(microseconds{500});
  CHECK_FALSE(patience.pays());
}

TEST_CASE("looking in vain is given up after a bounded number of times", "[base][patience]") {
  Patience patience(microseconds{30});
  for (int i = 0; i < 1000; ++i)
    patience.on_polled(Patience::Found::kWork);
  int looks = 0;
  while (patience.pays() && looks < 1000) {
    patience.on_polled(Patience::Found::kNothing);
    ++looks;
  }
  CHECK(looks == 16);
}

TEST_CASE("looking that finds work every other time goes on", "[base][patience]") {
  Patience patience(microseconds{30});
  patience.on_slept(microseconds{1});
  for (int i = 0; i < 100; ++i) {
    patience.on_polled(Patience::Found::kNothing);
    REQUIRE(patience.pays());
    patience.on_polled(Patience::Found::kWork);
  }
}

TEST_CASE("without a budget looking never pays", "[base][patience]") {
  Patience patience(microseconds{0});
  patience.on_slept(microseconds{0});
  patience.on_polled(Patience::Found::kWork);
  CHECK_FALSE(patience.pays());
}

}  // namespace
}  // namespace quorate
