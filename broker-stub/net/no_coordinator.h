// The answer to FindCoordinator as long as there are no consumer groups.
//
// The API is served for librdkafka's sake only (schemas/find_coordinator.json). Clients that ask
// because they were given a group id try again now and then and go on with assigned partitions.
// Thread: any; pure.
#pragma once

#include <cstdint>

#include "broker-stub/kafka/messages/find_coordinator.h"

namespace quorate::broker {

// COORDINATOR_NOT_AVAILABLE for every key of `request`.
[[nodiscard]] kafka::FindCoordinatorResponse no_coordinator(
    const kafka::FindCoordinatorRequest& request);

}  // namespace quorate::broker
