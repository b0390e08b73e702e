// Consensus: one replica of one group, as a pure state machine. Inputs are the public member
// functions; outputs are drained by take_ready().
//
// Why output is polled and not called back: between two inputs everything that must happen is one
// value, so the driver sees the whole effect order at once, tests compare it, and no foreign code
// ever runs in the middle of a transition.
//
// Every input is total: in any state it has a defined outcome, never throws, never blocks. What a
// peer sends can be late, repeated, malformed or foreign: it is ignored, counted and reported as an
// event. The same construction and inputs give the same outputs, byte for byte (P107).
//
// Persistence is asynchronous: at most one PersistBatch per Ready, any number outstanding; the
// driver reports persisted(seq) and then, and only then, the promises it made true come out.
//
// Owner: one driver. Thread: that one's (the raft thread in raft/server). No clock, file, socket,
// lock or logger: see docs/layers.txt.
// Source: Raft paper Figure 2 and §5-8; dissertation §3.10, §4, §6.4, §9.6, §10.2.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "raft/base/random.h"
#include "raft/base/status.h"
#include "raft/core/fingerprint.h"
#include "raft/core/options.h"
#include "raft/core/ready.h"
#include "raft/core/recovered.h"

namespace quorate::raft {

enum class StorageHealth : std::uint8_t { kHealthy, kSlow, kHung };

// What the transport learned about a peer. Both are hints: safety never rests on them.
enum class PeerLoss : std::uint8_t {
  kDisconnected,  // the connection broke; messages may have been lost
  kProcessGone,   // it broke and an immediate reconnect was refused: nobody listens there
};

struct Proposal {
  ProposalToken token = 0;
  EntryKind kind = EntryKind::kNormal;
  SharedBytes data;
  std::optional<Term> expected_term;  // reject unless we lead exactly this term
};

// What one peer is believed to hold; meaningful while leading.
struct PeerStatus {
  ReplicaId replica;
  Index match;
  Index next;
  std::string_view state;   // "probe", "replicate", "snapshot"
  bool is_leaving = false;  // removed, and served until it has heard so
  std::uint64_t ticks_since_contact = 0;
};

// A change of the membership that is not finished.
struct ChangeStatus {
  enum class Stage : std::uint8_t {
    kCatchUp,   // new voters listen until they hold what we hold
    kLearners,  // an entry that only changes who listens waits for its quorum
    kJoint,     // the joint entry waits for both halves
    kLeaving    // the last entry waits for its quorum
  };
  Stage stage = Stage::kLearners;
  std::vector<ReplicaId> waits_for;  // who has not acknowledged or caught up; known to the leader
  std::optional<std::uint64_t> ticks_left;  // kCatchUp: until the change is taken back
};
[[nodiscard]] std::string_view to_string(ChangeStatus::Stage stage);  // "catch_up", ...

struct CoreStatus {
  ReplicaId self;
  Role role = Role::kFollower;
  Term term;
  std::optional<ReplicaId> leader;
  std::optional<ReplicaId> voted_for;
  LogId last;
  Index persisted;
  Index commit;
  Index applied;
  Index first;             // the oldest index of the log that is not compacted
  bool restoring = false;  // a snapshot is installed and the state machine not yet replaced (P88)
  std::uint64_t uncommitted_bytes = 0;
  std::uint64_t messages_ignored = 0;
  bool stopped = false;  // a safety violation was seen; the group does nothing more
  Membership membership;
  // Of its entry; the base's where a restart or a received snapshot has left only that.
  Index membership_index;
  std::optional<ChangeStatus> change;  // nothing: the membership is settled as far as we know
  std::vector<PeerStatus> peers;       // empty unless leading
  std::uint64_t lease_left_ns = 0;     // leading: so long lease reads need no round; 0: no lease
  std::uint64_t promise_left_ns = 0;   // so long nobody else is helped to lead
};

class Replica;

class Consensus {
 public:
  // Starts as a follower (P33). kInvalidArgument for options, kCorruption for a recovered state
  // that breaks P12 or the term order; the message names what and where.
  static Result<std::unique_ptr<Consensus>> create(Options options,
                                                   const Recovered& recovered,
                                                   Random random);
  ~Consensus();
  Consensus(const Consensus&) = delete;
  Consensus& operator=(const Consensus&) = delete;

  // --- inputs ---
  // The driver's monotonic clock reads `now_ns`. With leases (Options::lease_ns) the driver says so
  // before the inputs of each turn, having read the clock *after* those inputs arrived and were
  // asked for: then no lease is believed longer than it lasts. Without leases it has no effect.
  void advance_clock(ClockTime now_ns);
  void tick();
  void step(Message message);
  void propose(Proposal proposal);
  // Linearizable on every replica. kLease asks the leader alone while it holds a lease, and is
  // otherwise as kReadIndex.
  void read(ReadToken token, ReadMode mode = ReadMode::kReadIndex);
  // At the state machine of this replica, once it holds `at`; asks nobody, and is not linearizable.
  // Ends with one ReadGrant:
  //   ok               it is applied here
  //   kTimedOut        not yet, after so many ticks; 0: at once
  //   kNotFound        never: the log holds, or will hold, an entry of another term there
  //   kUnknownOutcome  the place is applied, but its term was compacted away
  //   kBusy, kUnavailable  too many reads wait; the group has stopped
  void read_at_least(ReadToken token, const ReadPoint& at, std::uint64_t ticks);
  void change_membership(const MembershipChange& change);  // ends with one ChangeOutcome
  void transfer(NodeId target);  // give the leadership to a voter; refusals are events
  void transfer_to_best();       // ... to the one that knows most
  void campaign();               // a pre-vote now, as if the election timeout had passed
  void step_down();              // a leader becomes a follower of its own term; others: nothing
  // Every batch up to and including `seq` is durable (batches are carried out in order).
  void persisted(std::uint64_t seq);
  // The state machine holds everything up to `index`.
  void applied(Index index);
  // The answer to a FetchRequest; no entries when they could not be read.
  void entries_fetched(const ReplicaId& peer, Index first, std::vector<Entry> entries);
  void peer_lost(const ReplicaId& peer, PeerLoss loss);

  // --- snapshots; see SnapshotRequest and SnapshotPiece ---
  // A durable, verified snapshot at or above `up_to` exists here (P17): the log may begin behind
  // `up_to`, as far as it is applied and nobody is being sent an older snapshot.
  void compact(Index up_to);
  void snapshot_read(SnapshotPiece piece);
  // There is none, or it could not be read: asked for again after a while (P90).
  void snapshot_unread(const SnapshotTransfer& transfer);
  // Of the content on its way in, the bytes below `next_offset` are held.
  void snapshot_received(const SnapshotTransfer& transfer, std::uint64_t next_offset);
  // All of it is durable here and its checksum is right (P92).
  void snapshot_verified(const SnapshotTransfer& transfer);
  // It could not be written, or its checksum is wrong; nothing of it is left.
  void snapshot_refused(const SnapshotTransfer& transfer);
  void storage_health(StorageHealth health);

  // --- output ---
  [[nodiscard]] bool has_ready() const;
  // Everything since the last call; empty() when there was nothing.
  [[nodiscard]] Ready take_ready();

  // --- queries ---
  [[nodiscard]] CoreStatus status() const;
  [[nodiscard]] Role role() const;
  [[nodiscard]] Term term() const;
  [[nodiscard]] Index commit_index() const;
  // Some read_at_least() waits for the state machine alone: tell applied() soon.
  [[nodiscard]] bool is_applied_awaited() const;
  // Nothing waits here or at a peer, and everybody holds, and knows to be committed, all there is:
  // the driver may give no ticks for a while, as if the process stood still, if it sees to it that
  // they go on with the next other input and with the loss of the leader's node (raft/host).
  [[nodiscard]] bool can_rest() const;
  // So many of the next ticks change nothing but the time, if no other input comes before them: the
  // driver may give them late, but before that input.
  [[nodiscard]] std::uint64_t quiet_ticks() const;
  // The term of the entry at `index`; nothing when it is compacted or not there (P53).
  [[nodiscard]] std::optional<Term> term_at(Index index) const;
  // Canonical one-line form: "leader term=4 log=1:1 2:2 commit=1 applied=1" (term runs as
  // first:term).
  [[nodiscard]] std::string describe() const;

  // --- for whoever explores what could happen ---
  // A second one that will answer the same inputs with the same outputs.
  [[nodiscard]] std::unique_ptr<Consensus> clone() const;
  // Equal for states that cannot be told apart by any inputs. Requires !has_ready().
  [[nodiscard]] Fingerprint::Value fingerprint() const;
  // The state as bytes, without the payloads of commands: their sizes alone; for a flight recorder.
  // Requires !has_ready().
  [[nodiscard]] std::string encode_state() const;
  // One that answers the same inputs as the encoded one did, payloads apart, which are zeros.
  // kCorruption for bytes that encode_state() did not make; kInvalidArgument for options.
  static Result<std::unique_ptr<Consensus>> decode_state(Options options, std::string_view bytes);

 private:
  explicit Consensus(std::unique_ptr<Replica> replica);
  std::unique_ptr<Replica> replica_;
};

}  // namespace quorate::raft
