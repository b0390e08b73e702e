// CoreDriver: one replica of the pure core with a disk of its own, moved by a fuzzer, and the
// promises that can be seen from outside of it.
//
// Checked at every output: batches fit the log on the disk and are numbered in order (P1); what is
// durable is never promised before it is (R29, R30); what is applied is durable, in order and once
// (R6); each proposal, read and change ends exactly once (R42); a read at a place ends as the log
// says (R49); a restart from the disk is always possible (P12). The core's own invariants are on
// beside them.
//
// The disk does what it is told, late; peers and network may do anything.
// Owner and thread: one run of the target.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <set>
#include <vector>

#include "raft/core/consensus.h"
#include "tests/fuzz/byte_source.h"

namespace quorate::raft::fuzz {

[[nodiscard]] ReplicaId member(std::uint64_t node);

class CoreDriver {
 public:
  // Options and what the disk holds at first are drawn from `in`.
  explicit CoreDriver(quorate::fuzz::ByteSource& in);

  Consensus& operator*() { return *core_; }
  Consensus* operator->() { return core_.get(); }
  const Consensus* operator->() const { return core_.get(); }
  [[nodiscard]] const Options& options() const { return options_; }
  // The newest messages that left, newest last; at most kSentMax.
  [[nodiscard]] const std::deque<Message>& sent() const { return sent_; }

  // Takes what the core has to say and checks it.
  void drain();
  // The `count` oldest batches become durable.
  void persist(std::size_t count);
  // The state machine holds everything that was handed to it.
  void apply();
  // Answers the oldest question for entries: with them, with none, or with other ones.
  void answer_fetch(quorate::fuzz::ByteSource& in);
  void propose(Proposal proposal);
  void read(ReadMode mode);
  void read_at_least(const ReadPoint& at, std::uint64_t ticks);
  // The clock that leases count on.
  void advance_clock(quorate::fuzz::ByteSource& in);
  void change_membership(MembershipChange change);
  // Loses what is not durable and starts again.
  void restart();

 private:
  static constexpr std::size_t kSentMax = 32;

  [[nodiscard]] Index durable_last() const { return Index{base_.last.index.value + log_.size()}; }
  [[nodiscard]] Recovered recovered() const;
  void write(const PersistBatch& batch);
  void check_message(const Message& message) const;
  void check_apply(const ApplyRange& range);
  void check_place(const ReadPoint& at, const ReadGrant& grant) const;

  Options options_;
  std::uint64_t seed_ = 1;
  ClockTime clock_ns_ = 0;
  std::unique_ptr<Consensus> core_;
  // --- the disk ---
  HardState hard_state_;
  SnapshotMeta base_;
  std::vector<Entry> log_;
  std::deque<PersistBatch> held_;  // handed out, not durable
  std::uint64_t last_seq_ = 0;
  // --- the state machine ---
  Index applied_;
  Index handed_;
  // --- clients and peers ---
  std::set<ProposalToken> proposals_;
  std::set<ReadToken> reads_;
  std::map<ReadToken, ReadPoint> places_;  // of those that wait for one
  std::set<ChangeToken> changes_;
  std::uint64_t next_token_ = 1;
  std::deque<FetchRequest> fetches_;
  std::deque<Message> sent_;
};

}  // namespace quorate::raft::fuzz
