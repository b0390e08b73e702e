// Everything about one replica of one group that is decided before it starts.
//
// Times are in ticks; whoever drives the core decides how long a tick is (raft/server: 10 ms).
// Every bound has its unit in its name and an answer when it is reached.
#pragma once

#include <cstddef>
#include <cstdint>

#include "raft/base/status.h"
#include "raft/core/types.h"

namespace quorate::raft {

inline constexpr std::uint64_t kLeaseNsMax = 3'600'000'000'000;  // an hour
inline constexpr std::uint32_t kClockDriftPpmMax = 900'000;

struct Options {
  ClusterId cluster;
  GroupId group{1};
  ReplicaId self;

  // A follower that hears no leader for a time drawn from
  // [election_timeout_ticks, election_timeout_ticks + election_jitter_ticks) runs a pre-vote.
  std::uint32_t election_timeout_ticks = 100;
  std::uint32_t election_jitter_ticks = 50;
  std::uint32_t heartbeat_ticks = 10;
  // Whoever starts waits only for so many heartbeats, and up to as many again at random, before its
  // first pre-vote: who leads would have been heard by then, and refuses it otherwise; where nobody
  // does, as after a loss of power, the group is soon back. 0: an election timeout, as always
  // (§5.2).
  std::uint32_t first_election_heartbeats = 3;
  // After the transport reports that the leader's process is gone, a pre-vote starts within
  // [0, leader_gone_jitter_ticks] ticks instead of waiting the election timeout out, and after
  // a few more ticks again: the others may not know yet.
  std::uint32_t leader_gone_jitter_ticks = 1;

  // Leases (docs/reads.md); 0: none. A leader asks for promises of so long, and this replica makes
  // none that is longer. To shorten it, or to turn it off, a replica is to be down for the old
  // lease_ns: what it promised before binds it.
  std::uint64_t lease_ns = 0;
  // No monotonic clock of the group runs faster or slower than true time by more than this. A clock
  // that does can make a lease read stale.
  std::uint32_t clock_drift_ppm = 1000;

  // Whoever has a higher one shall lead rather than others: it stands earlier, and a leader hands
  // over to it once it has caught up. A wish, which never costs the group its leader.
  std::uint32_t priority = 0;

  // New voters have this long to catch up before their change is taken back (P79).
  std::uint32_t catch_up_ticks = 3000;

  std::size_t append_bytes_max = 1U << 20U;        // per AppendEntries; one entry always fits (P62)
  std::uint32_t append_entries_max = 4096;         // per AppendEntries
  std::uint32_t in_flight_appends_max = 16;        // per peer; then sending waits for an answer
  std::size_t in_flight_bytes_max = 8U << 20U;     // per peer
  std::size_t entry_bytes_max = 8U << 20U;         // larger proposals are rejected
  std::size_t uncommitted_bytes_max = 64U << 20U;  // more proposals are rejected as busy (P66)
  std::size_t window_bytes_max = 64U << 20U;       // entries kept in memory for peers and apply
  std::size_t apply_bytes_max = 4U << 20U;         // per ApplyRange
  std::uint32_t pending_reads_max = 65536;         // more are refused as busy

  std::size_t snapshot_chunk_bytes = 1U << 20U;  // content per InstallSnapshot
  std::uint32_t snapshot_chunks_in_flight_max =
      4;  // per peer, either way; more wait or are dropped
  // While a snapshot is on its way to a peer, so many entries behind it are kept from compaction
  // so that the peer can go on from there; beyond that it will need a newer snapshot (P91).
  std::uint64_t snapshot_pinned_entries_max = 1'000'000;

  // Whether a follower or learner passes proposals on to its leader instead of refusing them; what
  // has no answer from there is bounded, and more is refused as busy. One always fits.
  bool forward_proposals = false;
  std::uint32_t forward_entries_max = 4096;
  std::size_t forward_bytes_max = 8U << 20U;

  // Emit an Event for every message sent and received (simulator, traces).
  bool trace_messages = false;
};

// Ok, or kInvalidArgument naming the option and the rule it breaks, e.g. an election timeout below
// five heartbeats.
Status validate(const Options& options);

}  // namespace quorate::raft
