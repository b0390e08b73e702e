// quorate-raft-bench: durable commits of three replicas on one machine, beside the same writes and
// messages without consensus, in the same run.
//
// Rounds alternate between the paths; with two, the ratio is that of their medians. The paths
// read-index and lease are linearizable reads instead of commits, at the leader or, as
// read-index@follower and lease@follower, at a follower. Absolute figures of
// small virtual machines move by half within an hour: only ratios of one run are worth keeping.
// Figures go to bench/RESULTS.md with the command that made them.
#include <chrono>
#include <fstream>
#include <iostream>
#include <sstream>
#include <thread>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>
#include <signal.h>

#include "bench/bench_cluster.h"
#include "bench/figures.h"

namespace quorate::bench {
namespace {

constexpr std::string_view kAtFollower = "@follower";

struct BenchOptions {
  std::string dir;
  std::vector<std::size_t> outstanding = {1, 16, 64, 256, 1024};
  std::vector<std::string> paths = {"raft", "bare"};
  std::size_t bytes = 128;
  std::size_t rounds = 5;
  std::int64_t warmup_ms = 1000;
  std::int64_t measure_ms = 3000;
  std::string json;
  bool explain = false;
  NodeOptions node;
};

void pause(std::int64_t ms) {
  std::this_thread::sleep_for(std::chrono::milliseconds(ms));
}

enum class Asked : std::uint8_t { kLeader, kFollower };

// The node that the load is to run at; an operation has been carried out there.
Result<std::size_t> node_to_ask(BenchCluster& cluster, Asked asked) {
  auto leader = cluster.leader();
  QUORATE_TRY(leader.status());
  const std::size_t at = asked == Asked::kLeader ? *leader : (*leader + 1) % kNodes;
  constexpr int kTriesMax = 200;
  for (int i = 0; i < kTriesMax; ++i) {
    const auto answer = cluster.node(at).ask("put");
    QUORATE_TRY(answer.status());
    if (*answer == "ok") return at;
    pause(10);
  }
  return Status(Code::kTimedOut, "no operation came to an end");
}

Result<Figures> measure(BenchCluster& cluster,
                        const BenchOptions& options,
                        Asked asked,
                        std::size_t load) {
  const auto at = node_to_ask(cluster, asked);
  QUORATE_TRY(at.status());
  Process& node = cluster.node(*at);
  const auto begun = node.ask("load " + std::to_string(load) + " " + std::to_string(options.bytes));
  QUORATE_TRY(begun.status());
  pause(options.warmup_ms);
  QUORATE_TRY(node.ask("mark").status());
  const std::int64_t cpu_before = cluster.cpu_ns();
  pause(options.measure_ms);
  const auto marked = node.ask("mark");
  const std::int64_t cpu = cluster.cpu_ns() - cpu_before;
  QUORATE_TRY(marked.status());

  std::istringstream words(*marked);
  double operations = 0;
  double errors = 0;
  double elapsed_ns = 0;
  double p50 = 0;
  double p99 = 0;
  double p999 = 0;
  words >> operations >> errors >> elapsed_ns >> p50 >> p99 >> p999;
  if (options.explain) {
    for (std::size_t each = 0; each < kNodes; ++each) {
      const auto line = cluster.node(each).ask("explain");
      std::cerr << "    node " << each << ": " << (line.is_ok() ? *line : "gone") << '\n';
    }
  }
  if (errors > 0) return Status(Code::kUnavailable, "the leadership was lost");
  if (operations <= 0) return Status(Code::kTimedOut, "nothing was committed");
  return Figures{.per_second = operations / elapsed_ns * 1e9,
                 .p50_us = p50 / 1e3,
                 .p99_us = p99 / 1e3,
                 .p999_us = p999 / 1e3,
                 .cpu_us = static_cast<double>(cpu) / 1e3 / operations};
}

Result<Figures> one_round(const BenchOptions& options, const std::string& path, std::size_t load) {
  NodeOptions node = options.node;
  const bool is_behind = path.ends_with(kAtFollower);
  node.path = is_behind ? path.substr(0, path.size() - kAtFollower.size()) : path;
  auto cluster = BenchCluster::start(node, options.dir + "/" + path);
  QUORATE_TRY(cluster.status());
  return measure(**cluster, options, is_behind ? Asked::kFollower : Asked::kLeader, load);
}

// All rounds of one load; alternates the paths, and which comes first.
Result<std::vector<std::vector<Figures>>> run_load(const BenchOptions& options, std::size_t load) {
  std::vector<std::vector<Figures>> by_path(options.paths.size());
  constexpr std::size_t kTriesMax = 3;
  for (std::size_t round = 0; round < options.rounds; ++round) {
    for (std::size_t i = 0; i < options.paths.size(); ++i) {
      const std::size_t path = (i + round) % options.paths.size();
      auto figures = one_round(options, options.paths[path], load);
      for (std::size_t tries = 1; !figures.is_ok() && tries < kTriesMax; ++tries) {
        std::cerr << options.paths[path] << " with " << load << ": " << figures.status()
                  << "; again\n";
        figures = one_round(options, options.paths[path], load);
      }
      QUORATE_TRY(figures.status());
      by_path[path].push_back(*figures);
    }
  }
  return by_path;
}

Status run(const BenchOptions& options) {
  nlohmann::json report = {{"bytes", options.bytes},
                           {"measure_ms", options.measure_ms},
                           {"security", options.node.plaintext ? "plaintext" : "mutual TLS"},
                           {"loads", nlohmann::json::array()}};
  print_header();
  for (const std::size_t load : options.outstanding) {
    const auto by_path = run_load(options, load);
    QUORATE_TRY(by_path.status());
    nlohmann::json row = {{"outstanding", load}};
    for (std::size_t i = 0; i < options.paths.size(); ++i) {
      print_row(options.paths[i], load, (*by_path)[i]);
      row[options.paths[i]] = summarize((*by_path)[i]);
    }
    if (options.paths.size() == 2) row.update(print_ratio(load, (*by_path)[0], (*by_path)[1]));
    report["loads"].push_back(row);
  }
  if (options.json.empty()) return Status::ok();
  std::ofstream file(options.json);
  file << report.dump(2) << '\n';
  return file.good() ? Status::ok() : Status(Code::kIoError, "cannot write " + options.json);
}

void add_options(CLI::App& app, BenchOptions& options) {
  app.add_option("--dir", options.dir, "where data goes; on the disk to be measured")->required();
  app.add_option("--outstanding", options.outstanding, "operations under way")->delimiter(',');
  app.add_option(
         "--paths", options.paths, "raft, bare; read-index, lease, each also with @follower")
      ->delimiter(',');
  app.add_option("--bytes", options.bytes, "of one operation");
  app.add_option("--rounds", options.rounds)->check(CLI::PositiveNumber);
  app.add_option("--warmup-ms", options.warmup_ms);
  app.add_option("--measure-ms", options.measure_ms);
  app.add_option("--json", options.json, "write the figures to this file");
  app.add_option("--in-flight-appends", options.node.in_flight_max, "per peer");
  app.add_option("--poll-us", options.node.poll_us, "how long loops look before they sleep");
  app.add_flag("--unsafe-plaintext", options.node.plaintext, "no TLS between the nodes");
  app.add_flag("--explain", options.explain, "print the nodes' counters after each round");
}

}  // namespace
}  // namespace quorate::bench

int main(int argc, char** argv) {
  using namespace quorate::bench;
  BenchOptions options;
  CLI::App app("Durable commits, or linearizable reads, per second and their latency.");
  add_options(app, options);
  return bench_main(
      argc,
      argv,
      app,
      [&] { return run(options); },
      [](const NodeOptions& node) { return serve(node); });
}
