// Who the controllers of a new cluster are, as `quorate-controller format` is told.
//
// Thread: any.
#pragma once

#include <string>
#include <vector>

#include "raft/base/status.h"
#include "raft/core/membership.h"

namespace quorate::controller {

// "<id>:<incarnation>" each, an odd number of them. kInvalidArgument names the item and the rule.
Result<raft::Membership> parse_initial_membership(const std::vector<std::string>& items);

}  // namespace quorate::controller
