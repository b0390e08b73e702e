// How the quotas of clients change.
//
// Each entity of a request changes as a whole or is refused; one that is refused does not stop the
// others. Records: one ClientQuota per key, in order of key; a value that stays and the removal of
// what is absent make none.
//
// Errors per entity: INVALID_REQUEST (no such entity, key or value; named twice), POLICY_VIOLATION
// (more records than one request may write).
//
// An ip is an address, not a name of one: who has a name today need not have it tomorrow.
//
// Rules: QUO-1. Thread: the command thread.
// Source: Kafka's ClientQuotaControlManager restated.
#pragma once

#include "controller/control/draft.h"
#include "controller/control/options.h"
#include "controller/control/security_commands.h"

namespace quorate::controller {

[[nodiscard]] AlterClientQuotasAnswer alter_client_quotas(Draft& draft,
                                                          const AlterClientQuotas& command,
                                                          const ControlOptions& options);

}  // namespace quorate::controller
