// A log as the safety checker sees it from outside: per entry its term, what it carries, and a hash
// over the whole prefix, so that two logs are equal up to an index exactly when the hashes there
// are.
//
// Built only from persist batches; shares no code with the core's log. Thread: values.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "raft/core/ready.h"
#include "raft/testing/history.h"

namespace quorate::raft::testing {

struct MirrorEntry {
  Term term;
  EntryKind kind = EntryKind::kNormal;
  Value value = 0;
  std::uint64_t content = 0;  // hash of kind and data
  std::uint64_t prefix = 0;   // hash of all entries up to this one
  std::size_t bytes = 0;
  std::shared_ptr<const Membership> membership;  // of a membership entry
};

// The client value that an entry's data begins with; 0 when it is not a client's.
[[nodiscard]] Value value_of(const Entry& entry);
[[nodiscard]] std::uint64_t content_hash(const Entry& entry);

class LogMirror {
 public:
  // A log in which `base` is in force until an entry says otherwise.
  explicit LogMirror(Membership base = {}) : base_(std::move(base)) {}

  [[nodiscard]] Index last() const { return {entries_.size()}; }
  // Nothing beyond the end and at 0.
  [[nodiscard]] const MirrorEntry* at(Index index) const;
  // The hash of the empty log at 0; nothing beyond the end.
  [[nodiscard]] std::optional<std::uint64_t> prefix(Index index) const;
  [[nodiscard]] LogId last_id() const;

  // In force at the end of the log.
  [[nodiscard]] const Membership& membership() const;
  // In force before the newest membership entry; null when there is none.
  [[nodiscard]] const Membership* membership_before() const;
  // In force at `index`.
  [[nodiscard]] const Membership& membership_at(Index index) const;
  // Of the newest membership entry; 0 when there is none.
  [[nodiscard]] Index membership_index() const;
  // Of the entry at `index`, or of the base at 0; null when that is no membership entry.
  [[nodiscard]] const Membership* membership_of(Index index) const;
  [[nodiscard]] std::size_t memberships_behind(Index index) const;

  // What was in force before the first entry is known now.
  void learn_base(const Membership& base) { base_ = base; }
  void cut(Index from);
  // Requires entry.id.index == last().next().
  const MirrorEntry& append(const Entry& entry);
  // The same for an entry seen in another mirror.
  const MirrorEntry& append(const MirrorEntry& entry);

 private:
  Membership base_;
  std::vector<MirrorEntry> entries_;
  std::vector<Index> memberships_;  // of membership entries, ascending
};

}  // namespace quorate::raft::testing
