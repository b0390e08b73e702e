// Who may campaign: voters of the membership in force (P30), and those whose removal is not known
// to be committed yet (P31).
//
// The last entry of a change may exist on an outgoing voter alone. Whoever remains must not be
// elected without it if it is committed, and refuses nobody who has it; so unless that replica may
// still lead, nobody might. It counts for nothing in its own election, and once it leads it
// commits its removal and hands over (P73). A removal that is committed without the replica knowing
// costs pre-votes that are refused.
//
// Thread: pure function. Source: scylladb #10618, openraft #2091, braft #432.
#pragma once

#include "raft/core/log.h"

namespace quorate::raft {

[[nodiscard]] inline bool is_electable(const Log& log, const ReplicaId& replica) {
  if (log.membership().is_voter(replica)) return true;
  const auto& history = log.memberships();
  return log.membership_index() > log.commit() && history.size() > 1 &&
         history[history.size() - 2].membership.is_voter(replica);
}

}  // namespace quorate::raft
