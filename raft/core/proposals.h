// Proposals whose end is not known yet, also those of earlier leaderships of this replica.
//
// Each token leaves exactly once (P64). What decides is the log's committed prefix alone: the same
// term at the proposal's index means committed, any other means that it never will be. A proposal
// behind the commit index is lost as soon as something of a later term is committed, because no log
// with that entry can still get one of the older term (P65).
//
// Owner: Replica. Thread: the driver's. Source: Raft paper §5.4, §8.
#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <string_view>
#include <vector>

#include "raft/core/ready.h"
#include "raft/core/term_runs.h"
#include "raft/core/types.h"

namespace quorate::raft {

class Proposals {
 public:
  // Appended as `id` in the current leadership. Indexes rise within one leadership.
  void add(ProposalToken token, LogId id, std::size_t bytes);
  // The same on behalf of another replica, which is answered by its own log.
  void add_foreign(LogId id, std::size_t bytes);
  // Appended as `id` by another leader, and above the commit index here.
  void add_elsewhere(ProposalToken token, LogId id);
  // The leadership is over: its proposals wait on, but no longer weigh on the quota.
  void end_leadership();

  // Everything that the log committed up to `commit` decides, what is committed in its order.
  [[nodiscard]] std::vector<ProposalOutcome> resolve(const TermRuns& terms, Index commit);
  // Everything that waits, as unknown outcomes.
  [[nodiscard]] std::vector<ProposalOutcome> abandon(std::string_view why);

  // Bytes appended in this leadership and not yet committed.
  [[nodiscard]] std::size_t uncommitted_bytes() const { return uncommitted_bytes_; }
  [[nodiscard]] bool empty() const { return current_.empty() && earlier_.empty(); }

  template <typename Visitor>
  void each_field(Visitor& visit) const {
    visit(current_, earlier_, uncommitted_bytes_);
  }

 private:
  struct Pending {
    std::optional<ProposalToken> token;  // nothing: another replica's
    LogId id;
    std::size_t bytes;
  };

  std::deque<Pending> current_;   // of this leadership, ascending
  std::vector<Pending> earlier_;  // of leaderships that ended
  std::size_t uncommitted_bytes_ = 0;
};

}  // namespace quorate::raft
