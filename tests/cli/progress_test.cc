#include "cli/progress.h"

#include <catch2/catch.hpp>

namespace quorate::cli {

TEST_CASE("a progress line tells rate and what is left", "[cli][progress]") {
  const ProgressLine progress("verify data", "entries");
  CHECK(progress.line(250, 1000, 2.0) ==
        "verify data: 250 of 1000 entries, 25 %, 125/s, about 6 s left");
  CHECK(progress.line(0, 0, 2.0) == "verify data: 0 of 0 entries, 100 %, 0/s, about 0 s left");
}

}  // namespace quorate::cli
