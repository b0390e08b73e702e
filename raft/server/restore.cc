#include "raft/server/restore.h"

#include <exception>
#include <string>
#include <utility>

#include "raft/core/term_runs.h"

namespace quorate::raft {
namespace {

bool leads_to_log(const Recovered& recovered, const LogId& last) {
  const TermRuns terms(recovered.snapshot.last, recovered.last, recovered.term_runs);
  return terms.term_at(last.index) == last.term;
}

bool is_beyond_log(const Recovered& recovered, const LogId& last) {
  return last.index > recovered.snapshot.last.index && !leads_to_log(recovered, last);
}

}  // namespace

Result<Index> restore_at_start(SnapshotStore& store,
                               StateMachine& machine,
                               const Recovered& recovered,
                               Index applied) {
  const Index base = recovered.snapshot.last.index;
  Status damage;
  for (const SnapshotMeta& meta : store.list()) {
    if (is_beyond_log(recovered, meta.last)) {
      QUORATE_TRY(store.remove(meta.last).with_context("a snapshot that the log does not cover"));
      continue;
    }
    const bool is_needed = applied < base || damage.is_ok();
    if (!is_needed || !leads_to_log(recovered, meta.last) || meta.last.index <= applied) continue;
    const auto opened = store.open(meta.last);  // verified as a whole (P92)
    if (!opened.is_ok()) {
      damage = opened.status();
      continue;
    }
    QUORATE_TRY(restore_machine(store, machine, meta.last));
    applied = meta.last.index;
    break;
  }
  if (applied >= base) {
    // A damaged one could be the newest, and the one that was restored in its place would go.
    if (damage.is_ok()) QUORATE_TRY(store.collect(applied).with_context("snapshots"));
    return applied;
  }
  const std::string where = "the log before " + std::to_string(base.value) +
                            " is compacted but the state machine holds entries up to " +
                            std::to_string(applied.value);
  if (!damage.is_ok()) return damage.with_context(where);
  return Status(Code::kFailedPrecondition, where + " and there is no snapshot");
}

Status restore_machine(SnapshotStore& store, StateMachine& machine, const LogId& last) {
  auto opened = store.open(last);
  if (!opened.is_ok()) return opened.status();
  const SnapshotMeta meta = (*opened)->meta();
  StoredSnapshotSource content(*std::move(opened));
  try {
    return machine.restore(meta, content).with_context("restoring a snapshot");
  } catch (const std::exception& error) {
    return {Code::kInternal, std::string("the state machine failed to restore: ") + error.what()};
  } catch (...) {
    return {Code::kInternal, "the state machine failed to restore"};
  }
}

Membership membership_at(const Recovered& recovered, Index index) {
  const Membership* found = &recovered.snapshot.membership;
  for (const MembershipAt& at : recovered.memberships) {
    if (at.index <= index) found = &at.membership;
  }
  return *found;
}

}  // namespace quorate::raft
