// quorate-restart-bench: for how long nothing can be committed after all nodes have lost power.
//
// All processes are killed at once with a long log, much of it only in RocksDB's write-ahead log,
// and started again at once. Shown are the time until every node has read its log and can be
// spoken to, and until the group has committed again; both begin when the first process is started.
// Beside them, per round, what the files of a node take for each byte that was proposed, and the
// memory of the leader before the kill. Figures go to bench/RESULTS.md.
#include <chrono>
#include <cstdio>
#include <fstream>
#include <sstream>
#include <thread>
#include <vector>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "bench/bench_cluster.h"
#include "bench/figures.h"

namespace quorate::bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kOutstanding = 1024;

struct RestartOptions {
  std::string dir;
  std::string json;
  std::uint64_t entries = 1'000'000;
  std::size_t bytes = 128;
  std::size_t rounds = 5;
  NodeOptions node;
};

struct Round {
  double ready_ms = 0;       // every node has its log
  double committed_ms = 0;   // the group has committed an entry
  double leader_mib = 0;     // resident, before the kill
  double written_share = 0;  // bytes that a node wrote to its disk, per byte proposed
};

double ms_since(Clock::time_point start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

// Commits entries until there are as many as asked for; how many were committed.
Result<std::uint64_t> fill(Process& leader, const RestartOptions& options) {
  QUORATE_TRY(
      leader.ask("load " + std::to_string(kOutstanding) + " " + std::to_string(options.bytes))
          .status());
  std::uint64_t committed = 0;
  while (committed < options.entries) {
    std::this_thread::sleep_for(std::chrono::milliseconds{200});
    const auto mark = leader.ask("mark");
    QUORATE_TRY(mark.status());
    std::uint64_t operations = 0;
    std::uint64_t errors = 0;
    std::istringstream(*mark) >> operations >> errors;
    if (errors > 0) return Status(Code::kUnavailable, "not every entry was committed");
    committed += operations;
    std::fprintf(stderr,
                 "\r%zu of %zu entries",
                 static_cast<std::size_t>(committed),
                 static_cast<std::size_t>(options.entries));
  }
  std::fprintf(stderr, "\r\033[K");
  return committed;
}

Result<Round> measure(const RestartOptions& options) {
  auto cluster = BenchCluster::start(options.node, options.dir + "/restart");
  QUORATE_TRY(cluster.status());
  const auto leader = (*cluster)->leader();
  QUORATE_TRY(leader.status());
  Process& node = (*cluster)->node(*leader);
  const auto committed = fill(node, options);
  QUORATE_TRY(committed.status());
  Round round;
  round.leader_mib = static_cast<double>(node.resident_bytes()) / (1 << 20);
  round.written_share =
      static_cast<double>(node.written_bytes()) / static_cast<double>(*committed * options.bytes);
  (*cluster)->kill_all();
  const auto start = Clock::now();
  QUORATE_TRY((*cluster)->restart_all());
  round.ready_ms = ms_since(start);
  const auto next = (*cluster)->leader();
  QUORATE_TRY(next.status());
  const auto put = (*cluster)->node(*next).ask("put");
  QUORATE_TRY(put.status());
  if (*put != "ok") return Status(Code::kUnavailable, "the new leader committed nothing");
  round.committed_ms = ms_since(start);
  return round;
}

Status run(const RestartOptions& options) {
  std::vector<Round> rounds;
  for (std::size_t number = 1; number <= options.rounds; ++number) {
    const auto round = measure(options);
    QUORATE_TRY(round.status());
    std::printf(
        "round %zu: ready %.0f ms, committed %.0f ms; leader %.0f MiB, %.2f bytes written per "
        "byte\n",
        number,
        round->ready_ms,
        round->committed_ms,
        round->leader_mib,
        round->written_share);
    std::fflush(stdout);
    rounds.push_back(*round);
  }
  nlohmann::json report = {
      {"entries", options.entries}, {"bytes", options.bytes}, {"rounds", options.rounds}};
  const auto add = [&](const char* name, double Round::* field) {
    std::vector<double> values;
    for (const Round& round : rounds)
      values.push_back(round.*field);
    const Spread all = spread(values);
    report[name] = as_json(all);
    std::printf("%-14s min %.2f, median %.2f, max %.2f\n", name, all.min, all.median, all.max);
  };
  add("ready_ms", &Round::ready_ms);
  add("committed_ms", &Round::committed_ms);
  add("leader_mib", &Round::leader_mib);
  add("written_share", &Round::written_share);
  if (options.json.empty()) return Status::ok();
  std::ofstream file(options.json);
  file << report.dump(2) << '\n';
  file.close();
  return file ? Status::ok() : Status(Code::kIoError, options.json + " cannot be written");
}

void add_options(CLI::App& app, RestartOptions& options) {
  app.add_option("--dir", options.dir, "where data goes; on the disk to be measured")->required();
  app.add_option("--entries", options.entries, "in the log, at least")->check(CLI::PositiveNumber);
  app.add_option("--bytes", options.bytes, "of an entry")->check(CLI::PositiveNumber);
  app.add_option("--rounds", options.rounds)->check(CLI::PositiveNumber);
  app.add_option("--election-ticks", options.node.election_ticks, "of 10 ms");
  app.add_option("--heartbeat-ticks", options.node.heartbeat_ticks, "of 10 ms");
  app.add_option("--json", options.json, "write the figures to this file");
  app.add_flag("--unsafe-plaintext", options.node.plaintext, "no TLS between the nodes");
}

}  // namespace
}  // namespace quorate::bench

int main(int argc, char** argv) {
  using namespace quorate::bench;
  RestartOptions options;
  CLI::App app("For how long nothing can be committed after all nodes have lost power.");
  add_options(app, options);
  return bench_main(
      argc,
      argv,
      app,
      [&] { return run(options); },
      [](const NodeOptions& node) { return serve(node); });
}
