// The part of SafetyChecker that looks at snapshots and at the base of the log.
//
// A mirror of a log keeps what was compacted: what a base covers must have been committed, so that
// a log that is replaced by a snapshot is, seen from here, the committed one up to there.
#include "raft/testing/evidence.h"
#include "raft/testing/safety_checker.h"

namespace quorate::raft::testing {
namespace {

bool holds(const LogMirror& log, const LogId& id) {
  const MirrorEntry* entry = log.at(id.index);
  return entry != nullptr && entry->term == id.term;
}

}  // namespace

bool SafetyChecker::is_committed(const LogId& id) const {
  return holds(committed_, id);
}

void SafetyChecker::on_snapshot(NodeId id, const SnapshotMeta& meta) {
  NodeView& view = node(id);
  if (!is_committed(meta.last)) {
    return fail("R20",
                evidence("n", id, " keeps a snapshot at ", meta.last, " which is not committed"));
  }
  const Membership& right = committed_.membership_at(meta.last.index);
  if (meta.membership != right) {
    fail("P68",
         evidence("n",
                  id,
                  " keeps a snapshot at ",
                  meta.last,
                  " with ",
                  meta.membership,
                  "; in force there was ",
                  right));
  }
  if (right.is_joint()) states_.saw(RareState::kSnapshotOfJoint);
  view.newest_snapshot = std::max(view.newest_snapshot, meta.last.index);
}

void SafetyChecker::check_base(NodeView& view, const SnapshotMeta& base) {
  const LogId last = base.last;
  if (!is_committed(last)) {
    fail("R20", evidence("n", view.id.node, " compacts up to ", last, " which is not committed"));
    return;
  }
  if (last.index > view.newest_snapshot) {
    fail("P17",
         evidence("n",
                  view.id.node,
                  " compacts up to ",
                  last,
                  "; its newest durable snapshot ends at ",
                  view.newest_snapshot));
  }
  if (last.index <= view.base) {
    fail("R18", evidence("n", view.id.node, " moves its base from ", view.base, " to ", last));
  }
  if (last.index > view.status.commit) {
    view.installed = last.index;
    view.has_installed = true;
  }
  check_base_membership(view, base);
  note_base(view, base);
  rebase(view.log, base);
  view.base = last.index;
}

// A replica that joined does not know what was in force before its first membership entry, unless a
// snapshot has told it.
void SafetyChecker::check_base_membership(const NodeView& view, const SnapshotMeta& base) {
  const Membership& right = committed_.membership_at(base.last.index);
  const bool is_unknown = base.membership == Membership{} && view.log.last() >= base.last.index &&
                          view.log.membership_at(base.last.index) == Membership{};
  if (base.membership == right || is_unknown) return;
  fail("P68",
       evidence("n",
                view.id.node,
                " bases its log on ",
                base.last,
                " with ",
                base.membership,
                "; in force there was ",
                right));
}

void SafetyChecker::note_base(const NodeView& view, const SnapshotMeta& base) {
  const bool leads = holds(view.log, base.last);
  if (leads && base.last.index <= view.status.commit) return states_.saw(RareState::kLogCompacted);
  if (leads) states_.saw(RareState::kSuffixKeptBehindSnapshot);
  if (!leads && view.log.last() > view.base) states_.saw(RareState::kLogReplacedBySnapshot);
  if (view.log.last() == Index{0}) states_.saw(RareState::kFilledBySnapshot);
  if (base.membership.is_joint()) states_.saw(RareState::kJointInstalled);
  if (base.membership.is_learner(view.id)) states_.saw(RareState::kLearnerGotSnapshot);
  const Membership& before = view.log.membership();
  if (!leads && !before.voters.empty() && before != base.membership) {
    states_.saw(RareState::kMembershipFromSnapshot);
  }
}

// Whether it was replaced.
bool SafetyChecker::rebase(LogMirror& log, const SnapshotMeta& base) const {
  const bool leads = holds(log, base.last);
  if (!leads) {
    log = committed_;
    log.cut(base.last.index.next());
  } else if (base.membership != Membership{} && log.membership_at(Index{0}) == Membership{}) {
    log.learn_base(committed_.membership_at(Index{0}));
  }
  return !leads;
}

void SafetyChecker::check_restoring(const NodeView& view, const CoreStatus& now) {
  if (now.restoring && now.role != Role::kFollower) {
    fail("P88", evidence("n", view.id.node, " is ", now.role, " with a snapshot to restore"));
  }
}

void SafetyChecker::on_restored(NodeId id, const SnapshotMeta& meta) {
  NodeView& view = node(id);
  if (meta.last.index <= view.applied || meta.last.index > view.durable_base) {
    fail("R6",
         evidence("n",
                  id,
                  " restores ",
                  meta.last,
                  " after it applied ",
                  view.applied,
                  "; its durable log begins behind ",
                  view.durable_base));
  }
  if (view.installed != meta.last.index) {
    fail("P85", evidence("n", id, " restores ", meta.last, " that it had committed already"));
  }
  view.applied = meta.last.index;
}

void SafetyChecker::on_state(NodeId id, Index index, std::uint64_t hash) {
  const auto [known, is_new] = states_at_.emplace(index, hash);
  if (known->second != hash) {
    fail("R20", evidence("n", id, " has another state behind ", index, " than was seen there"));
  }
}

}  // namespace quorate::raft::testing
