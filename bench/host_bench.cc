// quorate-host-bench: what many groups in one raft::Host cost beside one group, on three nodes of
// one machine, in the same run: processor time while nothing happens, and durable writes per second
// over all groups.
//
// Rounds alternate between one group, all groups, and all groups that may not rest. The load is the
// same for each: so many writes under way, at the nodes that lead, each write in the next group
// that is led there. Figures go to bench/RESULTS.md with the command that made them; only the
// ratios are worth keeping.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <sstream>
#include <thread>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "bench/bench_cluster.h"
#include "bench/figures.h"

namespace quorate::bench {
namespace {

struct HostBenchOptions {
  std::string dir;
  std::size_t groups = 1000;
  std::size_t outstanding = 64;
  std::size_t bytes = 128;
  std::size_t rounds = 5;
  std::int64_t settle_ms = 4000;  // after all groups lead; then they rest
  std::int64_t idle_ms = 3000;
  std::int64_t warmup_ms = 1000;
  std::int64_t measure_ms = 3000;
  std::string json;
  NodeOptions node;
};

// One round of one path.
struct Round {
  Figures load;
  double idle_cpu_percent = 0;  // of one processor, all three processes together
  double resting_percent = 0;   // of all groups on all nodes, while idle
  double batches_per_sync = 0;
  double idle_turns = 0;       // of groups, per second, all nodes together
  double turns = 0;            // the same under load
  double turns_per_round = 0;  // the same
};

struct Path {
  std::string name;
  std::string node_path;
  std::size_t groups;
};

// What HostNode::explain() says.
struct Explained {
  std::uint64_t led = 0;
  std::uint64_t resting = 0;
  std::uint64_t turns = 0;
  std::uint64_t rounds = 0;
  std::uint64_t syncs = 0;
  std::uint64_t batches = 0;
};

void pause(std::int64_t ms) {
  std::this_thread::sleep_for(std::chrono::milliseconds(ms));
}

Result<Explained> explain(Process& node) {
  const auto line = node.ask("explain");
  QUORATE_TRY(line.status());
  std::istringstream words(*line);
  Explained explained;
  words >> explained.led >> explained.resting >> explained.turns >> explained.rounds >>
      explained.syncs >> explained.batches;
  return explained;
}

Result<std::vector<Explained>> explain_all(BenchCluster& cluster) {
  std::vector<Explained> all;
  for (std::size_t at = 0; at < kNodes; ++at) {
    const auto one = explain(cluster.node(at));
    QUORATE_TRY(one.status());
    all.push_back(*one);
  }
  return all;
}

template <typename Field>
double sum(const std::vector<Explained>& all, Field Explained::* field) {
  double total = 0;
  for (const Explained& one : all)
    total += static_cast<double>(one.*field);
  return total;
}

double per_second(const std::vector<Explained>& before,
                  const std::vector<Explained>& after,
                  std::uint64_t Explained::* field,
                  std::int64_t ms) {
  return (sum(after, field) - sum(before, field)) * 1000.0 / static_cast<double>(ms);
}

Status await_leaders(BenchCluster& cluster, std::size_t groups) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds{60};
  while (std::chrono::steady_clock::now() < end) {
    const auto all = explain_all(cluster);
    QUORATE_TRY(all.status());
    if (sum(*all, &Explained::led) == static_cast<double>(groups)) return Status::ok();
    pause(50);
  }
  return {Code::kTimedOut, "some group has no leader"};
}

// Percent of one processor.
double cpu_while(BenchCluster& cluster, std::int64_t ms) {
  const std::int64_t before = cluster.cpu_ns();
  const auto begin = std::chrono::steady_clock::now();
  pause(ms);
  const std::chrono::nanoseconds passed = std::chrono::steady_clock::now() - begin;
  return 100.0 * static_cast<double>(cluster.cpu_ns() - before) /
         static_cast<double>(passed.count());
}

// Each node gets the share of the load that it leads of the groups.
Status begin_load(BenchCluster& cluster, const HostBenchOptions& options) {
  const auto all = explain_all(cluster);
  QUORATE_TRY(all.status());
  const double led = sum(*all, &Explained::led);
  for (std::size_t at = 0; at < kNodes; ++at) {
    const double part = static_cast<double>((*all)[at].led) / led;
    const auto share =
        static_cast<std::size_t>(part * static_cast<double>(options.outstanding) + 0.5);
    if (share == 0) continue;
    const std::string load = "load " + std::to_string(share) + " " + std::to_string(options.bytes);
    QUORATE_TRY(cluster.node(at).ask(load).status());
  }
  return Status::ok();
}

// The marks of all nodes as one; latencies are those of the node with the worst.
Result<Figures> mark_all(BenchCluster& cluster, std::int64_t cpu_ns) {
  Figures figures;
  double operations = 0;
  for (std::size_t at = 0; at < kNodes; ++at) {
    const auto marked = cluster.node(at).ask("mark");
    QUORATE_TRY(marked.status());
    std::istringstream words(*marked);
    double done = 0;
    double errors = 0;
    double elapsed_ns = 0;
    double p50 = 0;
    double p99 = 0;
    double p999 = 0;
    words >> done >> errors >> elapsed_ns >> p50 >> p99 >> p999;
    if (errors > 0) return Status(Code::kUnavailable, "a leadership was lost");
    if (done <= 0) continue;
    operations += done;
    figures.per_second += done / elapsed_ns * 1e9;
    figures.p50_us = std::max(figures.p50_us, p50 / 1e3);
    figures.p99_us = std::max(figures.p99_us, p99 / 1e3);
    figures.p999_us = std::max(figures.p999_us, p999 / 1e3);
  }
  if (operations <= 0) return Status(Code::kTimedOut, "nothing was committed");
  figures.cpu_us = static_cast<double>(cpu_ns) / 1e3 / operations;
  return figures;
}

Result<Round> one_round(const HostBenchOptions& options, const Path& path) {
  NodeOptions node = options.node;
  node.path = path.node_path;
  node.groups = path.groups;
  auto started = BenchCluster::start(node, options.dir + "/" + path.name);
  QUORATE_TRY(started.status());
  BenchCluster& cluster = **started;
  QUORATE_TRY(await_leaders(cluster, path.groups));
  pause(options.settle_ms);
  Round round;
  const auto resting = explain_all(cluster);
  QUORATE_TRY(resting.status());
  round.idle_cpu_percent = cpu_while(cluster, options.idle_ms);
  const auto idle = explain_all(cluster);
  QUORATE_TRY(idle.status());
  round.idle_turns = per_second(*resting, *idle, &Explained::turns, options.idle_ms);
  round.resting_percent =
      100.0 * sum(*idle, &Explained::resting) / static_cast<double>(kNodes * path.groups);

  QUORATE_TRY(begin_load(cluster, options));
  pause(options.warmup_ms);
  QUORATE_TRY(mark_all(cluster, 0).status());
  const auto before = explain_all(cluster);
  const std::int64_t cpu_before = cluster.cpu_ns();
  pause(options.measure_ms);
  const std::int64_t cpu_ns = cluster.cpu_ns() - cpu_before;
  const auto figures = mark_all(cluster, cpu_ns);
  QUORATE_TRY(figures.status());
  round.load = *figures;
  const auto after = explain_all(cluster);
  if (!before.is_ok() || !after.is_ok()) return round;
  const auto rate = [&](std::uint64_t Explained::* field) {
    return per_second(*before, *after, field, options.measure_ms);
  };
  const double syncs = rate(&Explained::syncs);
  round.batches_per_sync = syncs > 0 ? rate(&Explained::batches) / syncs : 0;
  round.turns = rate(&Explained::turns);
  const double rounds = rate(&Explained::rounds);
  round.turns_per_round = rounds > 0 ? round.turns / rounds : 0;
  return round;
}

double median(const std::vector<Round>& rounds, double Round::* field) {
  std::vector<double> values;
  for (const Round& round : rounds)
    values.push_back(round.*field);
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

std::vector<Figures> loads_of(const std::vector<Round>& rounds) {
  std::vector<Figures> loads;
  for (const Round& round : rounds)
    loads.push_back(round.load);
  return loads;
}

nlohmann::json to_json(const Path& path, const std::vector<Round>& rounds) {
  nlohmann::json idle = nlohmann::json::array();
  for (const Round& round : rounds)
    idle.push_back(round.idle_cpu_percent);
  return {{"groups", path.groups},
          {"load", summarize(loads_of(rounds))},
          {"idle_cpu_percent", median(rounds, &Round::idle_cpu_percent)},
          {"idle_cpu_percent_rounds", idle},
          {"resting_percent", median(rounds, &Round::resting_percent)},
          {"batches_per_sync", median(rounds, &Round::batches_per_sync)},
          {"idle_turns_per_second", median(rounds, &Round::idle_turns)},
          {"turns_per_second", median(rounds, &Round::turns)},
          {"turns_per_round", median(rounds, &Round::turns_per_round)}};
}

Result<std::vector<std::vector<Round>>> run_rounds(const HostBenchOptions& options,
                                                   const std::vector<Path>& paths) {
  constexpr std::size_t kTriesMax = 3;
  std::vector<std::vector<Round>> by_path(paths.size());
  for (std::size_t number = 0; number < options.rounds; ++number) {
    for (std::size_t i = 0; i < paths.size(); ++i) {
      const std::size_t at = (i + number) % paths.size();
      auto round = one_round(options, paths[at]);
      for (std::size_t tries = 1; !round.is_ok() && tries < kTriesMax; ++tries) {
        std::cerr << paths[at].name << ": " << round.status() << "; again\n";
        round = one_round(options, paths[at]);
      }
      QUORATE_TRY(round.status());
      by_path[at].push_back(*round);
    }
  }
  return by_path;
}

Status run(const HostBenchOptions& options) {
  const std::vector<Path> paths{{"one", std::string(kHostPath), 1},
                                {"many", std::string(kHostPath), options.groups},
                                {"awake", std::string(kAwakeHostPath), options.groups}};
  const auto rounds = run_rounds(options, paths);
  QUORATE_TRY(rounds.status());
  nlohmann::json report = {{"groups", options.groups},
                           {"bytes", options.bytes},
                           {"outstanding", options.outstanding},
                           {"measure_ms", options.measure_ms},
                           {"security", options.node.plaintext ? "plaintext" : "mutual TLS"}};
  print_header();
  for (std::size_t i = 0; i < paths.size(); ++i) {
    print_row(paths[i].name, options.outstanding, loads_of((*rounds)[i]));
    report[paths[i].name] = to_json(paths[i], (*rounds)[i]);
  }
  const std::vector<Round>& one = (*rounds)[0];
  const std::vector<Round>& many = (*rounds)[1];
  const std::vector<Round>& awake = (*rounds)[2];
  report["many_over_one"] = print_ratio(options.outstanding, loads_of(many), loads_of(one));
  for (std::size_t i = 0; i < paths.size(); ++i) {
    std::printf(
        "%-6s idle: %.2f %% of a processor, %.0f %% of the groups rest, %.0f turns/s; "
        "under load: %.1f writes a sync, %.0f turns/s, %.1f in a round\n",
        paths[i].name.c_str(),
        median((*rounds)[i], &Round::idle_cpu_percent),
        median((*rounds)[i], &Round::resting_percent),
        median((*rounds)[i], &Round::idle_turns),
        median((*rounds)[i], &Round::batches_per_sync),
        median((*rounds)[i], &Round::turns),
        median((*rounds)[i], &Round::turns_per_round));
  }
  const double idle = median(one, &Round::idle_cpu_percent);
  if (idle > 0) {
    report["idle_many_over_one"] = median(many, &Round::idle_cpu_percent) / idle;
    report["idle_awake_over_one"] = median(awake, &Round::idle_cpu_percent) / idle;
  }
  if (options.json.empty()) return Status::ok();
  std::ofstream file(options.json);
  file << report.dump(2) << '\n';
  return file.good() ? Status::ok() : Status(Code::kIoError, "cannot write " + options.json);
}

void add_options(CLI::App& app, HostBenchOptions& options) {
  app.add_option("--dir", options.dir, "where data goes; on the disk to be measured")->required();
  app.add_option("--groups", options.groups)->check(CLI::Range(2, 4096));
  app.add_option("--outstanding", options.outstanding, "writes under way, over all nodes")
      ->check(CLI::PositiveNumber);
  app.add_option("--bytes", options.bytes, "of one write");
  app.add_option("--rounds", options.rounds)->check(CLI::PositiveNumber);
  app.add_option("--settle-ms", options.settle_ms, "before idle processor time is taken");
  app.add_option("--idle-ms", options.idle_ms);
  app.add_option("--warmup-ms", options.warmup_ms);
  app.add_option("--measure-ms", options.measure_ms);
  app.add_option("--json", options.json, "write the figures to this file");
  app.add_flag("--unsafe-plaintext", options.node.plaintext, "no TLS between the nodes");
}

}  // namespace
}  // namespace quorate::bench

int main(int argc, char** argv) {
  using namespace quorate::bench;
  HostBenchOptions options;
  CLI::App app("What many groups in one host cost beside one group.");
  add_options(app, options);
  return bench_main(
      argc,
      argv,
      app,
      [&] { return run(options); },
      [](const NodeOptions& node) { return serve(node, make_host_node(node)); });
}
