#include "raft/core/proposals.h"

#include <algorithm>
#include <optional>
#include <string>

#include "raft/base/check.h"

namespace quorate::raft {

void Proposals::add(ProposalToken token, LogId id, std::size_t bytes) {
  QUORATE_CHECK(current_.empty() || current_.back().id < id);
  QUORATE_CHECK(bytes > 0);
  current_.push_back({token, id, bytes});
  uncommitted_bytes_ += bytes;
}

void Proposals::add_foreign(LogId id, std::size_t bytes) {
  QUORATE_CHECK(current_.empty() || current_.back().id < id);
  current_.push_back({std::nullopt, id, bytes});
  uncommitted_bytes_ += bytes;
}

void Proposals::add_elsewhere(ProposalToken token, LogId id) {
  earlier_.push_back({token, id, 0});
}

void Proposals::end_leadership() {
  for (const Pending& pending : current_) {
    if (pending.token) earlier_.push_back(pending);
  }
  current_.clear();
  uncommitted_bytes_ = 0;
}

std::vector<ProposalOutcome> Proposals::resolve(const TermRuns& terms, Index commit) {
  std::vector<ProposalOutcome> outcomes;
  for (; !current_.empty() && current_.front().id.index <= commit; current_.pop_front()) {
    const Pending& pending = current_.front();
    QUORATE_CHECK(terms.term_at(pending.id.index) == pending.id.term);  // a leader never cuts
    QUORATE_CHECK(uncommitted_bytes_ >= pending.bytes);
    uncommitted_bytes_ -= pending.bytes;
    if (pending.token) outcomes.push_back({*pending.token, Status::ok(), pending.id});
  }
  const std::optional<Term> committed_term = terms.term_at(commit);
  const auto decide = [&](const Pending& pending) -> std::optional<Status> {
    Status superseded(Code::kNotLeader, "superseded by an entry of a later leader");
    if (pending.id.index > commit) {
      if (committed_term && *committed_term > pending.id.term) return superseded;
      return std::nullopt;
    }
    const std::optional<Term> term = terms.term_at(pending.id.index);
    if (!term) return Status(Code::kUnknownOutcome, "covered by an installed snapshot");
    return *term == pending.id.term ? Status::ok() : superseded;
  };
  const auto kept = std::remove_if(earlier_.begin(), earlier_.end(), [&](const Pending& pending) {
    const std::optional<Status> status = decide(pending);
    if (status) outcomes.push_back({*pending.token, *status, pending.id});
    return status.has_value();
  });
  earlier_.erase(kept, earlier_.end());
  const auto by_index = [](const ProposalOutcome& a, const ProposalOutcome& b) {
    return a.id.index < b.id.index;
  };
  if (!std::is_sorted(outcomes.begin(), outcomes.end(), by_index)) {
    std::stable_sort(outcomes.begin(), outcomes.end(), by_index);
  }
  QUORATE_CHECK(!current_.empty() || uncommitted_bytes_ == 0);  // P66
  return outcomes;
}

std::vector<ProposalOutcome> Proposals::abandon(std::string_view why) {
  end_leadership();
  std::vector<ProposalOutcome> outcomes;
  outcomes.reserve(earlier_.size());
  for (const Pending& pending : earlier_) {
    outcomes.push_back(
        {*pending.token, Status(Code::kUnknownOutcome, std::string(why)), pending.id});
  }
  earlier_.clear();
  return outcomes;
}

}  // namespace quorate::raft
