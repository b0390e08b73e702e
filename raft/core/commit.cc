// When an entry is committed (§5.3, §5.4.2).
#include "raft/base/check.h"
#include "raft/core/replica.h"

namespace quorate::raft {

// A leader commits by counting only entries of its own term; what is older follows (Figure 8).
// Our own share is what is durable here, although entries left before (P6).
void Replica::advance_commit() {
  const auto* leader = std::get_if<Leader>(&role_);
  if (leader == nullptr) return;
  const Index held =
      leader->replication.quorum_match(membership(), {options_.self, log_.persisted()});
  if (held <= log_.commit() || held < leader->first_own) return;
  QUORATE_CHECK(log_.term_at(held) == term());
  commit_to(held);
}

void Replica::commit_to(Index index) {
  if (index <= log_.commit()) return;
  const std::uint64_t count = index.value - log_.commit().value;
  log_.commit_to(index);
  QUORATE_CHECK(log_.commit() == index);
  emit(EventKind::kCommitAdvanced, "").count = count;
  if (!proposals_.empty()) {
    auto outcomes = proposals_.resolve(log_.terms(), log_.commit());
    ready_.outcomes.insert(ready_.outcomes.end(), outcomes.begin(), outcomes.end());
  }
  resolve_changes();
  release_reads();
  is_flush_due_ = true;
}

}  // namespace quorate::raft
