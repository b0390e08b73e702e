// quorate-failover-bench: for how long nothing can be committed after the leader is gone.
//
// A probe asks the survivors in turn to commit one operation, once per pace; the gap runs from the
// signal to the first operation that is committed after it. The node that was killed, or stopped,
// comes back and catches up before the next round. Figures go to bench/RESULTS.md.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <iostream>
#include <thread>
#include <vector>

#include <CLI/CLI.hpp>
#include <signal.h>

#include "bench/bench_cluster.h"

namespace quorate::bench {
namespace {

using Clock = std::chrono::steady_clock;

struct FailoverOptions {
  std::string dir;
  std::size_t rounds = 20;
  std::int64_t pace_us = 500;
  std::int64_t settle_ms = 500;  // between two rounds
  bool freezes = false;          // SIGSTOP instead of SIGKILL
  NodeOptions node;
};

// Ends or freezes the leader.
void strike(Process& leader, const FailoverOptions& options) {
  if (options.freezes) {
    leader.freeze();
  } else {
    leader.kill();
  }
}

Status bring_back(BenchCluster& cluster, std::size_t at, const FailoverOptions& options) {
  if (!options.freezes) return cluster.restart(at);
  cluster.node(at).thaw();
  return Status::ok();
}

// Strikes the leader; milliseconds until one of the others has committed.
Result<double> gap_ms(BenchCluster& cluster, const FailoverOptions& options) {
  const auto leader = cluster.leader();
  QUORATE_TRY(leader.status());
  QUORATE_TRY(cluster.node(*leader).ask("put").status());
  const auto struck = Clock::now();
  strike(cluster.node(*leader), options);
  const auto end = struck + std::chrono::seconds{30};
  std::size_t at = *leader;
  while (Clock::now() < end) {
    at = (at + 1) % kNodes;
    if (at == *leader) continue;
    const auto answer = cluster.node(at).ask("put");
    QUORATE_TRY(answer.status());
    if (*answer == "ok") {
      const std::chrono::duration<double, std::milli> gap = Clock::now() - struck;
      QUORATE_TRY(bring_back(cluster, *leader, options));
      return gap.count();
    }
    std::this_thread::sleep_for(std::chrono::microseconds(options.pace_us));
  }
  return Status(Code::kTimedOut, "nothing was committed for 30 s");
}

Status run(const FailoverOptions& options) {
  auto cluster = BenchCluster::start(options.node, options.dir + "/failover");
  QUORATE_TRY(cluster.status());
  std::vector<double> gaps;
  for (std::size_t round = 0; round < options.rounds; ++round) {
    const auto gap = gap_ms(**cluster, options);
    QUORATE_TRY(gap.status());
    gaps.push_back(*gap);
    std::printf("round %zu: %.1f ms\n", round + 1, *gap);
    std::fflush(stdout);
    std::this_thread::sleep_for(std::chrono::milliseconds(options.settle_ms));
  }
  std::sort(gaps.begin(), gaps.end());
  std::printf("gap ms over %zu %s: min %.1f, p50 %.1f, p90 %.1f, p99 %.1f, max %.1f\n",
              gaps.size(),
              options.freezes ? "stops" : "kills",
              gaps.front(),
              gaps[gaps.size() / 2],
              gaps[gaps.size() * 9 / 10],
              gaps[gaps.size() * 99 / 100],
              gaps.back());
  return Status::ok();
}

void add_options(CLI::App& app, FailoverOptions& options) {
  app.add_option("--dir", options.dir, "where data goes")->required();
  app.add_option("--rounds", options.rounds)->check(CLI::PositiveNumber);
  app.add_option("--pace-us", options.pace_us, "between two probes");
  app.add_option("--settle-ms", options.settle_ms, "between two rounds");
  app.add_flag("--freeze", options.freezes, "stop the leader (SIGSTOP) instead of killing it");
  app.add_option("--election-ticks", options.node.election_ticks, "of 10 ms");
  app.add_option("--heartbeat-ticks", options.node.heartbeat_ticks, "of 10 ms");
  app.add_flag("--unsafe-plaintext", options.node.plaintext, "no TLS between the nodes");
}

}  // namespace
}  // namespace quorate::bench

int main(int argc, char** argv) {
  using namespace quorate::bench;
  FailoverOptions options;
  CLI::App app("For how long nothing can be committed after the leader was struck down.");
  add_options(app, options);
  return bench_main(
      argc,
      argv,
      app,
      [&] { return run(options); },
      [](const NodeOptions& node) { return serve(node); });
}
