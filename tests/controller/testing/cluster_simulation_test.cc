#include "controller/testing/cluster_simulation.h"

#include <set>
#include <sstream>
#include <string>

#include <catch2/catch.hpp>

#include "controller/testing/cluster_invariants.h"
#include "controller/testing/cluster_run.h"
#include "raft/testing/seed_summary.h"

namespace quorate::controller::testing {
namespace {

TEST_CASE("the same seed gives the same cluster run", "[cluster-sim][R47]") {
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    const ClusterVerdict first = simulate_cluster(seed);
    const ClusterVerdict second = simulate_cluster(seed);
    CHECK(first.event_hash == second.event_hash);
    CHECK(first.counts.events == second.counts.events);
    CHECK(first.counts.batches == second.counts.batches);
  }
}

TEST_CASE("recording the trace does not change the cluster run", "[cluster-sim][R47]") {
  std::size_t lines = 0;
  const auto count = [&lines](const std::string&) { ++lines; };
  const ClusterVerdict quiet = simulate_cluster(3);
  const ClusterVerdict traced = simulate_cluster(3, {.lines_kept = 50, .sink = count});
  CHECK(quiet.event_hash == traced.event_hash);
  CHECK(traced.last_lines.size() == 50);
  CHECK(lines > 300);
}

TEST_CASE("different seeds give different cluster runs of different sizes", "[cluster-sim]") {
  std::set<std::uint32_t> controllers;
  std::set<std::uint32_t> brokers;
  int with_eligible = 0;
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    const ClusterOptions options = cluster_options_of_seed(seed);
    controllers.insert(options.quorum.replicas);
    brokers.insert(options.brokers);
    with_eligible += options.control.eligible_leaders ? 1 : 0;
  }
  CHECK(controllers == std::set<std::uint32_t>{1, 3, 5});
  CHECK(brokers == std::set<std::uint32_t>{3, 4, 5, 6});
  CHECK(with_eligible > 50);
  CHECK(with_eligible < 150);
  CHECK(simulate_cluster(1).event_hash != simulate_cluster(2).event_hash);
}

TEST_CASE("cluster runs do the work that they are there for", "[cluster-sim]") {
  const ClusterReport report = run_cluster_seeds({1, 40}, nullptr);
  for (const raft::testing::SeedVerdict& failure : report.failures) {
    std::ostringstream text;
    print_failure(text, failure, cluster_program());
    INFO(text.str());
    CHECK(failure.is_clean());
  }
  CHECK(report.failed == 0);
  const ClusterCounts& counts = report.counts;
  CHECK(counts.batches > 1000);
  CHECK(counts.claims > 60);
  CHECK(counts.snapshots > 10);
  CHECK(counts.elections > 100);
  CHECK(counts.moves > 5);
  CHECK(counts.stops > 0);
  CHECK(counts.acked > 1000);
}

TEST_CASE("every violation of a cluster run is told in words", "[cluster-sim]") {
  CHECK(describe(raft::testing::Violation{"C8", "broker 3"}).find("broker epochs") !=
        std::string::npos);
  CHECK(describe(raft::testing::Violation{"R8", "n1"}).find("log") != std::string::npos);
  std::set<std::string_view> ids;
  for (const raft::testing::Invariant& invariant : cluster_invariants())
    CHECK(ids.insert(invariant.id).second);
}

}  // namespace
}  // namespace quorate::controller::testing
