// Replica: the state of one consensus group here and all transitions on it, one file per box of the
// paper. Consensus is its public face and says what the inputs mean.
//
//   admission.cc         which messages are believed, and what becomes of their term
//   roles.cc             the only changes of role
//   request_vote.cc      §5.2, §5.4.1, pre-vote
//   append_entries.cc    the receiver of Figure 2; heartbeats
//   install_snapshot.cc  Figure 13, the receiver: up to the restored state machine
//   send_snapshot.cc     Figure 13, the leader
//   compact.cc           §7: the log begins behind what a snapshot covers
//   replicate.cc         what the leader sends, and what it learns from answers
//   priorities.cc        who shall lead rather than others
//   leases.cc            dissertation §6.4.1: promises of support, and what they are worth
//   commit.cc            §5.3, §5.4.2
//   timers.cc            ticks and hints about time
//   rest.cc              whether nothing is left to do
//   propose.cc, forward.cc, read_index.cc, read_at_least.cc, transfer.cc   what clients ask for
//   change_membership.cc §6, joint consensus
//   persist.cc           the one place in which effects leave: take_ready() and persisted()
//   describe.cc, invariants.cc               looking at it
//
// Invariants: docs of Log, Progress, Ballot, ReadRounds, Promises; and those of invariants.cc,
// which compares the states before and after every input.
//
// Sending is decided in take_ready() alone, so that everything that came in between two calls makes
// one batch for the disk and one append per peer.
//
// Owner: Consensus. Thread: the driver's.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "raft/base/random.h"
#include "raft/core/awaited_reads.h"
#include "raft/core/consensus.h"
#include "raft/core/lease.h"
#include "raft/core/log.h"
#include "raft/core/pending_changes.h"
#include "raft/core/promises.h"
#include "raft/core/proposals.h"
#include "raft/core/roles.h"

namespace quorate::raft {

// What must hold between two moments of one replica (invariants.cc).
struct Moment {
  Role role = Role::kFollower;
  HardState hard_state;
  LogId last;
  Index commit;
  Index applied;
  std::uint64_t durable_seq = 0;
  ClockTime bound_until = 0;
};

class Replica {
 public:
  // All three are valid: Consensus::create() has checked them.
  Replica(Options options, const Recovered& recovered, Random random);

  // --- inputs; see consensus.h ---
  void advance_clock(ClockTime now_ns);
  void tick();
  void step(Message message);
  void propose(Proposal proposal);
  void read(ReadToken token, ReadMode mode);
  void read_at_least(ReadToken token, const ReadPoint& at, std::uint64_t ticks);
  void change_membership(const MembershipChange& change);
  void transfer(NodeId target);
  void transfer_to_best();
  void campaign();
  void step_down();
  void persisted(std::uint64_t seq);
  void applied(Index index);
  void entries_fetched(const ReplicaId& peer, Index first, std::vector<Entry> entries);
  void peer_lost(const ReplicaId& peer, PeerLoss loss);
  void compact(Index up_to);
  void snapshot_read(SnapshotPiece piece);
  void snapshot_unread(const SnapshotTransfer& transfer);
  void snapshot_received(const SnapshotTransfer& transfer, std::uint64_t next_offset);
  void snapshot_verified(const SnapshotTransfer& transfer);
  void snapshot_refused(const SnapshotTransfer& transfer);
  void storage_health(StorageHealth health);

  // --- output ---
  [[nodiscard]] bool has_ready() const;
  [[nodiscard]] Ready take_ready();

  // --- queries ---
  [[nodiscard]] CoreStatus status() const;
  [[nodiscard]] std::string describe() const;
  [[nodiscard]] Role role() const;
  [[nodiscard]] bool is_applied_awaited() const;
  [[nodiscard]] bool can_rest() const;
  [[nodiscard]] std::uint64_t quiet_ticks() const;
  [[nodiscard]] Term term() const { return hard_state_.term; }
  [[nodiscard]] const Log& log() const { return log_; }

  // Everything that the next output can depend on; the options apart, which never change.
  template <typename Visitor>
  void each_field(Visitor& visit) const {
    visit(random_, log_, hard_state_, role_, now_, election_at_, leader_contact_, gone_asks_left_);
    visit(guided_at_,
          storage_,
          clock_,
          support_,
          heir_priority_,
          vote_round_,
          read_request_,
          forward_stint_,
          forward_request_,
          promises_,
          proposals_,
          changes_,
          restore_,
          awaited_,
          is_flush_due_);
    visit(next_seq_, durable_seq_, hard_state_seq_, is_hard_state_unwritten_, is_stopped_);
  }

  // --- invariants.cc ---
  [[nodiscard]] Moment moment() const;
  // Aborts when the state is impossible, or could not have followed `before`.
  void check_invariants(const Moment& before) const;

 private:
  void check_role() const;
  void check_leader(const Leader& leader) const;
  [[nodiscard]] std::optional<ChangeStatus> change_status() const;

  enum class Timer : std::uint8_t { kKeep, kReset };

  // --- admission.cc ---
  [[nodiscard]] std::optional<IgnoreReason> reason_to_ignore(const Message& message) const;
  [[nodiscard]] bool is_heard(const Message& message) const;
  void ignore(const Message& message, IgnoreReason reason);
  void answer_stale(const Message& message);
  [[nodiscard]] bool settle_term(const Message& message);

  // --- roles.cc ---
  void adopt_term(Term term, std::string_view why);
  void become_follower(std::string_view why, Timer timer);
  void become_pre_candidate(std::string_view why);
  void become_candidate(CampaignReason reason);
  void become_leader();
  void forget_leader(std::string_view why);
  [[nodiscard]] bool follow(const ReplicaId& leader);
  void leave_role(std::string_view why);
  [[nodiscard]] bool can_campaign() const;

  // --- request_vote.cc ---
  void on(const Message& message, RequestVote& request);
  void on(const Message& message, RequestVoteResult& result);
  [[nodiscard]] VoteAnswer judge(const Message& message, const RequestVote& request) const;
  void request_votes(VoteKind kind, CampaignReason reason);
  void yield_to(const Message& rival, const RequestVote& request);
  void count_ballot();
  [[nodiscard]] Ballot* ballot();

  // --- append_entries.cc ---
  enum class Matching : std::uint8_t { kMatches, kDiffers, kViolation };
  // What one append has shown: our log equals the leader's up to `verified`.
  struct AppendProof {
    std::uint64_t request;
    Index verified;
  };
  void on(const Message& message, AppendEntries& request);
  void on(const Message& message, Heartbeat& heartbeat);
  [[nodiscard]] Matching match(const AppendEntries& request);
  [[nodiscard]] bool graft(std::vector<Entry>& entries);
  void answer(const ReplicaId& leader, AppendProof proof, Index leader_commit);
  void reject(const Message& message, const AppendEntries& request);
  void truncate(Index from);
  void note_membership();

  // --- install_snapshot.cc ---
  void on(const Message& message, InstallSnapshot& request);
  void answer_covered(const SnapshotTransfer& transfer, const LogId& last);
  [[nodiscard]] SnapshotReceiving* receiving(const SnapshotTransfer& transfer);
  [[nodiscard]] bool is_install_due() const;
  void install_when_idle();
  void install(const SnapshotMeta& meta);

  // --- send_snapshot.cc ---
  void on(const Message& message, InstallSnapshotResult& result);
  void begin_snapshot(Leader& leader, Peer& peer);
  void request_pieces(Peer& peer);
  [[nodiscard]] bool is_fit_to_send(const SnapshotMeta& meta) const;
  void retry_snapshot(Leader& leader, Peer& peer, std::string_view why);
  void start_sending(Leader& leader, Peer& peer, std::uint32_t failures);
  void end_snapshot(Peer& peer);

  // --- replicate.cc ---
  void on(const Message& message, AppendEntriesResult& result);
  void on(const Message& message, HeartbeatResult& result);
  void on_rejected(Peer& peer, const AppendEntriesResult& result);
  void replicate(Leader& leader);
  [[nodiscard]] bool send_next(Leader& leader, Peer& peer);
  void send_append(Peer& peer, LogId prev, std::vector<Entry> entries);
  void tell_commit(Peer& peer);
  void fetch_for(Peer& peer);
  void broadcast_heartbeat(Leader& leader);
  void repeat_lost(Peer& peer);
  void on_amnesia(Peer& peer, Index durable_last);
  void note_peer_state(const Peer& peer, Progress::State before);

  // --- priorities.cc ---
  [[nodiscard]] std::uint32_t heir_priority(const Leader& leader) const;
  [[nodiscard]] bool is_behind_heir() const { return options_.priority < heir_priority_; }
  [[nodiscard]] const Peer* preferred(const Leader& leader) const;
  void hand_over(Leader& leader);

  // --- leases.cc ---
  [[nodiscard]] bool may_stand() const;
  [[nodiscard]] std::uint64_t lease_to_ask(const Leader& leader) const;
  void note_support(const Leader& leader, Peer& peer, const HeartbeatResult& result);
  [[nodiscard]] std::uint64_t lease_left_ns(const Leader& leader) const;

  // --- commit.cc ---
  void advance_commit();
  void commit_to(Index index);

  // --- rest.cc ---
  [[nodiscard]] bool can_rest(const Leader& leader) const;
  [[nodiscard]] std::uint64_t quiet_ticks(const Leader& leader) const;

  // --- timers.cc ---
  void reset_election_timer();
  void set_first_election_timer();
  void tick_leader(Leader& leader);
  void tick_follower();
  void hasten_next_ask();
  void give_up_waiting();
  [[nodiscard]] bool is_leader_near() const;

  // --- propose.cc ---
  [[nodiscard]] Status judge(const Proposal& proposal) const;
  void reject(ProposalToken token, Status status);
  LogId append_own(EntryKind kind, SharedBytes data);

  // --- forward.cc ---
  void on(const Message& message, ForwardProposals& request);
  void on(const Message& message, ForwardProposalsResult& result);
  [[nodiscard]] bool is_to_forward(const Proposal& proposal) const;
  void forward(Follower& follower, Proposal proposal);
  void send_forwards(Follower& follower);
  void note_place(ProposalToken token, LogId place);
  void end_forwards(std::vector<ProposalOutcome> outcomes);

  // --- read_index.cc ---
  void on(const Message& message, ReadIndexRequest& request);
  void on(const Message& message, ReadIndexResult& result);
  [[nodiscard]] bool is_reads_full() const;
  void begin_reads(Leader& leader);
  void confirm_reads(Leader& leader);
  void forward_reads(Follower& follower);
  void release_reads();
  void refuse_reads(const std::vector<ReadToken>& tokens, Code code, std::string_view why);
  void refuse_reads(const std::vector<ReadGroup>& groups, std::string_view why);

  // --- read_at_least.cc ---
  [[nodiscard]] std::optional<Status> end_of(const ReadPoint& at) const;
  void end_read(ReadToken token, const ReadPoint& at, const Status& end);
  void release_awaited();
  void expire_awaited();

  // --- transfer.cc ---
  void on(const Message& message, TimeoutNow& request);
  [[nodiscard]] bool is_eligible(const ReplicaId& replica) const;
  [[nodiscard]] const Peer* best_target(const Leader& leader) const;
  void begin_transfer(Leader& leader, const Peer& target);
  void advance_transfer(Leader& leader);

  // --- change_membership.cc ---
  [[nodiscard]] std::optional<Refused> judge(const MembershipChange& change) const;
  void refuse_change(ChangeToken token, const Refused& refused);
  [[nodiscard]] bool is_reachable(const Leader& leader, const ReplicaId& replica) const;
  [[nodiscard]] bool is_membership_committed() const;
  LogId append_membership(const Membership& next);
  void advance_membership();
  void note_catch_up(Leader& leader);
  void advance_promotion(Leader& leader);
  [[nodiscard]] std::optional<Refused> why_not_promoted(const Leader& leader) const;
  void expire_promotion(Leader& leader);
  void retire(Leader& leader);
  void resolve_changes();
  void note_changes(std::vector<ChangeOutcome> outcomes);
  void abandon_pending(std::string_view why);

  // --- persist.cc ---
  [[nodiscard]] Message message_to(const ReplicaId& to, MessageBody body) const;
  void send(const ReplicaId& to, MessageBody body);
  void send(Message message);
  void send_when_durable(const ReplicaId& to, MessageBody body, std::uint64_t seq);
  void set_hard_state(HardState hard_state);
  [[nodiscard]] std::optional<PersistBatch> next_batch();
  [[nodiscard]] std::uint64_t hard_state_seq() const;
  Event& emit(EventKind kind, std::string_view detail);
  void emit_trace(EventKind kind, const Message& message);
  void violate(std::string_view evidence);

  [[nodiscard]] const Membership& membership() const { return log_.membership(); }

  Options options_;
  Random random_;
  Log log_;
  HardState hard_state_;
  RoleState role_;

  std::uint64_t now_ = 0;                        // ticks since the start
  std::uint64_t election_at_ = 0;                // tick at which a follower or candidate campaigns
  std::optional<std::uint64_t> leader_contact_;  // tick of the last message of a current leader
  std::uint32_t gone_asks_left_ = 0;             // pre-votes to come soon after one another
  std::uint64_t guided_at_ = 0;                  // tick at which we last led or heard a leader
  StorageHealth storage_ = StorageHealth::kHealthy;
  std::uint32_t heir_priority_ = 0;  // as the last leader said
  ClockTime clock_ = 0;              // the last reading, while leases are on
  Support support_;

  // Numbers of our own questions. They start at random: an answer to a question of our previous
  // process must not fit one of this process (P94, P97).
  std::uint64_t vote_round_;
  std::uint64_t read_request_;
  std::uint64_t forward_stint_;  // and this names our process to those we forward to
  std::uint64_t forward_request_ = 0;

  Promises promises_;
  Proposals proposals_;
  PendingChanges changes_;
  AwaitedReads awaited_;
  Ready ready_;  // what has gathered since the last take_ready()
  struct Restore {
    SnapshotMeta meta;
    std::uint64_t seq;  // it is handed out once this batch is durable
  };
  std::optional<Restore> restore_;
  bool is_flush_due_ = false;      // something may have to be sent
  std::uint64_t next_seq_ = 1;     // of the next PersistBatch
  std::uint64_t durable_seq_ = 0;  // the newest one reported durable
  std::uint64_t hard_state_seq_ =
      0;  // the batch that carries hard_state_; next_seq_ if not yet out
  bool is_hard_state_unwritten_ = false;

  std::uint64_t messages_ignored_ = 0;
  bool is_stopped_ = false;
};

}  // namespace quorate::raft
