// What operators want of brokers: recorded, so that it outlives the broker's process and the active
// controller.
//
//   OPS-1  a cordoned broker gets no new replicas: placement passes it over, and a list that names
//          it is refused, unless the request overrides that or it holds the partition already
//   OPS-2  what is wanted stays over restarts of the broker and over failovers, until it is taken
//          back or the broker is unregistered
//
// Thread: the command thread. Source: design of maintenance and decommission in Redpanda and of
// cordoned log directories in Kafka (KIP-1066), restated.
#pragma once

#include "controller/control/commands.h"
#include "controller/control/draft.h"

namespace quorate::controller {

// Errors: BROKER_ID_NOT_REGISTERED.
[[nodiscard]] AlterBrokerAnswer alter_broker(Draft& draft, const AlterBroker& command);

}  // namespace quorate::controller
