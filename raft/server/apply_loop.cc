#include "raft/server/apply_loop.h"

#include <chrono>
#include <exception>
#include <string>
#include <utility>

#include "raft/base/check.h"
#include "raft/server/fail_point.h"

namespace quorate::raft {
namespace {

// Results by position; grown only when the state machine sets one.
class Results final : public ApplyResults {
 public:
  Results(std::vector<SharedBytes>& results, std::size_t entries)
      : results_(results), entries_(entries) {}
  void set(std::size_t position, SharedBytes result) override {
    QUORATE_CHECK(position < entries_);
    if (results_.empty()) results_.resize(entries_);
    results_[position] = std::move(result);
  }

 private:
  std::vector<SharedBytes>& results_;
  const std::size_t entries_;
};

}  // namespace

ApplyLoop::ApplyLoop(Parts parts, const ServerOptions& options, Start start)
    : parts_(parts),
      group_(options.core.group),
      read_bytes_max_(options.core.apply_bytes_max),
      snapshot_every_entries_(options.snapshot_every_entries),
      snapshot_every_bytes_(options.snapshot_every_bytes),
      snapshot_interval_ns_(options.snapshot_interval_ns),
      queue_(kNoBound, std::chrono::nanoseconds(options.poll_ns)),
      applied_(start.applied.value),
      membership_(std::move(start.membership)),
      snapshot_(start.snapshot),
      seat_("apply", parts.shared, [this](std::chrono::nanoseconds timeout) {
        return turn(timeout);
      }) {
  parts_.metrics.snapshot_index.store(snapshot_.value);
}

ApplyLoop::~ApplyLoop() {
  stop();
}

void ApplyLoop::start() {
  seat_.start();
}

void ApplyLoop::stop() {
  queue_.close();
  seat_.join();
}

void ApplyLoop::submit(ApplyTask task) {
  queue_.push_always(std::move(task));
  seat_.wake();
}

void ApplyLoop::request_snapshot(SnapshotCallback done) {
  ApplyTask task;
  task.snapshots.push_back(std::move(done));
  if (queue_.push_always(std::move(task))) return seat_.wake();
  task.snapshots.front()(Status(Code::kShutdown, "the server is stopped"));
}

std::optional<std::chrono::nanoseconds> ApplyLoop::turn(std::chrono::nanoseconds timeout) {
  if (!queue_.drain(tasks_, timeout)) {
    if (leading_) lose(*leading_);
    abandon();
    return std::nullopt;
  }
  for (ApplyTask& task : tasks_)
    carry_out(task);
  if (parts_.fatal.tripped()) {
    abandon();
  } else if (tasks_.empty() && is_snapshot_due()) {
    take_snapshot(nullptr);
  }
  tasks_.clear();
  if (is_wake_wanted_.exchange(false)) parts_.inbox.post_completion(inbox::Wake{});
  return queue_.has_waiting() ? std::chrono::nanoseconds::zero() : patience();
}

void ApplyLoop::carry_out(ApplyTask& task) {
  if (task.lost) lose(*task.lost);
  if (task.leading) leading_ = task.leading;
  for (CommittedProposal& proposal : task.proposals)
    proposals_.push_back(std::move(proposal));
  for (GrantedRead& read : task.reads)
    reads_.emplace(read.index, std::move(read.done));
  const Status stopped(Code::kShutdown, "the server is stopped");
  Status status = parts_.fatal.tripped() ? stopped : Status::ok();
  if (status.is_ok() && task.restore) status = restore(*task.restore);
  if (status.is_ok()) status = apply_range(task.range);
  if (!status.is_ok()) {
    for (const SnapshotCallback& done : task.snapshots)
      done(stopped);
    return fail(status);
  }
  answer_reads();
  for (SnapshotCallback& done : task.snapshots)
    take_snapshot(std::move(done));
  if (is_snapshot_due()) take_snapshot(nullptr);
}

void ApplyLoop::lose(Term term) {
  if (started_ == term) parts_.machine.on_leader_stop(term);
  if (started_ == term) started_.reset();
  if (leading_ == term) leading_.reset();
}

Status ApplyLoop::apply_range(const ApplyRange& range) {
  if (range.empty()) return Status::ok();
  if (range.entries.empty()) return apply_stored(range.first, range.last);
  return apply_entries(range.entries);
}

Status ApplyLoop::apply_stored(Index first, Index last) {
  while (first <= last) {
    auto entries = parts_.store.read(group_, first, last, read_bytes_max_);
    QUORATE_TRY(entries.status());
    QUORATE_TRY(apply_entries(*entries));
    first = applied().next();
  }
  return Status::ok();
}

Status ApplyLoop::apply_entries(std::span<const Entry> entries) {
  QUORATE_CHECK(!entries.empty());
  Index expected = applied().next();
  for (const Entry& entry : entries) {
    QUORATE_CHECK(entry.id.index == expected);  // I1
    if (!is_intact(entry)) {
      return {Code::kCorruption,
              "entry " + std::to_string(expected.value) + " does not match its checksum"};
    }
    expected = expected.next();
  }
  QUORATE_TRY(reach(FailPoint::kApplyBefore));
  QUORATE_TRY(hand_to_machine(entries));
  applied_.store(entries.back().id.index.value);
  QUORATE_TRY(note_applied(entries));
  QUORATE_TRY(reach(FailPoint::kApplyAfter));
  answer_proposals(entries);
  return Status::ok();
}

Status ApplyLoop::hand_to_machine(std::span<const Entry> entries) {
  results_.clear();
  Results results(results_, entries.size());
  try {
    parts_.machine.apply(entries, results);
    const bool begun = leading_ && started_ != leading_ && entries.back().id.term >= *leading_;
    if (begun) {  // I4: the first entry of a term is the leader's no-op
      started_ = leading_;
      parts_.machine.on_leader_start(*leading_);
    }
  } catch (const std::exception& error) {
    return {Code::kInternal, std::string("the state machine failed: ") + error.what()};
  } catch (...) {
    return {Code::kInternal, "the state machine failed"};
  }
  return Status::ok();
}

void ApplyLoop::answer_proposals(std::span<const Entry> applied) {
  if (parts_.fatal.tripped()) return;  // I5; abandon() answers them
  const Index first = applied.front().id.index;
  while (!proposals_.empty() && proposals_.front().id.index <= applied.back().id.index) {
    CommittedProposal proposal = std::move(proposals_.front());
    proposals_.pop_front();
    QUORATE_CHECK(proposal.id.index >= first);
    const auto position = static_cast<std::size_t>(proposal.id.index.value - first.value);
    QUORATE_CHECK(applied[position].id == proposal.id);
    parts_.metrics.proposals_applied.add();
    parts_.gate.leave();
    proposal.done({.status = {},
                   .id = proposal.id,
                   .result = results_.empty() ? SharedBytes() : std::move(results_[position])});
  }
}

void ApplyLoop::answer_reads() {
  const Index now = applied();
  while (!reads_.empty() && reads_.begin()->first <= now) {
    const ReadCallback done = std::move(reads_.begin()->second);
    reads_.erase(reads_.begin());
    parts_.gate.leave();
    done(Status::ok());
  }
}

void ApplyLoop::fail(const Status& reason) {
  if (parts_.fatal.tripped()) return;
  parts_.fatal.trip(reason.with_context("applying"));
  parts_.inbox.post_completion(inbox::Wake{});
}

// Committed, but not seen to be applied: the group may apply it without us, or already has.
void ApplyLoop::abandon() {
  for (CommittedProposal& proposal : std::exchange(proposals_, {})) {
    parts_.gate.leave();
    proposal.done(
        {.status = {Code::kUnknownOutcome, "the server stopped before it was applied here"},
         .id = proposal.id,
         .result = {}});
  }
  for (auto& [index, done] : std::exchange(reads_, {})) {
    parts_.gate.leave();
    done({Code::kShutdown, "the server is stopped"});
  }
}

}  // namespace quorate::raft
