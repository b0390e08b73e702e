// One replica of a simulation: a Consensus, its disk and a tiny state machine, driven exactly as
// raft/server drives them, with every delay drawn.
//
// A process can be running, paused (everything that arrives waits and then comes at once) or down
// (only the disk is left). Restarting it makes a new Consensus from what the disk recovers.
// Owner: Simulation. Thread: one.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <vector>

#include "raft/core/consensus.h"
#include "raft/testing/event_heap.h"
#include "raft/testing/safety_checker.h"
#include "raft/testing/sim_disk.h"
#include "raft/testing/sim_machine.h"
#include "raft/testing/sim_network.h"
#include "raft/testing/sim_options.h"
#include "raft/testing/sim_snapshots.h"
#include "raft/testing/sim_store.h"
#include "raft/testing/trace.h"

namespace quorate::raft::testing {

// Who is told how operations ended.
class SimAnswers {
 public:
  virtual ~SimAnswers() = default;
  virtual void on_proposal_ended(ProposalToken token, const Status& status, LogId id) = 0;
  // Ok: the replica's state machine had applied everything up to `seen`.
  virtual void on_read_ended(ReadToken token, const Status& status, Index seen) = 0;
};

// What the replicas of one simulation share.
struct SimWorld {
  const SimOptions& options;
  EventHeap& heap;
  SimNetwork& network;
  SafetyChecker& checker;
  RareStates& states;
  Trace& trace;
  SimAnswers& answers;
  const SimStoreMaker& stores;      // may be empty
  const SimMachineMaker& machines;  // empty: each replica gets a SimState
};

class SimReplica {
 public:
  SimReplica(ReplicaId id, const Membership& membership, SimWorld& world, Random random);

  // --- the process ---
  void start();
  // Loses what is not durable but for a drawn prefix; answers what waits with kUnknownOutcome.
  void crash();
  // Ends the process and loses the disk for good: what starts next on this node is another replica,
  // with no membership, that waits to be filled.
  void wipe(const ReplicaId& anew);
  void pause();
  void resume();

  // --- inputs; ignored while down, kept while paused ---
  void receive(const SentMessage& message, SimTime sent_at);
  void peer_lost(const ReplicaId& peer, PeerLoss loss);
  void propose(ProposalToken token, Value value, std::size_t payload_bytes);
  // `data` begins with the eight bytes of `value`, by which the checker tells proposals apart.
  void propose_data(ProposalToken token, Value value, Proposal proposal);
  void read(ReadToken token, ReadMode mode);
  void read_at_least(ReadToken token, const ReadPoint& at, std::uint64_t ticks);
  void change_membership(MembershipChange change);
  void transfer(NodeId target);
  void step_down();
  void campaign();

  // --- faults ---
  void stall_disk(SimTime lasts) { stalled_until_ = world_.heap.now() + lasts; }
  void fail_next_sync() { fails_next_sync_ = true; }
  // In percent of the right rate.
  void set_clock_rate(std::uint32_t percent) { clock_percent_ = percent; }
  // The clock of leases runs at a rate drawn anew, as wrong as the options allow.
  void draw_clock_drift();
  // No faults of its own from now on.
  void heal();

  // --- queries ---
  [[nodiscard]] ReplicaId id() const { return id_; }
  [[nodiscard]] NodeId node() const { return id_.node; }
  [[nodiscard]] bool is_up() const { return core_ != nullptr; }
  [[nodiscard]] bool is_paused() const { return is_paused_; }
  [[nodiscard]] bool leads() const { return is_up() && core_->role() == Role::kLeader; }
  [[nodiscard]] SimTime started_at() const { return started_at_; }
  [[nodiscard]] Index applied() const { return state_->applied(); }
  // The state machine's hash: equal states, equal hashes.
  [[nodiscard]] std::uint64_t state_hash() const { return state_->hash(); }
  [[nodiscard]] std::size_t unanswered() const {
    return proposals_.size() + changes_.size() + reads_.size();
  }
  [[nodiscard]] CoreStatus status() const;

 private:
  struct Arrival {
    std::function<void()> note;  // tells the checker
    std::function<void()> input;
  };

  // `note` tells the checker what `step` is about to do.
  template <typename Note, typename Step>
  void input(const Note& note, const Step& step) {
    if (!is_up()) return;
    if (is_paused_) {
      inbox_.push_back({note, step});
    } else {
      run(note, step);
    }
  }
  template <typename Note, typename Step>
  void run(const Note& note, const Step& step) {
    if (!is_up() || world_.checker.violation()) return;
    note();
    core_->advance_clock(clock());
    step();
    drain();
  }
  void drain();
  void carry_out(Ready& ready);
  void answer(const Ready& ready);
  void end_changes(const Ready& ready);
  // Dropped when the process ends.
  template <typename Action>
  void after(SimTime delay, Action action) {
    world_.heap.after(delay, [this, life = life_, action = std::move(action)] {
      if (life == life_ && is_up()) action();
    });
  }
  void schedule_tick();
  void on_tick();
  [[nodiscard]] ClockTime clock() const;

  // The log writer.
  void submit(PersistBatch batch);
  void begin_sync();
  void finish_sync();
  void on_durable(const std::vector<PersistBatch>& batches);
  void watch(std::uint64_t sync, SimTime after_time, StorageHealth verdict);
  SimTime draw_sync();

  // The state machine and the reader of the disk.
  void begin_apply();
  void finish_apply();
  bool apply(const Entry& entry);
  void serve_reads();
  void fetch(const FetchRequest& request);
  void draw_surviving_state();
  void note_leadership();
  void begin_leadership(const Entry& applied);

  // Snapshots (sim_replica_snapshots.cc).
  [[nodiscard]] std::unique_ptr<SimDisk> new_disk(const Membership& first) const;
  [[nodiscard]] std::unique_ptr<SimSnapshots> empty_snapshots() const;
  bool start_state(const Recovered& recovered);
  void disk_job(std::function<void()> job);
  void tell_core(std::function<void()> step);
  void draw_torn_write();
  bool survived_write(const Status& status);
  Index draw_next_snapshot();
  void take_snapshot_when_due();
  void carry_out_snapshots(Ready& ready);
  void read_piece(const SnapshotRequest& request);
  void write_piece(const SnapshotPiece& piece);
  void begin_restore(const SnapshotMeta& meta);
  void finish_restore(const SnapshotMeta& meta);

  ReplicaId id_;
  SimWorld& world_;
  Random random_;
  std::unique_ptr<SimDisk> disk_;
  std::unique_ptr<Consensus> core_;
  std::uint64_t life_ = 0;
  SimTime started_at_ = 0;
  bool is_paused_ = false;
  std::deque<Arrival> inbox_;  // while paused
  std::uint64_t missed_ticks_ = 0;
  std::uint32_t clock_percent_ = 100;
  bool is_healed_ = false;

  // The clock of leases: where it stood at some moment, and its rate since, in millionths.
  ClockTime clock_base_ = 0;
  SimTime clock_based_at_ = 0;
  std::uint64_t clock_rate_ = 1'000'000;

  std::uint64_t syncs_ = 0;
  SimTime stalled_until_ = 0;
  bool fails_next_sync_ = false;
  StorageHealth health_ = StorageHealth::kHealthy;

  std::unique_ptr<SimMachine> state_;
  std::optional<Term> leading_;  // the term that the core leads
  std::optional<Term> told_;     // the term whose leadership the state machine knows of
  LogId applied_id_;             // applied last in this life
  Membership membership_;        // in effect after it
  std::unique_ptr<SimSnapshots> snapshots_;
  Index next_snapshot_;       // is taken when so much is applied
  bool is_taking_ = false;    // one waits to be written
  SimTime jobs_done_at_ = 0;  // of the snapshot thread
  std::deque<ApplyRange> to_apply_;
  bool is_applying_ = false;
  std::set<ProposalToken> proposals_;        // not answered yet
  std::set<ChangeToken> changes_;            // not answered yet
  std::set<ReadToken> reads_;                // not answered yet
  std::multimap<Index, ReadToken> granted_;  // waiting for the state machine
};

}  // namespace quorate::raft::testing
