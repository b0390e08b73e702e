// What the apply loop has to do with snapshots: it restores one, and asks for one.
#include <algorithm>
#include <exception>
#include <string>
#include <utility>

#include "raft/base/check.h"
#include "raft/server/apply_loop.h"
#include "raft/server/fail_point.h"
#include "raft/server/restore.h"

namespace quorate::raft {

// The core has nothing being applied and hands out nothing before this is done.
Status ApplyLoop::restore(const SnapshotMeta& meta) {
  QUORATE_CHECK(parts_.snapshotter != nullptr && meta.last.index > applied());
  QUORATE_TRY(reach(FailPoint::kRestoreBefore));
  QUORATE_TRY(restore_machine(parts_.snapshotter->store(), parts_.machine, meta.last));
  QUORATE_TRY(reach(FailPoint::kRestoreAfter));
  last_ = meta.last;
  membership_ = meta.membership;
  snapshot_ = meta.last.index;
  bytes_since_snapshot_ = 0;
  uncovered_since_ns_.reset();
  parts_.metrics.snapshot_index.store(meta.last.index.value);
  applied_.store(meta.last.index.value);
  forget_covered(meta.last.index);
  parts_.snapshotter->collect(meta.last.index);
  parts_.inbox.post_completion(inbox::Wake{});
  return Status::ok();
}

// They are committed, but what the state machine made of them is nowhere (P65).
void ApplyLoop::forget_covered(Index last) {
  while (!proposals_.empty() && proposals_.front().id.index <= last) {
    const CommittedProposal proposal = std::move(proposals_.front());
    proposals_.pop_front();
    parts_.gate.leave();
    proposal.done({.status = {Code::kUnknownOutcome, "covered by an installed snapshot"},
                   .id = proposal.id,
                   .result = {}});
  }
}

Status ApplyLoop::note_applied(std::span<const Entry> entries) {
  parts_.metrics.entries_applied.add(entries.size());
  last_ = entries.back().id;
  if (!uncovered_since_ns_) uncovered_since_ns_ = parts_.clock.monotonic_ns();
  for (const Entry& entry : entries) {
    bytes_since_snapshot_ += entry.bytes();
    if (entry.kind != EntryKind::kMembership) continue;
    auto membership = decode_membership(entry.data.view());
    QUORATE_CHECK(membership.is_ok());  // it was checked before it entered the log
    membership_ = std::move(membership).value();
    QUORATE_TRY(reach(FailPoint::kMembershipApplied));
  }
  return Status::ok();
}

// A replica that joined does not know who took part before its first membership entry, so it cannot
// say whose state that was; a leader that sent such a snapshot would be refused by its receiver.
bool ApplyLoop::is_membership_known() const {
  return !membership_.voters.empty();
}

bool ApplyLoop::is_snapshot_due() const {
  if (parts_.snapshotter == nullptr || !has_snapshots_ || last_.index <= snapshot_) return false;
  if (!is_membership_known()) return false;
  const std::optional<std::int64_t> due_in_ns = snapshot_due_in_ns();
  return last_.index.value - snapshot_.value >= snapshot_every_entries_ ||
         bytes_since_snapshot_ >= snapshot_every_bytes_ || (due_in_ns && *due_in_ns <= 0);
}

// By time alone; nothing when time is no reason.
std::optional<std::int64_t> ApplyLoop::snapshot_due_in_ns() const {
  if (snapshot_interval_ns_ == 0 || !uncovered_since_ns_) return std::nullopt;
  return *uncovered_since_ns_ + snapshot_interval_ns_ - parts_.clock.monotonic_ns();
}

// How long to sleep while nothing comes in.
std::chrono::nanoseconds ApplyLoop::patience() const {
  constexpr std::chrono::nanoseconds kIdle = std::chrono::hours(1);
  constexpr std::chrono::nanoseconds kWhileOneIsTaken = std::chrono::milliseconds(100);
  const std::optional<std::int64_t> due_in_ns = snapshot_due_in_ns();
  const bool none = parts_.snapshotter == nullptr || !has_snapshots_ || parts_.fatal.tripped();
  if (none || !due_in_ns || !is_membership_known()) return kIdle;
  return std::clamp(std::chrono::nanoseconds(*due_in_ns), kWhileOneIsTaken, kIdle);
}

// Term and membership are those of the last applied entry, not of the log's end (P68, P83).
void ApplyLoop::take_snapshot(SnapshotCallback done) {
  const auto refuse = [&](Code code, const char* why) {
    if (done) done(Status(code, why));
  };
  if (parts_.snapshotter == nullptr) {
    return refuse(Code::kUnsupported, "the server has no snapshot store");
  }
  if (parts_.snapshotter->is_taking()) return refuse(Code::kBusy, "a snapshot is being taken");
  if (last_.index <= snapshot_) {
    return refuse(Code::kFailedPrecondition, "nothing was applied since the last snapshot");
  }
  if (!is_membership_known()) {  // P68
    return refuse(Code::kFailedPrecondition, "no membership entry has reached this replica yet");
  }
  std::unique_ptr<SnapshotSource> content;
  try {
    content = parts_.machine.snapshot();
  } catch (const std::exception& error) {
    refuse(Code::kInternal, "the state machine failed");
    return fail({Code::kInternal, std::string("the state machine failed: ") + error.what()});
  }
  if (content == nullptr) {
    has_snapshots_ = false;
    return refuse(Code::kUnsupported, "the state machine has no snapshots");
  }
  snapshot_ = last_.index;  // should it fail, the next one is due as far away again
  bytes_since_snapshot_ = 0;
  uncovered_since_ns_.reset();
  parts_.snapshotter->take({last_, membership_}, std::move(content), std::move(done));
}

}  // namespace quorate::raft
