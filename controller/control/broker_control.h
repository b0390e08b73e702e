// How a broker joins, is fenced and comes back.
//
//   (absent) ──register──▶ FENCED ──caught-up heartbeat──▶ UNFENCED
//                            ▲                                │
//                            └── session expired, asked to be fenced or to stop,
//                                another process of it registers
//
// Rules: BRK-1..BRK-9, BRK-14. Each function appends to the draft what the answer needs; an error
// appends nothing. Sessions are only read; the caller touches them once the decision stands.
//
// Thread: the command thread. Source: Kafka's ClusterControlManager restated.
#pragma once

#include "controller/control/commands.h"
#include "controller/control/draft.h"
#include "controller/control/options.h"
#include "controller/control/sessions.h"

namespace quorate::controller {

// Errors: INCONSISTENT_CLUSTER_ID, INVALID_REGISTRATION, UNSUPPORTED_VERSION,
// DUPLICATE_BROKER_REGISTRATION (try again when the old session has run out).
[[nodiscard]] RegisterBrokerAnswer register_broker(Draft& draft,
                                                   const RegisterBroker& command,
                                                   const ControlOptions& options,
                                                   const Sessions& sessions);

// Errors: STALE_BROKER_EPOCH (register again).
[[nodiscard]] HeartbeatAnswer take_heartbeat(Draft& draft, const Heartbeat& command);

// Partition changes first, the fence last (BRK-14). `rule` is why.
void fence_broker(Draft& draft, BrokerId id, const char* rule);

}  // namespace quorate::controller
