#include "controller/testing/cluster_options.h"

#include <array>
#include <ostream>

namespace quorate::controller::testing {
namespace {

using raft::testing::SimOptions;

struct Swarm {
  Random& random;
  std::uint64_t on_percent;

  bool is_on() { return random.chance(on_percent, 100); }
  SimTime interval(SimTime min, SimTime max) { return is_on() ? random.between(min, max) : 0; }
  std::uint32_t number(std::uint64_t low, std::uint64_t high) {
    return static_cast<std::uint32_t>(random.between(low, high));
  }
};

// The group of the controllers: faults as the simulator of Raft draws them, sizes as batches need
// them. What a controller knows is volatile.
SimOptions draw_quorum(Random& random) {
  constexpr std::array<std::uint32_t, 6> kControllers{1, 3, 3, 3, 3, 5};
  SimOptions quorum = raft::testing::draw_sim_options(random);
  quorum.replicas = kControllers[random.below(kControllers.size())];
  quorum.spares = quorum.administrators.change_every > 0 ? 1 : 0;
  const raft::Options usual;
  quorum.core.append_bytes_max = usual.append_bytes_max;
  quorum.core.entry_bytes_max = usual.entry_bytes_max;
  quorum.core.uncommitted_bytes_max = usual.uncommitted_bytes_max;
  quorum.core.window_bytes_max = usual.window_bytes_max;
  if (random.chance(1, 5)) {  // so little that one is refused where the next would fit: it is void
    quorum.core.entry_bytes_max = 4000;
    quorum.core.uncommitted_bytes_max = random.between(4000, 5000);
  }
  quorum.core.forward_proposals = false;
  quorum.core.snapshot_chunk_bytes = random.between(300, 4096);
  quorum.process.volatile_state_percent = 100;
  if (quorum.snapshot.every_entries > 0) quorum.snapshot.every_entries += 10;
  return quorum;
}

ControlOptions draw_control(Random& random, Swarm& swarm) {
  ControlOptions control;
  control.cluster_id = {0xc1, 0xc2};
  control.session.session_timeout_ms = swarm.number(800, 2500);
  control.session.gap_max_ms = 300;
  control.default_replication_factor = 3;
  control.default_partitions = 2;
  if (random.chance(1, 3)) control.step = {.records_max = 2, .bytes_max = 250, .examined_max = 3};
  control.balance_interval_ms = swarm.is_on() ? swarm.number(500, 5000) : 0;
  control.leaderless_interval_ms = swarm.number(500, 5000);
  control.drain = {.leaders_max = swarm.number(1, 10), .pause_ms = 20, .retry_ms = 100};
  control.decommission = {.moves_max = swarm.number(1, 10), .pause_ms = 20, .retry_ms = 100};
  control.maintenance_brokers_max = swarm.number(1, 2);
  control.eligible_leaders = random.chance(1, 2);
  if (random.chance(1, 6)) control.statics = {{"unclean.leader.election.enable", "true"}};
  return control;
}

BrokerFaults draw_faults(Random& random, Swarm& swarm) {
  BrokerFaults faults;
  faults.stop_every = swarm.interval(200 * kMillisecond, 3 * kSecond);
  faults.clean = swarm.number(0, 3);
  faults.killed = swarm.number(1, 3);
  faults.powerless = swarm.is_on() ? swarm.number(1, 3) : 0;
  faults.emptied = swarm.is_on() ? 1 : 0;
  faults.down_max = random.between(100 * kMillisecond, 4 * kSecond);
  faults.gone_percent = swarm.is_on() ? swarm.number(0, 100) : 0;
  faults.cut_every = swarm.interval(300 * kMillisecond, 3 * kSecond);
  faults.cut_lasts = random.between(100 * kMillisecond, 4 * kSecond);
  faults.loss_permille = swarm.is_on() ? swarm.number(1, 100) : 0;
  faults.delay_max =
      random.between(kMillisecond, random.chance(1, 4) ? 60 * kMillisecond : 5 * kMillisecond);
  faults.repeat_every = swarm.interval(50 * kMillisecond, kSecond);
  return faults;
}

}  // namespace

ClusterOptions draw_cluster_options(Random& random) {
  Swarm swarm{random, random.chance(1, 3) ? 20U : 60U};
  ClusterOptions options;
  options.quorum = draw_quorum(random);
  options.brokers = swarm.number(3, 6);
  options.racks = swarm.number(1, 3);
  options.topics_max = swarm.number(1, 6);
  options.control = draw_control(random, swarm);
  options.tick_ms = swarm.number(20, 100);
  options.in_flight_batches_max = random.chance(1, 3) ? 1 : 16;
  options.heartbeat_every = options.control.session.session_timeout_ms * kMillisecond / 4;
  options.poll_every = random.between(15 * kMillisecond, 120 * kMillisecond);
  options.faults = draw_faults(random, swarm);
  options.administrators.act_every = random.between(15 * kMillisecond, 200 * kMillisecond);
  options.administrators.kinds = static_cast<std::uint32_t>(random.next());
  options.administrators.repeat_percent = swarm.number(0, 100);
  options.data.produce_every = random.between(10 * kMillisecond, 60 * kMillisecond);
  options.data.fetch_every = random.between(20 * kMillisecond, 80 * kMillisecond);
  options.data.fetch_records_max = random.between(4, 40);
  options.data.lag_max_ms = static_cast<std::int64_t>(random.between(200, 1500));
  options.chaos_lasts = random.between(2 * kSecond, 10 * kSecond);
  return options;
}

void describe(std::ostream& out, const ClusterOptions& options) {
  const auto& [quorum,
               brokers,
               racks,
               topics,
               control,
               tick,
               batches,
               beat,
               poll,
               faults,
               admins,
               data,
               chaos,
               heal] = options;
  out << "controllers = " << quorum.replicas << "\nspares = " << quorum.spares
      << "\nbrokers = " << brokers << "\nracks = " << racks << "\ntopics_max = " << topics
      << "\nsession_timeout_ms = " << control.session.session_timeout_ms
      << "\nstep_records_max = " << control.step.records_max
      << "\neligible_leaders = " << control.eligible_leaders
      << "\nunclean_in_file = " << !control.statics.empty()
      << "\nbalance_interval_ms = " << control.balance_interval_ms << "\ntick_ms = " << tick
      << "\nin_flight_batches_max = " << batches << "\nheartbeat_every = " << beat
      << "\npoll_every = " << poll << "\nstop_every = " << faults.stop_every
      << "\nclean : killed : powerless : emptied = " << faults.clean << " : " << faults.killed
      << " : " << faults.powerless << " : " << faults.emptied
      << "\ngone_percent = " << faults.gone_percent << "\ncut_every = " << faults.cut_every
      << "\nloss_permille = " << faults.loss_permille << "\ndelay_max = " << faults.delay_max
      << "\nrepeat_every = " << faults.repeat_every << "\nact_every = " << admins.act_every
      << "\nact_kinds = " << admins.kinds << "\nproduce_every = " << data.produce_every
      << "\nfetch_every = " << data.fetch_every << "\nlag_max_ms = " << data.lag_max_ms
      << "\nchaos_lasts = " << chaos << "\nheal_max = " << heal << '\n';
}

}  // namespace quorate::controller::testing
