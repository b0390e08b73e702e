// Changes of the membership that wait for the log, also those of earlier leaderships of this
// replica.
//
// Once the entry that decides about a change is in the log (the joint one, or the only one), the
// log alone says how it ends, whoever leads: the entry is committed, then the membership that it
// leads to (every leader leaves a joint membership on its own, P72), or it never will be. So an
// answer needs no leadership, and "unknown" is left for replicas that do not hear any more how it
// went on.
//
// Each token leaves exactly once (P64). Owner: Replica. Thread: the driver's.
#pragma once

#include <string_view>
#include <vector>

#include "raft/core/ready.h"
#include "raft/core/recovered.h"
#include "raft/core/term_runs.h"
#include "raft/core/types.h"

namespace quorate::raft {

class PendingChanges {
 public:
  // `entry` decides about the change of `token`.
  void add(ChangeToken token, LogId entry) { waiting_.push_back({token, entry}); }

  // Everything that the log committed up to `commit` decides; `memberships` are that of the base
  // and those of the log, ascending. To be called whenever `commit` moves, before the log is
  // compacted.
  [[nodiscard]] std::vector<ChangeOutcome> resolve(const TermRuns& terms,
                                                   const std::vector<MembershipAt>& memberships,
                                                   Index commit);
  // Everything that waits, as unknown outcomes.
  [[nodiscard]] std::vector<ChangeOutcome> abandon(std::string_view why);

  [[nodiscard]] bool empty() const { return waiting_.empty(); }

  template <typename Visitor>
  void each_field(Visitor& visit) const {
    visit(waiting_);
  }

 private:
  struct Waiting {
    ChangeToken token;
    LogId entry;
  };
  std::vector<Waiting> waiting_;
};

}  // namespace quorate::raft
