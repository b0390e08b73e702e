// What operators want of brokers: recorded, so that it outlives the broker's process and the active
// controller.
//
//   OPS-1  a cordoned broker gets no new replicas: placement passes it over, and a list that names
//          it is refused, unless the request overrides that or it holds the partition already
//   OPS-2  what is wanted stays over restarts of the broker and over failovers, until it is taken
//          back or the broker is unregistered
//   OPS-3  a broker in maintenance leads only what nobody else in sync can lead: what it leads goes
//          to others in bounded batches with pauses; elections and new partitions take it last, and
//          it is nobody's preferred leader meanwhile
//   OPS-4  maintenance is refused when stopping the broker, with all that are in maintenance
//          already, would cost a partition its leader or what acks=all asks for, and when as many
//          as may be are in maintenance; unless the request overrides that
//   OPS-5  at its end partitions go back to their preferred leaders, if they do so by themselves
//   OPS-6 to OPS-8  decommission.h
//
// Thread: the command thread. Source: design of maintenance and decommission in Redpanda and of
// cordoned log directories in Kafka (KIP-1066), restated.
#pragma once

#include "controller/control/commands.h"
#include "controller/control/draft.h"
#include "controller/control/options.h"
#include "controller/image/image.h"

namespace quorate::controller {

// Only what is wanted, and the guard; what follows is begun by the caller. Errors:
// BROKER_ID_NOT_REGISTERED, POLICY_VIOLATION (OPS-4, OPS-7).
[[nodiscard]] AlterBrokerAnswer alter_broker(Draft& draft,
                                             const AlterBroker& command,
                                             const ControlOptions& options);

// The first broker in maintenance that leads something, from `from` on; kNoBroker: none.
// O(brokers).
[[nodiscard]] BrokerId next_to_drain(const MetadataImage& image, BrokerId from);

}  // namespace quorate::controller
