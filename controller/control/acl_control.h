// How access control entries are created and deleted.
//
// Creating one that is there already changes nothing and is no error. A filter names what it
// deletes; an entry that several filters match is told by each and deleted once. What is found is
// looked up in the image alone: nothing is changed while records are made (ACL-2).
//
// Errors per entry: INVALID_REQUEST (what no entry may say, no principal, no name),
// POLICY_VIOLATION (more records than one request may write). Per filter: INVALID_REQUEST (unknown
// numbers). A request that would delete more entries than it may write records is refused as a
// whole.
//
// Rules: ACL-1, ACL-2. Thread: the command thread.
// Source: Kafka's AclControlManager (KIP-801) restated.
#pragma once

#include <cstddef>

#include "controller/control/draft.h"
#include "controller/control/options.h"
#include "controller/control/security_commands.h"

namespace quorate::controller {

// The only name that the cluster has as a resource.
inline constexpr const char* kClusterResourceName = "kafka-cluster";

[[nodiscard]] CreateAclsAnswer create_acls(Draft& draft,
                                           const CreateAcls& command,
                                           const ControlOptions& options);
[[nodiscard]] DeleteAclsAnswer delete_acls(Draft& draft,
                                           const DeleteAcls& command,
                                           const ControlOptions& options);

}  // namespace quorate::controller
