// How the SCRAM credentials of users change.
//
// A user may be named once in a request; one that is refused does not stop the others. Records: one
// UserScramCredential or RemoveUserScramCredential per user, in the order of the request, deletions
// first. A credential that stays makes none. No trace tells a salt or a key.
//
// Errors per user: DUPLICATE_RESOURCE (named twice: nothing of the user changes),
// UNACCEPTABLE_CREDENTIAL (no user, iterations out of range, no salt, keys of the wrong size),
// UNSUPPORTED_SASL_MECHANISM, RESOURCE_NOT_FOUND (nothing to delete), POLICY_VIOLATION (more
// records than one request may write).
//
// Rules: SCR-1. Thread: the command thread.
// Source: Kafka's ScramControlManager (KIP-554, KIP-900) restated; keys come derived, so that
// a salted password never gets here.
#pragma once

#include "controller/control/draft.h"
#include "controller/control/options.h"
#include "controller/control/security_commands.h"

namespace quorate::controller {

// Kafka's bounds.
inline constexpr std::int32_t kScramIterationsMin = 4'096;
inline constexpr std::int32_t kScramIterationsMax = 16'384;

[[nodiscard]] AlterScramAnswer alter_scram(Draft& draft,
                                           const AlterScram& command,
                                           const ControlOptions& options);

}  // namespace quorate::controller
