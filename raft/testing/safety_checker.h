// SafetyChecker: Raft's promises, checked from outside after every simulated event.
//
// It is told what can be observed around a replica (messages sent and delivered, batches submitted
// and durable, entries applied, answers given, the status after each event) and shares no code with
// the core. The first violation found stays; `invariants.h` has a line of text for each.
//
// Order of the calls for one input to a replica: on_ticked or on_delivered or on_nudged ..., then
// for what the core answered: on_submitted, on_status, on_sent / on_read_grant / on_outcome. Owner:
// Simulation or a test. Thread: one. Source: section "Invariants" of docs/testing.md; Raft paper,
// Figure 3.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "raft/core/consensus.h"
#include "raft/testing/node_view.h"
#include "raft/testing/rare_states.h"

namespace quorate::raft::testing {

struct Violation {
  std::string invariant;  // "R8"
  std::string evidence;
};

// "R8 (log matching ...): <evidence>".
[[nodiscard]] std::string to_string(const Violation& violation);

class SafetyChecker {
 public:
  // `states` must outlive the checker.
  SafetyChecker(Membership membership, Options core, RareStates& states);

  // --- a process ---
  void on_started(NodeId node, const Recovered& recovered, const CoreStatus& status);
  void on_crashed(NodeId node);
  // A node, new or known, has a new and empty disk; what was on an earlier one is lost.
  void on_formatted(const ReplicaId& id);

  // --- inputs, before the core sees them ---
  void on_ticked(NodeId node);
  void on_delivered(const Message& message, NodeId to);
  // The election timer and the belief in the leader may be shortened by it.
  void on_nudged(NodeId node, Nudge nudge);
  // The watchdog has called the disk hung, and the core was told.
  void on_disk_hung(NodeId node, Role role_behind);
  // Any other input.
  void on_input(NodeId node);
  void on_proposed(NodeId node, ProposalToken token, Value value);
  void on_read(NodeId node, ReadToken token);
  void on_read_at_least(NodeId node, ReadToken token, const ReadPoint& at);
  void on_change_asked(NodeId node, ChangeToken token);

  // --- outputs and what came of them ---
  void on_submitted(NodeId node, const PersistBatch& batch);
  void on_status(NodeId node, CoreStatus status);
  void on_sent(const Message& message);
  void on_outcome(NodeId node, const ProposalOutcome& outcome);
  // Its replica crashed: nobody knows.
  void on_proposal_lost(ProposalToken token);
  void on_change_ended(NodeId node, const ChangeOutcome& outcome);
  void on_change_lost(ChangeToken token);
  void on_read_grant(NodeId node, const ReadGrant& grant);
  void on_durable(NodeId node, const PersistBatch& batch);
  void on_applied(NodeId node, const Entry& entry);
  // A snapshot is durable, whether taken or received.
  void on_snapshot(NodeId node, const SnapshotMeta& meta);
  // The state machine was replaced by the snapshot.
  void on_restored(NodeId node, const SnapshotMeta& meta);
  // The state machine's state behind `index`, as a hash.
  void on_state(NodeId node, Index index, std::uint64_t hash);

  // Everything that can be checked without an event, of all replicas.
  void scan();

  // For what is checked elsewhere (history, liveness). The first one stays.
  void fail(std::string invariant, std::string evidence);
  [[nodiscard]] const std::optional<Violation>& violation() const { return violation_; }

  // --- what the checker knows ---
  [[nodiscard]] const LogMirror& committed() const { return committed_; }
  [[nodiscard]] const NodeView& view(NodeId node) const;
  // Whether the disk of this replica is gone for good.
  [[nodiscard]] bool is_lost(const ReplicaId& replica) const;

 private:
  struct PendingRead {
    Index floor;  // committed anywhere at the invocation
    bool asked_leader = false;
  };
  struct PendingProposal {
    NodeId node;
    Value value = 0;
  };

  NodeView& node(NodeId id);
  NodeView& begin_event(NodeId id);
  [[nodiscard]] bool is_foreign(const Message& message, NodeId to) const;

  // Elections (safety_elections.cc).
  void check_one_leader_per_term(const NodeView& view, const CoreStatus& now);    // R1
  void check_one_vote_per_term(NodeView& view, const HardState& state);           // R2
  void check_votes_counted(const NodeView& view, const CoreStatus& now);          // R23
  void check_leader_completeness(const NodeView& view, const CoreStatus& now);    // R9
  void check_quorum_contact(const NodeView& view);                                // R26
  void check_vote_sent(const Message& message, const RequestVoteResult& result);  // R22 25 30
  void check_campaign_sent(const Message& message, const RequestVote& request);   // R41
  void on_leadership(NodeView& view, const CoreStatus& now);
  void note_vote_asked(NodeView& view, const Message& message, const RequestVote& request);
  void note_leader_contact(NodeView& view, const Message& message);
  void believe_leader(NodeView& view, const CoreStatus& now);

  // Memberships (safety_memberships.cc).
  void check_membership(const NodeView& view, const CoreStatus& now);  // R33 R34
  void check_transition(const NodeView& view, const Entry& entry);     // R32
  void check_uncommitted_memberships(const NodeView& view);            // R31
  void check_retirement(NodeView& view);                               // R37
  void note_stranger(NodeView& view, const Message& message);          // R36
  void note_memberships(const NodeView& view, const CoreStatus& now);
  void note_committed_membership(const Membership& before, const Membership& after);

  // Logs (safety_logs.cc).
  void check_cut(const NodeView& view, Index from);                                      // R7 R21
  void check_append(const NodeView& view, const Entry& entry);                           // R16 R17
  void check_log_matching(const NodeView& view, Index index, const MirrorEntry& entry);  // R8
  void check_acceptance(const Message& message, const AppendEntriesResult& result);      // R29
  void check_append_sent(const Message& message, const AppendEntries& append);           // R39
  void check_progress(NodeView& view, const CoreStatus& now);                            // R13-R15
  void check_durable_term(const NodeView& view);                                         // R3 R17
  void check_recovered(const NodeView& view, const Recovered& recovered);                // D1
  void check_persisted(const NodeView& view, const CoreStatus& now);                     // R29

  // Snapshots (safety_snapshots.cc).
  [[nodiscard]] bool is_committed(const LogId& id) const;
  void check_base(NodeView& view, const SnapshotMeta& base);  // P17 P68 P85 R20
  void check_base_membership(const NodeView& view, const SnapshotMeta& base);
  void note_base(const NodeView& view, const SnapshotMeta& base);
  bool rebase(LogMirror& log, const SnapshotMeta& base) const;        // P81
  void check_restoring(const NodeView& view, const CoreStatus& now);  // P88

  // Commit, apply and answers (safety_commits.cc).
  void check_positions(const NodeView& view, const CoreStatus& now);   // R4 R5 R18 R19
  void check_commit(NodeView& view, const CoreStatus& now);            // R10 R12
  void extend_committed(const NodeView& view, const CoreStatus& now);  // R11 R42
  void check_durable_quorum();                                         // R11
  [[nodiscard]] bool is_durable_on_quorum() const;
  void check_uncommitted(const NodeView& view, const CoreStatus& now);  // R31 R40
  void note_unknown(Value value);
  void check_unchanged(const NodeView& view, const CoreStatus& now);  // R24 R36 R38
  void note_states(const NodeView& view, const CoreStatus& now);
  [[nodiscard]] static Index quorum_match(const Membership& membership, const CoreStatus& now);

  // Reads (safety_reads.cc).
  void check_read_confirmed(const NodeView& view);                                        // R28
  void check_lease(const NodeView& view);                                                 // R48
  void check_awaited(const NodeView& view, const ReadPoint& at, const ReadGrant& grant);  // R49
  void check_never(const LogId& id);                                                      // R49

  Options core_;
  RareStates& states_;
  std::optional<Violation> violation_;
  std::map<NodeId, NodeView> nodes_;

  std::map<Term, NodeId> leaders_;            // R1
  std::map<Term, NodeId> candidates_;         // the first of each term
  std::set<Value> logged_values_;             // that were in a log
  std::map<LogId, std::uint64_t> prefix_of_;  // R8: of every entry that ever was
  LogMirror committed_;                       // R9 R10 R11
  Membership committed_by_;                   // R11: in force where the newest was committed
  std::set<ReplicaId> known_;                 // all that ever were
  std::vector<Term> committed_in_;            // by index - 1: the term of the leader that did it
  std::map<Value, Index> committed_values_;   // R42
  std::map<Index, std::uint64_t> states_at_;  // R20
  std::set<Value> rejected_values_;           // R42
  std::set<Value> unknown_values_;
  std::map<ProposalToken, PendingProposal> proposals_;  // R42
  std::map<ReadToken, PendingRead> reads_;              // R27
  std::map<ReadToken, ReadPoint> awaited_;              // R49
  std::set<LogId> never_;                               // R49: said never to be committed
  std::map<ChangeToken, NodeId> changes_;               // R42
};

}  // namespace quorate::raft::testing
