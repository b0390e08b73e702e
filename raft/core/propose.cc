// How a client's command gets its place in the log (§5.3).
#include <string>
#include <utility>

#include "raft/base/check.h"
#include "raft/core/replica.h"

namespace quorate::raft {

void Replica::propose(Proposal proposal) {
  if (is_to_forward(proposal)) return forward(std::get<Follower>(role_), std::move(proposal));
  if (const Status status = judge(proposal); !status.is_ok()) {
    return reject(proposal.token, status);
  }
  const LogId id = append_own(proposal.kind, std::move(proposal.data));
  proposals_.add(proposal.token, id, log_.window().at(id.index).bytes());
}

void Replica::reject(ProposalToken token, Status status) {
  emit(EventKind::kProposalRejected, to_string(status.code()));
  ready_.outcomes.push_back({token, std::move(status), LogId{}});
}

// Ok, or why the proposal will never be in the log.
Status Replica::judge(const Proposal& proposal) const {
  if (is_stopped_) return {Code::kShutdown, "the group has stopped"};
  const auto* leader = std::get_if<Leader>(&role_);
  if (leader == nullptr) return {Code::kNotLeader, "this replica does not lead"};
  if (proposal.expected_term && *proposal.expected_term != term()) {
    return {Code::kFailedPrecondition, "leading another term than expected"};
  }
  switch (proposal.kind) {
    case EntryKind::kNormal: break;
    case EntryKind::kNoop:
      if (proposal.data.size() == 0) break;
      return {Code::kInvalidArgument, "a no-op carries no data"};
    case EntryKind::kMembership:
      return {Code::kInvalidArgument, "a membership is changed by change_membership()"};
  }
  if (leader->transfer) return {Code::kBusy, "the leadership is being transferred"};
  const std::size_t bytes = proposal.data.size() + Entry::kOverheadBytes;
  if (bytes > options_.entry_bytes_max) return {Code::kInvalidArgument, "the entry is too large"};
  if (bytes > options_.uncommitted_bytes_max - proposals_.uncommitted_bytes()) {
    return {Code::kBusy, "too many bytes wait for commit"};
  }
  return Status::ok();
}

LogId Replica::append_own(EntryKind kind, SharedBytes data) {
  QUORATE_CHECK(role() == Role::kLeader);
  const LogId id{term(), log_.last().index.next()};
  log_.append(make_entry(id, kind, std::move(data)));
  is_flush_due_ = true;
  return id;
}

}  // namespace quorate::raft
