// The replicated log as this replica sees it: positions, terms, memberships and the newest entries.
//
//   base <= applied <= commit <= last        persisted <= last
//
// The log begins behind its base, which compact() moves up as far as a durable snapshot allows and
// install() moves to the end of a snapshot that was received; from then on until the state machine
// has been replaced (is_restoring()) applied is behind the base.
//
// Invariants (checked after every transition):
//   I1  the order above; apply handed out <= min(commit, persisted)
//   I2  nothing at or below commit is ever cut                                    (P11)
//   I3  what is behind the base and not persisted is in the window
//   I4  persisted() never covers an entry that was cut, or its successor, before the successor's
//       own write is done                                                         (P7-P9)
//   I5  the effective membership is the newest one in the log, else the snapshot's (P67)
//
// Entries leave the window oldest first: once persisted and applied while it is above its budget,
// and once persisted even when not yet applied above twice its budget (a slow state machine must
// not exhaust the memory); entries that are not persisted always stay.
//
// Owner: Replica. Thread: the driver's. Source: Raft paper §5.3; dissertation §10.2.1.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "raft/core/entry.h"
#include "raft/core/ready.h"
#include "raft/core/recovered.h"
#include "raft/core/term_runs.h"
#include "raft/core/types.h"
#include "raft/core/window.h"

namespace quorate::raft {

class Log {
 public:
  // `recovered` must be valid (validate(Recovered)).
  Log(Recovered recovered, std::size_t window_bytes_max);

  // --- positions and terms ---
  // The base.
  [[nodiscard]] LogId snapshot() const { return runs_.base(); }
  [[nodiscard]] Index first() const { return snapshot().index.next(); }
  [[nodiscard]] LogId last() const { return runs_.last(); }
  [[nodiscard]] Index persisted() const { return persisted_; }
  // Where the durable log ends, also while what is there is about to be replaced: below it nothing
  // was lost of what was ever acknowledged.
  [[nodiscard]] Index durable_end() const {
    return replaced_ ? std::max(persisted_, replaced_->durable) : persisted_;
  }
  [[nodiscard]] Index commit() const { return commit_; }
  [[nodiscard]] Index applied() const { return applied_; }
  [[nodiscard]] const TermRuns& terms() const { return runs_; }
  [[nodiscard]] std::optional<Term> term_at(Index index) const { return runs_.term_at(index); }
  [[nodiscard]] bool holds(LogId id) const { return runs_.term_at(id.index) == id.term; }

  // --- memberships ---
  [[nodiscard]] const Membership& membership() const { return memberships_.back().membership; }
  // Of its entry, also once that is compacted; the snapshot's where a restart or a snapshot that
  // was received has left only that.
  [[nodiscard]] Index membership_index() const { return memberships_.back().index; }
  // The one in force at the base and every one in the log, ascending.
  [[nodiscard]] const std::vector<MembershipAt>& memberships() const { return memberships_; }
  // The one in force at `index`: that of the newest entry up to there (P68). Requires
  // snapshot().index <= index <= last().index.
  [[nodiscard]] const Membership& membership_at(Index index) const;

  // --- entries in memory ---
  [[nodiscard]] const Window& window() const { return window_; }

  // --- transitions ---
  // The entry behind last(); its term is not below last().term, a membership in it decodes.
  void append(Entry entry);
  // Cuts `from` and all behind it. Requires commit < from <= last.
  void truncate(Index from);
  // Never moves back. Requires index <= last.
  void commit_to(Index index);
  // The log begins behind `up_to`. Requires base < up_to <= applied.
  void compact(Index up_to);
  // What the snapshot covers is committed; the log goes on behind it where it leads there, and
  // otherwise is empty (P81). Requires commit < meta.last.index and !is_applying().
  void install(const SnapshotMeta& meta);

  // --- persistence ---
  // Whether the store has to be told something.
  [[nodiscard]] bool has_unwritten() const {
    return cut_.has_value() || is_base_unwritten_ || handed_ < last().index;
  }
  // Puts cut and entries that the store has not been given into `batch` (with its seq set).
  void fill(PersistBatch& batch);
  // All batches up to `seq` are durable. Late and repeated reports change nothing.
  void on_persisted(std::uint64_t seq);
  // The batch after which `index` is durable; 0 when it is already; `next_seq` when it still has
  // to be handed out.
  [[nodiscard]] std::uint64_t seq_covering(Index index, std::uint64_t next_seq) const;

  // --- apply ---
  [[nodiscard]] bool has_apply() const;
  // The next range to apply; empty while one is out.
  [[nodiscard]] ApplyRange next_apply(std::size_t bytes_max, std::size_t entries_max);
  // Something was handed out and is not yet applied, or the state machine is being replaced.
  [[nodiscard]] bool is_applying() const { return apply_handed_ != applied_ || is_restoring(); }
  // A snapshot was installed which the state machine does not hold yet.
  [[nodiscard]] bool is_restoring() const { return restoring_.has_value(); }
  // Ignores an index that was not handed out or is old news.
  void on_applied(Index index);

  template <typename Visitor>
  void each_field(Visitor& visit) const {
    visit(runs_,
          memberships_,
          window_,
          persisted_,
          handed_,
          cut_,
          writes_,
          commit_,
          applied_,
          apply_handed_);
    visit(is_base_unwritten_, replaced_, restoring_);
  }

 private:
  struct Write {
    std::uint64_t seq;
    Index end;  // last index of the log it makes durable; lowered by every cut (P8, P9)
  };

  // The log was replaced and the store may still hold the old one.
  struct Replaced {
    Index durable;          // where the old one ends there, as far as the new one reaches
    std::uint64_t seq = 0;  // of the batch that replaces it; 0: not yet given to the store
  };

  [[nodiscard]] Index apply_limit() const { return std::min(commit_, persisted_); }
  [[nodiscard]] const MembershipAt& newest_membership(Index index) const;
  void forget_memberships(Index up_to, MembershipAt base);
  void replace(const LogId& base);
  void shrink_window();
  void check() const;

  TermRuns runs_;
  std::vector<MembershipAt> memberships_;  // never empty; the first is in force at the base
  Window window_;
  std::size_t window_bytes_max_;

  Index persisted_;
  Index handed_;              // entries up to here were given to the store
  std::optional<Index> cut_;  // what the store still has to cut
  std::deque<Write> writes_;  // given to the store and not yet durable
  bool is_base_unwritten_ = false;
  std::optional<Replaced> replaced_;

  Index commit_;
  Index applied_;
  Index apply_handed_;
  std::optional<Index> restoring_;  // what the state machine will have applied
};

// Ok, or kCorruption naming what breaks the order of positions or terms (P12).
Status validate(const Recovered& recovered);

}  // namespace quorate::raft
