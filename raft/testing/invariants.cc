#include "raft/testing/invariants.h"

#include <array>

namespace quorate::raft::testing {
namespace {

constexpr std::array kInvariants{
    Invariant{"R1", "at most one leader per term, ever"},
    Invariant{"R2", "a replica votes at most once per term, across restarts"},
    Invariant{"R3", "the stored term never decreases"},
    Invariant{"R4", "the commit index never decreases in a life"},
    Invariant{"R5", "applied <= commit <= last index"},
    Invariant{"R6", "applied grows by exactly one entry, none skipped, none repeated"},
    Invariant{"R7", "a leader never cuts its own log"},
    Invariant{"R8", "log matching: same index and term, same bytes and same prefix"},
    Invariant{"R9", "leader completeness: committed entries are in every later leader's log"},
    Invariant{"R10", "state machine safety: what is committed or applied at an index is equal"},
    Invariant{"R11", "committed entries are durable on a quorum of the membership in force"},
    Invariant{"R12", "a leader commits by counting only entries of its own term"},
    Invariant{"R13", "match never decreases within a leadership"},
    Invariant{"R14", "next > match"},
    Invariant{"R15", "match is durable at the follower"},
    Invariant{"R16", "the terms of a log never decrease"},
    Invariant{"R17", "no entry's term is above the current term, in memory and on disk"},
    Invariant{"R18", "the first index is the snapshot's index + 1"},
    Invariant{"R19", "the snapshot's index <= applied"},
    Invariant{"R20", "a snapshot's state is that of applying the committed log up to its index"},
    Invariant{"R21", "nothing at or below the commit index is cut"},
    Invariant{"R22", "a granted candidate's log is at least as up to date as the voter's"},
    Invariant{
        "R23",
        "a winner has a quorum, of both halves, of grants of this term, its own vote durable"},
    Invariant{"R24", "a pre-vote request changes nothing at its receiver"},
    Invariant{
        "R25",
        "who heard a leader within the minimum timeout grants no vote and adopts no term for one"},
    Invariant{"R26", "a leader without quorum contact for an election timeout is none"},
    Invariant{"R27", "a linearizable read sees everything committed before its invocation"},
    Invariant{"R28", "no read is served before an entry of the leader's term is committed"},
    Invariant{"R29", "an append is acknowledged only when durable, and only what it proved"},
    Invariant{"R30", "a vote is answered only when durable"},
    Invariant{"R31", "at most one membership entry is uncommitted"},
    Invariant{"R32", "who votes changes through a joint membership alone"},
    Invariant{"R33", "the membership in force is that of the newest entry of the log"},
    Invariant{"R35", "who has no vote in its own membership never campaigns"},
    Invariant{"R36", "what a stranger says changes nothing, but for votes and claims to lead"},
    Invariant{"R37", "a removed leader makes way once its removal is committed"},
    Invariant{"R38", "a foreign or stale-incarnation message changes nothing"},
    Invariant{"R39", "an append keeps to its bounds of entries and bytes"},
    Invariant{"R40", "uncommitted bytes at a leader keep to their bound"},
    Invariant{"R41", "no campaign before the minimum election timeout without a reason"},
    Invariant{"R42", "a proposal ends exactly once; a rejected one is never committed"},
    Invariant{"R44", "at the end all replicas have equal log, commit, applied and state"},
    Invariant{"R45", "after the heal, a leader and a commit come within a bounded time"},
    Invariant{"R46", "the term does not grow while nothing is wrong"},
    Invariant{"R47", "the same seed gives the same run"},
    Invariant{"R48", "a lease read is answered while nobody has begun to lead a later term"},
    Invariant{"R49", "a read at an entry is granted where it is applied, or refused for ever"},
    Invariant{"D1", "what is recovered is what was durable"},
    Invariant{"D5", "a batch fits the log behind it"},
    Invariant{"D8", "the snapshot store does what it is asked for, whatever a crash left of it"},
    Invariant{"P12", "a restart finds a snapshot that leads to its log"},
    Invariant{"P17", "the log is compacted no further than a durable snapshot goes"},
    Invariant{"P68", "a snapshot, and a base, has the membership that was in force at its index"},
    Invariant{"P85", "what was committed already is never replaced by a snapshot"},
    Invariant{"P86", "chunks of two transfers never mix"},
    Invariant{"P88", "while a snapshot is restored nothing is applied and nobody campaigns"},
    Invariant{"P105", "a leader whose disk hangs gives the leadership up"},
    Invariant{"ABORT", "no check of the core ends the process"},
    Invariant{"CORE", "the core did not report a violation of its own"},
};

}  // namespace

std::span<const Invariant> invariants() {
  return kInvariants;
}

std::string_view invariant_text(std::string_view id) {
  for (const Invariant& invariant : kInvariants) {
    if (invariant.id == id) return invariant.text;
  }
  return {};
}

}  // namespace quorate::raft::testing
