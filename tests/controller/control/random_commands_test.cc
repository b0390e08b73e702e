// Random commands lead where the rules lead; how they are drawn and compared is in random_run.h.
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string>

#include "tests/controller/control/random_run.h"

namespace quorate::controller {
namespace {

constexpr std::uint64_t kFirstSeed = 1'122'000;
constexpr std::uint64_t kSeeds = 40;  // or as QUORATE_RANDOM_SEEDS says
constexpr int kSteps = 250;

std::uint64_t wanted_seeds() {
  const char* given = std::getenv("QUORATE_RANDOM_SEEDS");
  return given == nullptr ? kSeeds : std::stoull(given);
}

TEST_CASE("random commands lead where the rules lead",
          "[control][random][C1][C2][C27][C5][C8][C9][C10][C11][C12][C14][C15][C16][C20][PAR-13]"
          "[BRK-10][BRK-11][BRK-12][BRK-13][BRK-17][BRK-19]"
          "[ELE-1][ELE-2][ELE-3][ELE-6][ELE-7][ELE-8]"
          "[ELE-4][ELE-5][PAR-4][PAR-6][PAR-11][PAR-14]"
          "[CFG-1][CFG-2][CFG-3][CFG-4][CFG-5][CFG-6][FEA-1][FEA-3]"
          "[RAS-1][RAS-2][RAS-3][RAS-4][RAS-5][RAS-6][RAS-7][RAS-8][ISR-13][TOP-9]"
          "[OPS-1][OPS-2][OPS-3][OPS-4][OPS-5][OPS-6][OPS-7][OPS-8]"
          "[QUO-1][SCR-1][ACL-1][ACL-2][C23]") {
  const std::uint64_t end = kFirstSeed + wanted_seeds();
  std::cout << "random_commands_test: seeds " << kFirstSeed << " to " << end - 1 << "\n";
  int close_calls = 0;
  testing::MoveCounts moves;
  int drained = 0;
  int refused = 0;
  int moved = 0;
  int emptied = 0;
  for (std::uint64_t seed = kFirstSeed; seed < end; ++seed) {
    testing::RandomRun run(seed);
    for (int step = 0; step < kSteps; ++step) {
      INFO("seed " << seed << " step " << step);
      run.step();
    }
    close_calls += run.close_calls();
    moves += run.moves();
    drained += run.operators().drained();
    refused += run.operators().refused();
    moved += run.operators().moved();
    emptied += run.operators().emptied();
  }
  CHECK(close_calls > 1000);
  // Every way in which a reassignment can end was taken.
  CHECK(moves.begun > 200);
  CHECK(moves.overridden > 20);
  CHECK(moves.completed > 2);
  CHECK(moves.hand_overs > 1);
  CHECK(moves.cancelled > 20);
  CHECK(drained > 40);
  CHECK(refused > 10);
  CHECK(moved > 5);
  CHECK(emptied > 2);
}

}  // namespace
}  // namespace quorate::controller
