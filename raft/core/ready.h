// Ready: everything the core asks its driver to carry out. Field order is the order.
//
// A message that promises durability (a vote, an acceptance) enters `messages` only after
// persisted(seq) of the batch that makes it true was reported, so the one list is always safe to
// send at once and acknowledging too early cannot be written down (P3).
// Owner: whoever polled it. Source: docs/io-ordering.md.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "raft/base/status.h"
#include "raft/core/entry.h"
#include "raft/core/event.h"
#include "raft/core/membership_change.h"
#include "raft/core/message.h"
#include "raft/core/types.h"

namespace quorate::raft {

// One atomic durable write (P1): after a crash all of it is there or none of it.
// Order inside: cut, then append, then the hard state; recovery sees only the result. What is cut
// was never committed; what takes its place in the same batch may be by now, at a follower.
struct PersistBatch {
  std::uint64_t seq = 0;  // 1, 2, ...; batches are carried out in this order
  GroupId group;
  std::optional<HardState> hard_state;
  std::optional<Index> truncate_from;  // cut this index and all behind it (P11)
  std::vector<Entry> entries;          // contiguous; the first follows the (cut) log's end
  // The log's base: the log now begins behind `last`. What it covers goes; if the log does not
  // lead to it, all of the log goes and `entries` follow it (P81). A durable snapshot at or above
  // it exists (P17); bytes and checksum are those of none.
  std::optional<SnapshotMeta> snapshot;
};

// Committed entries to apply: first..last, in order, each once. `entries` holds all of them, or is
// empty when they have left memory: then read them from the log store. The next range comes only
// after applied() of this one's last.
//
// Only entries that are also durable here are handed out, although Raft would allow any committed
// one: after a crash the local log must still hold whatever a durable state machine has applied
// (recovery demands applied <= last), and the log store must be able to serve a range that has left
// memory.
struct ApplyRange {
  Index first;
  Index last;  // < first: nothing
  std::vector<Entry> entries;
  [[nodiscard]] bool empty() const { return last < first; }
};

using ReadToken = std::uint64_t;      // chosen by the caller, unique while in use
using ProposalToken = std::uint64_t;  // chosen by the caller, unique while in use

// A place in the log that a caller has seen applied, or wants to see applied: without a term
// whatever is committed there, with one that very entry.
struct ReadPoint {
  Index index;
  std::optional<Term> term;
};

// Ok: the read may be served once applied >= index. Not ok: kNotLeader, kBusy or kUnavailable; of a
// read_at_least() also kTimedOut, kNotFound and kUnknownOutcome, as is said there.
struct ReadGrant {
  ReadToken token = 0;
  Status status;
  Index index;
  ReadMode by = ReadMode::kReadIndex;  // kLease: no round was needed here for it
};

// The end of a proposal; each gets exactly one (P64).
// Ok: committed at `id`. kUnknownOutcome: neither is known. Anything else: it will never commit.
struct ProposalOutcome {
  ProposalToken token = 0;
  Status status;
  LogId id;
};

// The end of a change of the membership; each gets exactly one (P64).
// Ok: `membership`, of the entry `index`, is committed and in force. kUnknownOutcome: neither is
// known. Anything else: it will never be; `refusal` says why.
struct ChangeOutcome {
  ChangeToken token = 0;
  Status status;
  ChangeRefusal refusal = ChangeRefusal::kNone;
  Membership membership;
  Index index;
};

// A lagging peer needs entries that have left memory: read first..last (at least one, at most
// bytes_max) off the raft thread and answer with entries_fetched().
struct FetchRequest {
  ReplicaId peer;
  Index first;
  Index last;
  std::size_t bytes_max = 0;
};

// Which sending of a snapshot to, or from, `peer`: a leader counts them anew in every term, so two
// are never taken for each other (P86).
struct SnapshotTransfer {
  ReplicaId peer;
  Term term;
  std::uint64_t number = 0;
  bool operator==(const SnapshotTransfer&) const = default;
};

// A peer needs a snapshot, for the entries it lacks are compacted: read the bytes [offset, offset +
// bytes_max), or up to the content's end, off the raft thread. Answered exactly once, with
// snapshot_read() or snapshot_unread(). The first request of a transfer chooses the newest durable
// snapshot, which stays pinned for all later ones until `snapshots_done` names the transfer.
struct SnapshotRequest {
  SnapshotTransfer transfer;
  std::uint64_t offset = 0;
  std::size_t bytes_max = 0;
};

// A piece of a snapshot's content, on its way out (the answer to a SnapshotRequest) or in.
//
// In: write it behind what is held of this very content (same meta) if it fits there, and answer
// each piece exactly once with snapshot_received(), saying how far the content is held now. Once
// all of it is: verify the whole, make it durable, and say snapshot_verified() or
// snapshot_refused().
struct SnapshotPiece {
  SnapshotTransfer transfer;
  SnapshotMeta meta;
  std::uint64_t offset = 0;
  SharedBytes bytes;
};

struct Ready {
  std::vector<Message> messages;
  std::optional<PersistBatch> persist;
  // Replace the state machine by this snapshot, which is durable and verified as is the log that
  // begins behind it, then report applied(restore->last.index). Nothing is applied before.
  std::optional<SnapshotMeta> restore;
  ApplyRange apply{Index{1}, Index{0}, {}};
  std::vector<ReadGrant> reads;
  std::vector<ProposalOutcome> outcomes;
  std::vector<ChangeOutcome> changes;
  std::vector<FetchRequest> fetches;
  std::vector<SnapshotRequest> snapshots;         // to be read for peers
  std::vector<SnapshotTransfer> snapshots_done;   // to peers: over, whatever became of them
  std::vector<SnapshotPiece> snapshots_received;  // from the leader, to be written
  std::vector<Event> events;

  [[nodiscard]] bool empty() const {
    return messages.empty() && !persist && !restore && apply.empty() && reads.empty() &&
           outcomes.empty() && changes.empty() && fetches.empty() && snapshots.empty() &&
           snapshots_done.empty() && snapshots_received.empty() && events.empty();
  }
};

}  // namespace quorate::raft
