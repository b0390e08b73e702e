#include "tests/fuzz/core_driver.h"

#include <algorithm>
#include <utility>

#include "raft/base/check.h"

namespace quorate::raft::fuzz {

namespace {

using quorate::fuzz::ByteSource;

constexpr std::uint64_t kClockStepNs = 1'000'000;

Options draw_options(ByteSource& in) {
  Options options;
  options.cluster = {7, 7};
  options.self = member(1);
  options.election_timeout_ticks = 10;
  options.election_jitter_ticks = 5;
  options.heartbeat_ticks = 2;
  options.catch_up_ticks = 40;
  if (in.one_in(2)) {  // every bound is reached soon
    options.append_bytes_max = 100;
    options.append_entries_max = 2;
    options.in_flight_appends_max = 2;
    options.in_flight_bytes_max = 150;
    options.entry_bytes_max = 90;
    options.uncommitted_bytes_max = 200;
    options.window_bytes_max = 120;
    options.apply_bytes_max = 80;
    options.pending_reads_max = 3;
  }
  options.trace_messages = in.one_in(4);
  if (in.one_in(2)) {
    options.lease_ns = kClockStepNs * (1 + in.below(20));
    options.clock_drift_ppm = in.one_in(2) ? 1000 : 400'000;
  }
  options.priority = static_cast<std::uint32_t>(in.below(3));
  options.forward_proposals = in.one_in(2);
  if (in.one_in(2)) {
    options.forward_entries_max = 2;
    options.forward_bytes_max = 150;
  }
  return options;
}

Membership draw_membership(ByteSource& in) {
  Membership membership;
  const std::size_t voters = in.below(6);  // none: a replica that waits to be filled
  for (std::size_t node = 1; node <= voters; ++node)
    membership.voters.push_back(member(node));
  if (voters > 0 && in.one_in(3)) membership.learners.push_back(member(voters + 1));
  if (voters > 1 && in.one_in(4)) membership.outgoing = {member(1), member(voters)};
  return membership;
}

}  // namespace

ReplicaId member(std::uint64_t node) {
  return {NodeId{node}, Incarnation{0, node}};
}

CoreDriver::CoreDriver(ByteSource& in) : options_(draw_options(in)) {
  base_.membership = draw_membership(in);
  if (in.one_in(3)) base_.last = {Term{2}, Index{4}};
  LogId id{Term{std::max<std::uint64_t>(base_.last.term.value, 1)}, base_.last.index.next()};
  for (std::size_t count = in.below(8); count > 0; --count) {
    log_.push_back(make_entry(id, EntryKind::kNormal, SharedBytes(std::string(20, 'd'))));
    id = {Term{id.term.value + in.below(2)}, id.index.next()};
  }
  hard_state_.term = log_.empty() ? base_.last.term : log_.back().id.term;
  if (in.one_in(2)) hard_state_ = {hard_state_.term.next(), member(1 + in.below(3))};
  applied_ = base_.last.index;
  restart();
}

Recovered CoreDriver::recovered() const {
  Recovered found{.hard_state = hard_state_, .snapshot = base_, .last = durable_last()};
  for (const Entry& entry : log_) {
    if (found.term_runs.empty() || found.term_runs.back().term != entry.id.term) {
      found.term_runs.push_back({entry.id.index, entry.id.term});
    }
    if (entry.kind == EntryKind::kMembership) {
      found.memberships.push_back({entry.id.index, decode_membership(entry.data.view()).value()});
    }
  }
  found.applied = applied_;
  return found;
}

void CoreDriver::restart() {
  held_.clear();
  proposals_.clear();
  reads_.clear();
  places_.clear();
  changes_.clear();
  fetches_.clear();
  last_seq_ = 0;
  handed_ = applied_;
  auto core = Consensus::create(options_, recovered(), Random(seed_++));
  QUORATE_CHECK(core.is_ok());  // P12
  core_ = std::move(core).value();
}

void CoreDriver::drain() {
  if (!core_->has_ready()) return;
  Ready ready = core_->take_ready();
  for (Message& message : ready.messages) {
    check_message(message);
    sent_.push_back(std::move(message));
    if (sent_.size() > kSentMax) sent_.pop_front();
  }
  if (ready.persist) {
    QUORATE_CHECK(ready.persist->seq == ++last_seq_);
    held_.push_back(*std::move(ready.persist));
  }
  check_apply(ready.apply);
  for (const ProposalOutcome& outcome : ready.outcomes)
    QUORATE_CHECK(proposals_.erase(outcome.token) == 1);  // R42
  for (const ReadGrant& grant : ready.reads) {
    QUORATE_CHECK(reads_.erase(grant.token) == 1);
    if (const auto place = places_.extract(grant.token)) check_place(place.mapped(), grant);
  }
  for (const ChangeOutcome& outcome : ready.changes) {
    QUORATE_CHECK(changes_.erase(outcome.token) == 1);
    QUORATE_CHECK(!outcome.status.is_ok() || outcome.index <= core_->commit_index());
  }
  for (const FetchRequest& request : ready.fetches) {
    QUORATE_CHECK(request.first <= request.last);
    fetches_.push_back(request);
  }
}

// What leaves promises no more than what is durable.
void CoreDriver::check_message(const Message& message) const {
  QUORATE_CHECK(message.from == options_.self && message.to != options_.self);
  QUORATE_CHECK(message.cluster == options_.cluster && message.group == options_.group);
  if (const auto* result = std::get_if<AppendEntriesResult>(&message.body)) {
    const bool is_accepted = result->outcome == AppendEntriesResult::Outcome::kAccepted;
    QUORATE_CHECK(!is_accepted || result->match <= durable_last());  // R29
    QUORATE_CHECK(!is_accepted || message.term <= hard_state_.term);
  }
  if (const auto* result = std::get_if<RequestVoteResult>(&message.body)) {
    if (result->kind != VoteKind::kVote || result->answer != VoteAnswer::kGranted) return;
    QUORATE_CHECK(hard_state_.term == result->campaign_term);  // R30
    QUORATE_CHECK(hard_state_.voted_for == message.to);
  }
  if (const auto* request = std::get_if<RequestVote>(&message.body)) {
    if (request->kind != VoteKind::kVote) return;
    QUORATE_CHECK(hard_state_.term == request->campaign_term);  // R23
    QUORATE_CHECK(hard_state_.voted_for == options_.self);
  }
}

void CoreDriver::check_apply(const ApplyRange& range) {
  if (range.empty()) return;
  QUORATE_CHECK(handed_ == applied_ && range.first == applied_.next());  // R6
  QUORATE_CHECK(range.last <= core_->commit_index() && range.last <= durable_last());
  for (std::size_t i = 0; i < range.entries.size(); ++i) {
    const std::size_t at = range.first.value - base_.last.index.value - 1 + i;
    QUORATE_CHECK(range.entries[i] == log_.at(at));
  }
  handed_ = range.last;
}

void CoreDriver::persist(std::size_t count) {
  drain();
  for (; count > 0 && !held_.empty(); --count) {
    const PersistBatch batch = std::move(held_.front());
    held_.pop_front();
    write(batch);
    core_->persisted(batch.seq);
    drain();
  }
}

void CoreDriver::write(const PersistBatch& batch) {
  const std::uint64_t base = base_.last.index.value;
  if (batch.truncate_from) {
    QUORATE_CHECK(*batch.truncate_from > applied_ && *batch.truncate_from <= durable_last());
    log_.erase(log_.begin() + static_cast<std::ptrdiff_t>(batch.truncate_from->value - base - 1),
               log_.end());
  }
  for (const Entry& entry : batch.entries) {
    const Term before = log_.empty() ? base_.last.term : log_.back().id.term;
    QUORATE_CHECK(entry.id.index == durable_last().next() && entry.id.term >= before);
    log_.push_back(entry);
  }
  if (batch.hard_state) {
    QUORATE_CHECK(batch.hard_state->term >= hard_state_.term);  // R3
    hard_state_ = *batch.hard_state;
  }
}

void CoreDriver::apply() {
  applied_ = handed_;
  core_->applied(applied_);
}

void CoreDriver::answer_fetch(ByteSource& in) {
  if (fetches_.empty()) return;
  const FetchRequest request = fetches_.front();
  fetches_.pop_front();
  std::vector<Entry> entries;
  if (!in.one_in(4)) {
    Index index{request.first.value + in.below(2)};
    for (; index <= request.last && index <= durable_last(); index = index.next())
      entries.push_back(log_.at(index.value - base_.last.index.value - 1));
  }
  core_->entries_fetched(request.peer, request.first, std::move(entries));
}

void CoreDriver::propose(Proposal proposal) {
  proposal.token = next_token_++;
  proposals_.insert(proposal.token);
  core_->propose(std::move(proposal));
}

void CoreDriver::change_membership(MembershipChange change) {
  change.token = next_token_++;
  changes_.insert(change.token);
  core_->change_membership(change);
}

void CoreDriver::read(ReadMode mode) {
  reads_.insert(next_token_);
  core_->read(next_token_++, mode);
}

void CoreDriver::read_at_least(const ReadPoint& at, std::uint64_t ticks) {
  places_[next_token_] = at;
  reads_.insert(next_token_);
  core_->read_at_least(next_token_++, at, ticks);
}

// Mostly forth; a clock that goes back must do no harm.
void CoreDriver::advance_clock(ByteSource& in) {
  if (in.one_in(8)) {
    clock_ns_ -= std::min(clock_ns_, kClockStepNs * in.below(10));
  } else {
    clock_ns_ += kClockStepNs * in.below(30);
  }
  core_->advance_clock(clock_ns_);
}

// R49.
void CoreDriver::check_place(const ReadPoint& at, const ReadGrant& grant) const {
  const bool is_applied = core_->status().applied >= at.index;
  if (grant.status.is_ok()) {
    QUORATE_CHECK(is_applied);
    QUORATE_CHECK(!at.term || at.index == Index{0} || core_->term_at(at.index) == at.term);
  }
  if (grant.status.code() == Code::kNotFound) {
    QUORATE_CHECK(at.term && core_->term_at(at.index) != at.term);
  }
}

}  // namespace quorate::raft::fuzz
