#include "broker-stub/net/no_coordinator.h"

#include <catch2/catch.hpp>

namespace quorate::broker {

TEST_CASE("no group has a coordinator", "[broker][no_coordinator]") {
  const auto one = no_coordinator({.key = "group", .coordinator_keys = {}});
  CHECK(one.error_code == kafka::ErrorCode::kCoordinatorNotAvailable);
  CHECK(one.node_id == -1);
  CHECK(one.coordinators.empty());

  const auto several = no_coordinator({.key = "", .coordinator_keys = {"a", "b"}});
  REQUIRE(several.coordinators.size() == 2);
  CHECK(several.coordinators[1].key == "b");
  CHECK(several.coordinators[1].error_code == kafka::ErrorCode::kCoordinatorNotAvailable);
}

}  // namespace quorate::broker
