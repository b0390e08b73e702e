// What replicas say to each other. Requests and results are Figure 2's, plus pre-vote
// (dissertation §9.6), heartbeats apart from appends, and ReadIndex (§6.4).
//
// Every message carries the cluster, the group, both replicas *with their incarnations* and the
// sender's current term, so that anything late, repeated or foreign can be told and ignored.
//
// Invariant: an answer that names an append, a heartbeat's round or a transfer is of the term in
// which that left. A leader counts anew in every term, so term and number together are never used
// twice, and an answer fits no leadership but the one that asked. The numbers of votes and of
// questions for a read index do not begin anew with a term.
//
// Ranges: indexes inclusive, as in the paper.
// Thread: values; entries share their bytes.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <string_view>
#include <variant>
#include <vector>

#include "raft/core/entry.h"
#include "raft/core/membership.h"
#include "raft/core/types.h"

namespace quorate::raft {

// In an answer: to no request in particular; it only carries a term. Counters begin above it.
inline constexpr std::uint64_t kNoRequest = 0;

enum class VoteKind : std::uint8_t { kPreVote = 0, kVote = 1 };

// Why a campaign is run. Stickiness is bypassed for kTransfer alone, never inferred (P32).
enum class CampaignReason : std::uint8_t { kTimeout = 0, kTransfer = 1 };

struct RequestVote {
  VoteKind kind = VoteKind::kVote;
  CampaignReason reason = CampaignReason::kTimeout;
  Term campaign_term;       // the term to be led; for a pre-vote one above the sender's term
  std::uint64_t round = 0;  // the candidate's own counter; echoed, so that rounds never mix (P21)
  LogId last_log;
  std::uint32_t priority = 0;  // of the candidate, between rivals with equal logs
  bool operator==(const RequestVote&) const = default;
};

enum class VoteAnswer : std::uint8_t {
  kGranted = 0,
  kRefusedTerm = 1,        // campaign_term is behind ours
  kRefusedLog = 2,         // the candidate's log is behind ours (§5.4.1)
  kRefusedVoted = 3,       // our vote in this term is given
  kRefusedLeaderKnown = 4  // a leader was heard within the minimum election timeout (§6)
};

struct RequestVoteResult {
  VoteKind kind = VoteKind::kVote;
  VoteAnswer answer = VoteAnswer::kRefusedTerm;
  Term campaign_term;       // of the request
  std::uint64_t round = 0;  // of the request
  bool operator==(const RequestVoteResult&) const = default;
};

struct AppendEntries {
  LogId prev_log;
  Index leader_commit;
  std::uint64_t request = 0;  // the leader's counter for this peer in this term; echoed (P49)
  std::vector<Entry> entries;
  bool operator==(const AppendEntries&) const = default;
};

struct AppendEntriesResult {
  enum class Outcome : std::uint8_t { kAccepted = 0, kRejected = 1 };
  Outcome outcome = Outcome::kRejected;
  std::uint64_t request = 0;  // of the request
  Index match;     // accepted: last index this request proved *and* that is durable here (P4, P5)
  LogId prev_log;  // rejected: the request's
  LogId hint;      // rejected: our last entry with index and term <= those of prev_log (P61)
  Index last;      // rejected: where our log ends
  bool operator==(const AppendEntriesResult&) const = default;
};

// Keeps followers quiet, carries the commit index and confirms read rounds; independent of
// appends and of the disk.
struct Heartbeat {
  Index commit;             // min(leader's commit, peer's match): always provable there (P57)
  std::uint64_t round = 0;  // confirmed by the answer, monotone within a term (P94); 0: no answer
  std::uint64_t lease_ns = 0;       // a promise of so long is asked for; 0: none
  std::uint32_t heir_priority = 0;  // the highest of the voters that could follow this leader
  bool operator==(const Heartbeat&) const = default;
};

struct HeartbeatResult {
  std::uint64_t round = 0;        // of the request
  Index durable_last;             // where the durable log ends: lets the leader see amnesia (P58)
  std::uint64_t promised_ns = 0;  // so long from its receipt on nobody else is helped to lead
  std::uint32_t priority = 0;     // the sender's; 0 while its disk is slow or hung
  bool operator==(const HeartbeatResult&) const = default;
};

// A snapshot's place in the log. The term is that *of the index* (P83).
struct SnapshotMeta {
  LogId last;             // the last entry it covers; {0, 0} is "no snapshot"
  Membership membership;  // effective at `last` (P68)
  std::uint64_t bytes = 0;
  std::uint32_t checksum = 0;  // CRC-32C over the whole content
  bool operator==(const SnapshotMeta&) const = default;
};

struct InstallSnapshot {
  SnapshotMeta meta;
  std::uint64_t transfer = 0;  // chunks of two transfers never mix (P86)
  std::uint64_t offset = 0;    // of this chunk, bytes
  SharedBytes chunk;
  std::uint32_t chunk_checksum = 0;
  bool operator==(const InstallSnapshot&) const = default;
};

struct InstallSnapshotResult {
  enum class Outcome : std::uint8_t { kInstalled = 0, kContinue = 1, kRefused = 2 };
  Outcome outcome = Outcome::kRefused;
  std::uint64_t transfer = 0;
  std::uint64_t next_offset = 0;  // kContinue: the byte wanted next
  Index last;                     // kInstalled: the snapshot's last index
  bool operator==(const InstallSnapshotResult&) const = default;
};

// The leader asks a caught-up follower to campaign at once (dissertation §3.10).
struct TimeoutNow {
  LogId last_log;  // the leader's log end: a target that lacks it refuses
  bool operator==(const TimeoutNow&) const = default;
};

// How a leader makes sure that it still leads; both give linearizable reads.
enum class ReadMode : std::uint8_t {
  kReadIndex = 0,  // by a round of heartbeats; supposes nothing of clocks
  kLease = 1       // by its lease, and by a round while it has none
};

// A follower or learner asks the leader for a read index.
struct ReadIndexRequest {
  std::uint64_t request = 0;  // the asker's counter; echoed, never used to confirm a round (P94)
  ReadMode mode = ReadMode::kReadIndex;
  bool operator==(const ReadIndexRequest&) const = default;
};

struct ReadIndexResult {
  std::uint64_t request = 0;
  bool refused = false;  // not leader, or no entry of its term committed in time
  Index read_index;      // valid when not refused
  bool operator==(const ReadIndexResult&) const = default;
};

// A follower passes on what its clients propose, to the leader of the message's term. A request is
// of one process (`stint`) and carried out at most once, however often it arrives.
struct ForwardProposals {
  std::uint64_t stint = 0;
  std::uint64_t request = 0;      // 1, 2, ... within the stint
  std::vector<SharedBytes> data;  // one entry each
  bool operator==(const ForwardProposals&) const = default;
};

enum class ForwardRefusal : std::uint8_t { kNone = 0, kBusy = 1, kTooLarge = 2 };

// The first `taken` of the request's entries are in the leader's log, from `first` on and with the
// message's term; the others never will be.
struct ForwardProposalsResult {
  std::uint64_t stint = 0;    // of the request
  std::uint64_t request = 0;  // of the request
  Index first;
  std::uint32_t taken = 0;
  ForwardRefusal refusal = ForwardRefusal::kNone;  // of those that were not taken
  bool operator==(const ForwardProposalsResult&) const = default;
};

using MessageBody = std::variant<RequestVote,
                                 RequestVoteResult,
                                 AppendEntries,
                                 AppendEntriesResult,
                                 Heartbeat,
                                 HeartbeatResult,
                                 InstallSnapshot,
                                 InstallSnapshotResult,
                                 TimeoutNow,
                                 ReadIndexRequest,
                                 ReadIndexResult,
                                 ForwardProposals,
                                 ForwardProposalsResult>;

struct Message {
  ClusterId cluster;
  GroupId group;
  ReplicaId from;
  ReplicaId to;
  Term term;  // the sender's current term (for a pre-vote: not yet raised)
  MessageBody body;
  bool operator==(const Message&) const = default;
};

[[nodiscard]] std::string_view to_string(VoteAnswer answer);  // "granted", "refused_term", ...

// "request_vote", "append_entries_result", ...
[[nodiscard]] std::string_view type_name(const MessageBody& body);

// One canonical line, e.g. "1->2 append_entries term=3 prev=2:7 n=4 commit=6".
std::ostream& operator<<(std::ostream& out, const Message& message);

}  // namespace quorate::raft
