// What one seed draws before anything happens: how many replicas, which bounds, and which faults
// are on and how strong (swarm testing: a run with few kinds of faults reaches states that a run
// with all of them never does). A third of the seeds have most faults off.
//
// Intervals are means in simulated time; 0 turns the fault off. Thread: values.
// Source: Groce et al., "Swarm testing" (2012).
#pragma once

#include <cstdint>

#include "raft/base/random.h"
#include "raft/core/options.h"
#include "raft/testing/sim_time.h"

namespace quorate::raft::testing {

struct NetworkFaults {
  std::uint32_t loss_permille = 0;
  std::uint32_t duplicate_permille = 0;
  std::uint32_t straggler_permille = 0;  // these take up to straggler_delay_max
  SimTime delay_min = 100 * kMicrosecond;
  SimTime delay_max = 2 * kMillisecond;
  SimTime straggler_delay_max = kSecond;
  bool in_order = false;      // per link, as on one connection; stragglers and replays excepted
  SimTime replay_every = 0;   // an old message is sent again
  SimTime foreign_every = 0;  // a message of another cluster, group or incarnation arrives
  // Cuts: how often one begins and how long it lasts.
  SimTime cut_every = 0;
  SimTime cut_lasts = kSecond;
  std::uint32_t cut_shapes = 0;  // bit set of CutShape
};

enum class CutShape : std::uint8_t { kIsolateOne, kSplit, kBridge, kChain, kOneWay, kFlapping };
inline constexpr std::uint32_t kCutShapes = 6;

struct DiskFaults {
  SimTime sync_min = 200 * kMicrosecond;
  SimTime sync_max = 4 * kMillisecond;
  std::uint32_t slow_permille = 0;  // a sync takes 10 times as long
  SimTime stall_every = 0;          // a sync hangs for stall_lasts
  SimTime stall_lasts = kSecond;
  SimTime failed_sync_every = 0;  // a sync fails: the replica stops until it is restarted
};

struct ProcessFaults {
  SimTime crash_every = 0;
  SimTime crash_leader_every = 0;
  SimTime crash_all_every = 0;
  SimTime down_max = kSecond;
  SimTime pause_every = 0;
  SimTime pause_lasts = kSecond;
  std::uint32_t volatile_state_percent = 50;  // restarts that lose the whole state machine
};

struct ClockFaults {
  SimTime drift_every = 0;  // a replica's tick rate is drawn anew from 0.5x to 2x
  // By how much the clocks that leases count on are wrong: each at a rate of its own, up to here.
  std::uint32_t drift_ppm = 0;
};

struct OperatorFaults {
  SimTime transfer_every = 0;
  SimTime step_down_every = 0;
  SimTime campaign_every = 0;
  SimTime false_hint_every = 0;  // a peer_lost() hint that is not true
};

// People and programs that change who takes part.
struct AdministratorFaults {
  SimTime change_every = 0;
  SimTime wipe_every = 0;  // a node loses its disk; then it is replaced
  std::uint32_t catch_up_ticks_max = 100;
};

struct SnapshotLoad {
  std::uint64_t every_entries = 0;         // applied since the last one, about; 0: none is taken
  std::uint64_t trailing_entries_max = 0;  // kept behind the base
  std::uint64_t padding_max = 0;           // bytes
  SimTime job_max = kMillisecond;          // of each write or read of a piece
  std::uint32_t torn_permille = 0;         // writes in whose middle the process ends
};

struct ClientLoad {
  std::uint32_t clients = 2;
  SimTime think_max = 40 * kMillisecond;
  std::uint32_t read_percent = 30;
  std::uint32_t lease_read_percent = 0;  // of the reads
  std::uint32_t place_read_percent = 0;  // after so many operations, one read at a place besides
  std::uint32_t payload_max = 64;
  std::uint32_t burst_permille = 0;  // of these operations, twenty are sent at once
};

struct SimOptions {
  std::uint32_t replicas = 3;  // voters at first
  std::uint32_t spares = 0;    // nodes with an empty disk beside them
  Options core;
  std::uint64_t priorities = 0;    // digits of base 3, that of node 1 first
  std::uint64_t initial_term = 0;  // P110: terms near the top of their range
  NetworkFaults network;
  DiskFaults disk;
  ProcessFaults process;
  ClockFaults clock;
  OperatorFaults operators;
  AdministratorFaults administrators;
  ClientLoad load;
  SnapshotLoad snapshot;
  SimTime apply_max = kMillisecond;
  SimTime chaos_lasts = 10 * kSecond;
  // After the heal, everything must have converged within this time.
  SimTime heal_max = 30 * kSecond;

  // The nominal time in which an election must be over.
  [[nodiscard]] SimTime election_timeout() const;
  [[nodiscard]] std::uint32_t nodes() const { return replicas + spares; }
  [[nodiscard]] std::uint32_t priority_of(NodeId node) const;
};

// The options of a seed: the same for the same random state.
[[nodiscard]] SimOptions draw_sim_options(Random& random);

}  // namespace quorate::raft::testing
