// quorate-controller-bench: durable topic creations per second through three controllers, beside
// the same request on the bare path (controller_bench_bare.h), in the same run.
//
// Rounds alternate between the two; each begins with fresh processes and an empty log. The ratio is
// that of the medians. Figures go to bench/RESULTS.md with the command that made them.
#include <atomic>
#include <chrono>
#include <fstream>
#include <functional>
#include <iostream>
#include <thread>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>
#include <signal.h>

#include "bench/bench_cluster.h"
#include "bench/controller_bench_bare.h"
#include "bench/controller_bench_callers.h"
#include "bench/controller_bench_cluster.h"
#include "bench/figures.h"
#include "raft/base/clock.h"

namespace quorate::bench {
namespace {

struct BenchOptions {
  std::string dir;
  std::vector<std::size_t> callers = {1, 64};
  std::int32_t partitions = 1;
  std::size_t rounds = 5;
  std::int64_t warmup_ms = 1000;
  std::int64_t measure_ms = 3000;
  std::string json;
  std::size_t entry_bytes = 0;  // found out in the first round
};

std::atomic<bool> interrupted{false};

// Children are ended by destructors: an interruption has to be an ordinary failure.
void on_signal(int /*signal*/) {
  interrupted.store(true);
}

Status pause(std::int64_t ms) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(ms);
  while (!interrupted.load() && std::chrono::steady_clock::now() < end)
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  if (interrupted.load()) return {Code::kShutdown, "interrupted"};
  return Status::ok();
}

Result<Figures> measure(const TopicServer& server,
                        const std::function<std::int64_t()>& cpu_ns,
                        const BenchOptions& options,
                        std::size_t load) {
  TopicCallers callers(server, options.partitions);
  callers.start(load);
  QUORATE_TRY(pause(options.warmup_ms));
  const Mark warmup = callers.mark();
  const std::int64_t cpu_before = cpu_ns();
  QUORATE_TRY(pause(options.measure_ms));
  Mark mark = callers.mark();
  const std::int64_t cpu = cpu_ns() - cpu_before;
  if (warmup.errors + mark.errors > 0) return Status(Code::kUnavailable, "a call failed");
  if (mark.operations == 0) return Status(Code::kTimedOut, "nothing was created");
  return figures_of(std::move(mark), cpu);
}

Result<Figures> raft_round(BenchOptions& options, std::size_t load) {
  auto cluster = ControllerCluster::start(options.dir + "/raft");
  QUORATE_TRY(cluster.status());
  if (options.entry_bytes == 0) {
    const auto bytes = (*cluster)->entry_bytes(options.partitions);
    QUORATE_TRY(bytes.status());
    options.entry_bytes = *bytes;
  }
  const auto server = (*cluster)->active();
  QUORATE_TRY(server.status());
  return measure(*server, [&] { return (*cluster)->cpu_ns(); }, options, load);
}

Result<Figures> bare_round(BenchOptions& options, std::size_t load) {
  NodeOptions node;
  node.path = "bare";
  node.entry_bytes = options.entry_bytes;
  auto cluster = BenchCluster::start(node, options.dir + "/bare");
  QUORATE_TRY(cluster.status());
  const auto leader = (*cluster)->leader();
  QUORATE_TRY(leader.status());
  const auto port = (*cluster)->node(*leader).ask("port");
  QUORATE_TRY(port.status());
  const std::string dir = (*cluster)->dir_of(*leader);
  auto tls = load_tls_files(
      {.ca = dir + "/ca.pem", .certificate = dir + "/cert.pem", .key = dir + "/key.pem"},
      system_clock().wall_ms());
  QUORATE_TRY(tls.status());
  const TopicServer server{.address = "127.0.0.1:" + *port, .tls = std::move(tls).value()};
  return measure(server, [&] { return (*cluster)->cpu_ns(); }, options, load);
}

using Round = Result<Figures> (*)(BenchOptions& options, std::size_t load);
struct Path {
  std::string name;
  Round round;
  std::vector<Figures> rounds;
};

Status run_round(Path& path, BenchOptions& options, std::size_t load) {
  constexpr std::size_t kTriesMax = 3;
  auto figures = path.round(options, load);
  for (std::size_t tries = 1; !figures.is_ok() && tries < kTriesMax; ++tries) {
    if (interrupted.load()) break;
    std::cerr << path.name << " with " << load << ": " << figures.status() << "; again\n";
    figures = path.round(options, load);
  }
  QUORATE_TRY(figures.status());
  path.rounds.push_back(*figures);
  return Status::ok();
}

Result<nlohmann::json> run_load(BenchOptions& options, std::size_t load) {
  Path raft{.name = "raft", .round = raft_round, .rounds = {}};
  Path bare{.name = "bare", .round = bare_round, .rounds = {}};
  for (std::size_t round = 0; round < options.rounds; ++round) {
    const bool raft_first = round % 2 == 0;  // the first one tells the size of an entry
    QUORATE_TRY(run_round(raft_first ? raft : bare, options, load));
    QUORATE_TRY(run_round(raft_first ? bare : raft, options, load));
  }
  print_row(raft.name, load, raft.rounds);
  print_row(bare.name, load, bare.rounds);
  nlohmann::json row = print_ratio(load, raft.rounds, bare.rounds);
  row["callers"] = load;
  row[raft.name] = summarize(raft.rounds);
  row[bare.name] = summarize(bare.rounds);
  return row;
}

Status run(BenchOptions& options) {
  nlohmann::json report = {{"partitions", options.partitions},
                           {"replication_factor", 3},
                           {"warmup_ms", options.warmup_ms},
                           {"measure_ms", options.measure_ms},
                           {"security", "mutual TLS"},
                           {"loads", nlohmann::json::array()}};
  print_header();
  for (const std::size_t load : options.callers) {
    auto row = run_load(options, load);
    QUORATE_TRY(row.status());
    report["loads"].push_back(std::move(row).value());
  }
  std::cout << "entries of " << options.entry_bytes << " bytes\n";
  report["entry_bytes"] = options.entry_bytes;
  if (options.json.empty()) return Status::ok();
  std::ofstream file(options.json);
  file << report.dump(2) << '\n';
  file.close();
  return file ? Status::ok() : Status(Code::kIoError, "cannot write " + options.json);
}

void add_options(CLI::App& app, BenchOptions& options) {
  app.add_option("--dir", options.dir, "where data goes; on the disk to be measured")->required();
  app.add_option("--callers", options.callers, "calls under way")
      ->delimiter(',')
      ->check(CLI::PositiveNumber);
  app.add_option("--partitions", options.partitions, "of each topic")->check(CLI::PositiveNumber);
  app.add_option("--rounds", options.rounds)->check(CLI::PositiveNumber);
  app.add_option("--warmup-ms", options.warmup_ms);
  app.add_option("--measure-ms", options.measure_ms)->check(CLI::PositiveNumber);
  app.add_option("--json", options.json, "write the figures to this file");
}

}  // namespace
}  // namespace quorate::bench

int main(int argc, char** argv) {
  using namespace quorate::bench;
  BenchOptions options;
  CLI::App app("Durable topic creations per second and their latency, beside the bare path.");
  add_options(app, options);
  return bench_main(
      argc,
      argv,
      app,
      [&] {
        ::signal(SIGINT, on_signal);
        ::signal(SIGTERM, on_signal);
        return run(options);
      },
      [](const NodeOptions& node) { return serve(node, make_bare_topic_node(node)); });
}
