#include "raft/testing/sim_options.h"

#include <array>

namespace quorate::raft::testing {
namespace {

constexpr std::uint64_t kPriorities = 3;
constexpr std::uint64_t kPriorityDigits = 59049;  // ten digits of base 3

// Draws with the chance that a kind of fault is on in this seed.
struct Swarm {
  Random& random;
  std::uint64_t on_percent;

  bool is_on() { return random.chance(on_percent, 100); }
  SimTime interval(SimTime min, SimTime max) { return is_on() ? random.between(min, max) : 0; }
  std::uint32_t permille(std::uint64_t max) { return is_on() ? number(1, max) : 0; }
  std::uint32_t number(std::uint64_t low, std::uint64_t high) {
    return static_cast<std::uint32_t>(random.between(low, high));
  }
};

Options draw_core(Random& random, Swarm& swarm) {
  Options core;
  constexpr std::array<std::uint32_t, 3> kTimeouts{10, 15, 20};
  core.election_timeout_ticks = kTimeouts[random.below(kTimeouts.size())];
  core.election_jitter_ticks =
      swarm.number(core.election_timeout_ticks / 2, core.election_timeout_ticks);
  core.heartbeat_ticks = swarm.number(1, 2);
  core.leader_gone_jitter_ticks = swarm.number(0, 2);
  // Tiny bounds make the paths behind a full bound ordinary ones.
  if (random.chance(1, 6)) core.append_entries_max = swarm.number(1, 3);
  if (random.chance(1, 6)) core.append_bytes_max = random.between(1, 200);
  if (random.chance(1, 6)) core.in_flight_appends_max = swarm.number(1, 2);
  if (random.chance(1, 6)) core.in_flight_bytes_max = random.between(1, 300);
  if (random.chance(1, 4)) core.window_bytes_max = random.between(1, 1000);
  if (random.chance(1, 6)) core.apply_bytes_max = random.between(1, 300);
  core.entry_bytes_max = 500;  // more than the largest payload
  if (random.chance(1, 8)) core.uncommitted_bytes_max = random.between(500, 3000);
  if (random.chance(1, 4)) core.pending_reads_max = swarm.number(1, 2);
  return core;
}

NetworkFaults draw_network(Random& random, Swarm& swarm) {
  NetworkFaults network;
  network.loss_permille = swarm.permille(random.chance(1, 4) ? 300 : 60);
  network.duplicate_permille = swarm.permille(200);
  network.straggler_permille = swarm.permille(50);
  network.straggler_delay_max = random.between(100 * kMillisecond, 8 * kSecond);
  network.delay_min = random.between(50, 500);
  network.delay_max = network.delay_min + random.between(100, 5 * kMillisecond);
  if (swarm.is_on() && random.chance(1, 3)) network.delay_max += 30 * kMillisecond;
  network.in_order = random.chance(1, 2);
  network.replay_every = swarm.interval(20 * kMillisecond, kSecond);
  network.foreign_every = swarm.interval(100 * kMillisecond, 2 * kSecond);
  network.cut_every = swarm.interval(300 * kMillisecond, 4 * kSecond);
  network.cut_lasts = random.between(50 * kMillisecond, 3 * kSecond);
  network.cut_shapes = swarm.number(1, (1U << kCutShapes) - 1);
  return network;
}

DiskFaults draw_disk(Random& random, Swarm& swarm) {
  DiskFaults disk;
  disk.sync_max = random.between(500 * kMicrosecond, 15 * kMillisecond);
  if (swarm.is_on() && random.chance(1, 3)) disk.sync_max = 80 * kMillisecond;
  disk.slow_permille = swarm.permille(50);
  disk.stall_every = swarm.interval(kSecond, 6 * kSecond);
  disk.stall_lasts = random.between(100 * kMillisecond, 3 * kSecond);
  disk.failed_sync_every = swarm.interval(kSecond, 8 * kSecond);
  return disk;
}

ProcessFaults draw_process(Random& random, Swarm& swarm) {
  ProcessFaults process;
  process.crash_every = swarm.interval(200 * kMillisecond, 4 * kSecond);
  process.crash_leader_every = swarm.interval(400 * kMillisecond, 4 * kSecond);
  process.crash_all_every = swarm.interval(2 * kSecond, 10 * kSecond);
  process.down_max = random.between(20 * kMillisecond, 3 * kSecond);
  process.pause_every = swarm.interval(500 * kMillisecond, 5 * kSecond);
  process.pause_lasts = random.between(50 * kMillisecond, 3 * kSecond);
  process.volatile_state_percent = random.chance(1, 3) ? 100 : swarm.number(0, 100);
  return process;
}

OperatorFaults draw_operators(Swarm& swarm) {
  OperatorFaults operators;
  operators.transfer_every = swarm.interval(300 * kMillisecond, 3 * kSecond);
  operators.step_down_every = swarm.interval(500 * kMillisecond, 5 * kSecond);
  operators.campaign_every = swarm.interval(200 * kMillisecond, 5 * kSecond);
  operators.false_hint_every = swarm.interval(200 * kMillisecond, 3 * kSecond);
  return operators;
}

// Half of the seeds have a fixed membership.
AdministratorFaults draw_administrators(Random& random, Swarm& swarm) {
  AdministratorFaults administrators;
  if (random.chance(1, 2)) return administrators;
  administrators.change_every = random.between(30 * kMillisecond, 800 * kMillisecond);
  if (random.chance(2, 3)) {
    administrators.wipe_every = random.between(100 * kMillisecond, 2 * kSecond);
  }
  administrators.catch_up_ticks_max = swarm.number(3, 150);
  return administrators;
}

ClientLoad draw_load(Random& random, Swarm& swarm) {
  ClientLoad load;
  load.clients = swarm.number(1, 4);
  load.think_max = random.between(5 * kMillisecond, 100 * kMillisecond);
  load.read_percent = swarm.number(0, 60);
  load.payload_max = swarm.number(8, 200);
  load.burst_permille = swarm.permille(60);
  return load;
}

// Snapshots of some chunks every few entries; in some seeds none at all.
SnapshotLoad draw_snapshots(Random& random, Swarm& swarm, Options& core) {
  core.snapshot_chunk_bytes = random.between(8, 100);
  core.snapshot_chunks_in_flight_max = swarm.number(1, 4);
  core.snapshot_pinned_entries_max = random.below(60);
  SnapshotLoad snapshot;
  if (random.chance(1, 5)) return snapshot;
  snapshot.every_entries = random.chance(1, 2) ? random.between(3, 20) : random.between(20, 100);
  snapshot.trailing_entries_max = random.chance(1, 2) ? 0 : random.below(20);
  snapshot.padding_max = random.below(500);
  snapshot.job_max = random.between(50, random.chance(1, 4) ? 30 * kMillisecond : kMillisecond);
  snapshot.torn_permille = swarm.permille(40);
  return snapshot;
}

// A third of the seeds has leases, some longer than an election takes. Clocks are as wrong as is
// allowed.
void draw_leases(Random& random, SimOptions& options) {
  if (!random.chance(1, 3)) return;
  const Options& core = options.core;
  const std::uint64_t ticks =
      random.between(core.heartbeat_ticks * 2, core.election_timeout_ticks * 3 / 2);
  options.core.lease_ns = ticks * kTick * kNanosecondsPerMicrosecond;
  constexpr std::array<std::uint32_t, 3> kDrifts{500, 50'000, 300'000};
  options.core.clock_drift_ppm = kDrifts[random.below(kDrifts.size())];
  options.clock.drift_ppm = options.core.clock_drift_ppm;
  options.load.lease_read_percent = static_cast<std::uint32_t>(random.between(30, 100));
}

}  // namespace

std::uint32_t SimOptions::priority_of(NodeId node) const {
  std::uint64_t digits = priorities;
  for (std::uint64_t i = 1; i < node.value; ++i)
    digits /= kPriorities;
  return static_cast<std::uint32_t>(digits % kPriorities);
}

SimTime SimOptions::election_timeout() const {
  return (core.election_timeout_ticks + core.election_jitter_ticks) * kTick;
}

SimOptions draw_sim_options(Random& random) {
  constexpr std::array<std::uint32_t, 10> kReplicas{1, 3, 3, 3, 3, 3, 5, 5, 5, 7};
  Swarm swarm{random, random.chance(1, 3) ? 10U : 50U};
  SimOptions options;
  options.replicas = kReplicas[random.below(kReplicas.size())];
  options.core = draw_core(random, swarm);
  options.network = draw_network(random, swarm);
  options.disk = draw_disk(random, swarm);
  options.process = draw_process(random, swarm);
  options.clock.drift_every = swarm.interval(300 * kMillisecond, 3 * kSecond);
  options.operators = draw_operators(swarm);
  options.load = draw_load(random, swarm);
  options.apply_max = random.between(100, random.chance(1, 6) ? 50 * kMillisecond : kMillisecond);
  constexpr std::uint64_t kTermsTop = std::uint64_t{1} << 63U;
  if (random.chance(1, 8)) options.initial_term = kTermsTop - random.below(3);
  // Many short runs find more than few long ones, and some things need a long one.
  options.chaos_lasts = random.chance(2, 3) ? random.between(1500 * kMillisecond, 5 * kSecond)
                                            : random.between(5 * kSecond, 12 * kSecond);
  options.administrators = draw_administrators(random, swarm);
  if (options.administrators.change_every > 0) options.spares = swarm.number(1, 3);
  options.snapshot = draw_snapshots(random, swarm, options.core);
  draw_leases(random, options);
  // In a quarter of the seeds some shall lead rather than others, in a third followers forward.
  if (random.chance(1, 4)) options.priorities = random.below(kPriorityDigits);
  options.core.forward_proposals = random.chance(1, 3);
  if (random.chance(1, 3)) options.core.forward_entries_max = swarm.number(1, 4);
  if (random.chance(1, 2)) options.load.place_read_percent = swarm.number(10, 100);
  options.core.first_election_heartbeats = random.chance(1, 2) ? swarm.number(2, 5) : 0;
  return options;
}

}  // namespace quorate::raft::testing
