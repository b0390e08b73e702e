// How a broker joins, leaves, is fenced and comes back.
//
//   (absent) --register--> FENCED --caught-up heartbeat--> UNFENCED --wants to stop--> SHUTTING
//   DOWN
//      ^                     ^                                 |                            |
//      |                     +---- session over, wants to be fenced, handed over and read --+
//      +---- unregistered, whatever its state
//
// What a broker leads and is in sync for leaves it first. When that takes more than one batch, its
// departure stands in the image from the first one on, and continue_departure does the rest step by
// step: from then on it is neither elected nor taken into an ISR, so the order of BRK-14 holds over
// any number of batches.
//
// Rules: BRK-1..BRK-14, BRK-17, BRK-19. Each function appends to the draft what the answer needs;
// an error appends nothing, unless its header says so. Sessions and what is unfinished are only
// read; the caller changes them once the decision stands.
//
// Thread: the command thread. Source: Kafka's ClusterControlManager restated; docs/adr/0011.
#pragma once

#include <optional>

#include "controller/control/commands.h"
#include "controller/control/draft.h"
#include "controller/control/election.h"
#include "controller/control/options.h"
#include "controller/control/sessions.h"
#include "controller/control/unfinished.h"

namespace quorate::controller {

// What decisions about brokers look at beside the image.
struct BrokerView {
  const ControlOptions& options;
  const Sessions& sessions;
  const Unfinished& unfinished;
};

// What a decision leaves for later steps.
struct Leftover {
  BrokerId broker = kNoBroker;  // whose hand-over goes on at `handover`
  Resume handover;
  bool election = false;  // partitions without a leader may get one
};

// Errors: INCONSISTENT_CLUSTER_ID, INVALID_REGISTRATION, UNSUPPORTED_VERSION,
// DUPLICATE_BROKER_REGISTRATION (try again when the old session has run out, or when all
// partitions have left the old process: the first of those steps is appended with the error).
[[nodiscard]] RegisterBrokerAnswer register_broker(Draft& draft,
                                                   const RegisterBroker& command,
                                                   const BrokerView& view,
                                                   Leftover& leftover);

// Errors: STALE_BROKER_EPOCH (register again).
[[nodiscard]] HeartbeatAnswer take_heartbeat(Draft& draft,
                                             const Heartbeat& command,
                                             const BrokerView& view,
                                             Leftover& leftover);

// Errors: BROKER_ID_NOT_REGISTERED.
[[nodiscard]] UnregisterBrokerAnswer unregister_broker(Draft& draft,
                                                       const UnregisterBroker& command,
                                                       const BrokerView& view,
                                                       Leftover& leftover);

// Partition changes first, the fence last (BRK-14). `rule` is why. Nothing for a broker that is
// fenced or departs already.
[[nodiscard]] Leftover fence_broker(Draft& draft,
                                    BrokerId id,
                                    const char* rule,
                                    const ControlOptions& options);

// The next step of the hand-over that the broker's registration tells of.
[[nodiscard]] Leftover continue_departure(Draft& draft,
                                          const Unfinished::Handover& handover,
                                          const ControlOptions& options);

}  // namespace quorate::controller
