// What one seed draws for a whole cluster before anything happens: how many controllers and
// brokers, how decisions are set, and which faults are on and how strong (swarm testing, as in
// raft/testing/sim_options.h).
//
// Intervals are means in simulated time; 0 turns the fault off. Thread: values.
#pragma once

#include <cstdint>
#include <iosfwd>

#include "controller/control/options.h"
#include "raft/base/random.h"
#include "raft/testing/sim_options.h"

namespace quorate::controller::testing {

using raft::testing::kMillisecond;
using raft::testing::kSecond;
using raft::testing::SimTime;

struct BrokerFaults {
  SimTime stop_every = 0;          // a broker's process ends, in one of these ways:
  std::uint32_t clean = 1;         //   weights: it asks for a controlled shutdown first
  std::uint32_t killed = 1;        //   it is killed; what it wrote stays
  std::uint32_t powerless = 0;     //   a drawn part of what was not synced is lost
  std::uint32_t emptied = 0;       //   the disk is lost
  SimTime down_max = kSecond;      // until it is started again
  std::uint32_t gone_percent = 0;  // of the kills, those that the controllers see (BrokerGone)
  SimTime cut_every = 0;           // somebody is cut off from somebody
  SimTime cut_lasts = kSecond;
  std::uint32_t loss_permille = 0;
  SimTime delay_max = 3 * kMillisecond;
  SimTime repeat_every = 0;  // an old request arrives once more
};

struct Administrators {
  SimTime act_every = 0;
  std::uint32_t kinds = 0;           // bit set of AdminAct
  std::uint32_t repeat_percent = 0;  // of the requests without an answer that are asked again
};

struct DataLoad {
  SimTime produce_every = 20 * kMillisecond;
  SimTime fetch_every = 40 * kMillisecond;
  SimTime fetch_records_max = 8;
  std::int64_t lag_max_ms = 600;
};

struct ClusterOptions {
  raft::testing::SimOptions quorum;
  std::uint32_t brokers = 5;
  std::uint32_t racks = 1;
  std::uint32_t topics_max = 6;
  ControlOptions control;
  std::uint32_t tick_ms = 50;                // of the active controller's clock
  std::uint32_t in_flight_batches_max = 16;  // proposals on their way
  SimTime heartbeat_every = 250 * kMillisecond;
  SimTime poll_every = 40 * kMillisecond;  // how late a broker hears of new metadata
  BrokerFaults faults;
  Administrators administrators;
  DataLoad data;
  SimTime chaos_lasts = 5 * kSecond;
  SimTime heal_max = 40 * kSecond;
};

// The options of a seed: the same for the same random state.
[[nodiscard]] ClusterOptions draw_cluster_options(Random& random);
// One line a value, for people.
void describe(std::ostream& out, const ClusterOptions& options);

}  // namespace quorate::controller::testing
