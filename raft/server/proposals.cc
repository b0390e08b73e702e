#include "raft/server/proposals.h"

#include <utility>

#include "raft/base/check.h"

namespace quorate::raft {

ProposalToken PendingProposals::begin(ProposeCallback done, std::int64_t now_ns) {
  return proposals_.insert({.done = std::move(done), .start_ns = now_ns});
}

ReadToken PendingProposals::begin_read(ReadCallback done) {
  return reads_.insert(std::move(done));
}

std::optional<CommittedProposal> PendingProposals::settle(const ProposalOutcome& outcome,
                                                          std::int64_t now_ns) {
  std::optional<Waiting> waiting = proposals_.take(outcome.token);
  QUORATE_CHECK(waiting.has_value());  // the core answers each token once
  if (outcome.status.is_ok()) {
    metrics_.proposals_committed.add();
    metrics_.commit.record(now_ns - waiting->start_ns);
    return CommittedProposal{.id = outcome.id, .done = std::move(waiting->done)};
  }
  const bool unknown = outcome.status.code() == Code::kUnknownOutcome;
  (unknown ? metrics_.proposals_unknown : metrics_.proposals_rejected).add();
  gate_.leave();
  waiting->done({.status = outcome.status, .id = {}, .result = {}});
  return std::nullopt;
}

std::optional<GrantedRead> PendingProposals::settle(const ReadGrant& grant) {
  std::optional<ReadCallback> done = reads_.take(grant.token);
  QUORATE_CHECK(done.has_value());
  if (grant.status.is_ok()) {
    metrics_.reads_granted.add();
    if (grant.by == ReadMode::kLease) metrics_.reads_by_lease.add();
    return GrantedRead{.index = grant.index, .done = *std::move(done)};
  }
  metrics_.reads_refused.add();
  gate_.leave();
  (*done)(grant.status);
  return std::nullopt;
}

ChangeToken PendingProposals::begin_change(ChangeCallback done) {
  return changes_.insert(std::move(done));
}

void PendingProposals::settle(const ChangeOutcome& outcome) {
  std::optional<ChangeCallback> done = changes_.take(outcome.token);
  QUORATE_CHECK(done.has_value());
  gate_.leave();
  (*done)(outcome);
}

void PendingProposals::answer_all() {
  for (ChangeCallback& done : changes_.take_all()) {
    gate_.leave();
    done({.status = {Code::kUnknownOutcome, "the server stopped before the outcome was known"}});
  }
  for (Waiting& waiting : proposals_.take_all()) {
    metrics_.proposals_unknown.add();
    gate_.leave();
    waiting.done(
        {.status = {Code::kUnknownOutcome, "the server stopped before the outcome was known"},
         .id = {},
         .result = {}});
  }
  for (ReadCallback& done : reads_.take_all()) {
    metrics_.reads_refused.add();
    gate_.leave();
    done({Code::kShutdown, "the server is stopped"});
  }
}

}  // namespace quorate::raft
