// quorate-kv-load: many logical clients against a quorate-kv cluster; figures as JSON on standard
// output and, if asked, a history of every operation as JSON lines.
//
// Exit status: 0 it ran (whatever the outcomes), 1 it did not, 2 usage.
#include <cstdlib>
#include <iostream>
#include <map>
#include <random>
#include <string>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>
#include <signal.h>

#include "examples/kv/client_options.h"
#include "examples/kv/load_run.h"

namespace quorate::kv {
namespace {

// The more clients share a stream, the more of them share a message.
constexpr std::size_t kStreams = 2;
constexpr std::size_t kConnections = 8;

struct LoadArguments {
  ClusterOptions cluster;
  LoadOptions load;
  std::string history;
  std::size_t connections = 0;
  double seconds = 5;
  double warmup_seconds = 0;
};

void add_options(CLI::App& app, LoadArguments& arguments) {
  LoadOptions& load = arguments.load;
  WorkloadOptions& workload = load.workload;
  const std::map<std::string, LoadMode> modes = {{"unary", LoadMode::kUnary},
                                                 {"stream", LoadMode::kStream}};
  const std::map<std::string, SessionUse> sessions = {{"exactly-once", SessionUse::kExactlyOnce},
                                                      {"none", SessionUse::kNone}};
  add_cluster_options(app, arguments.cluster);
  app.add_option("--mode", load.mode, "unary: a call for each operation; stream: many over a few")
      ->transform(CLI::CheckedTransformer(modes));
  app.add_option("--clients", load.clients, "Logical clients, one operation at a time each")
      ->check(CLI::Range(1, 65'536));
  app.add_option("--connections",
                 arguments.connections,
                 "To each server, shared by the clients; 0: 8, or 2 streams")
      ->check(CLI::Range(0, 256));
  app.add_option("--seconds", arguments.seconds, "Counted")->check(CLI::Range(0.1, 86'400.0));
  app.add_option("--warmup-seconds", arguments.warmup_seconds, "Before that, not counted");
  app.add_option("--sessions", load.sessions, "none: an operation without an answer ends unknown")
      ->transform(CLI::CheckedTransformer(sessions));
  app.add_option("--patience-ms", load.patience_ms, "Then an operation is given up");
  app.add_option("--history", arguments.history, "Write every operation to this file");
  app.add_option("--keys", workload.keys)->check(CLI::PositiveNumber);
  app.add_option("--keys-per-group", workload.keys_per_group, "A transaction stays in a group");
  app.add_option("--value-bytes", workload.value_bytes, "Values are padded to it");
  app.add_option("--prefix", workload.prefix, "Of every key; the default is new in each run");
  app.add_option("--seed", load.seed, "Of what is drawn");
  app.add_option("--get", workload.mix.get, "How often, relative to the others");
  app.add_option("--put", workload.mix.put);
  app.add_option("--cas", workload.mix.cas);
  app.add_option("--delete", workload.mix.erase);
  app.add_option("--txn", workload.mix.txn);
  app.add_option("--stale-get", workload.mix.stale_get);
}

void print(const LoadArguments& arguments, const LoadFigures& figures) {
  const LoadOptions& load = arguments.load;
  const nlohmann::ordered_json out = {
      {"mode", load.mode == LoadMode::kUnary ? "unary" : "stream"},
      {"clients", load.clients},
      {"connections", arguments.connections},
      {"sessions", load.sessions == SessionUse::kNone ? "none" : "exactly-once"},
      {"prefix", load.workload.prefix},
      {"seconds", figures.seconds},
      {"committed", figures.committed},
      {"rejected", figures.rejected},
      {"unknown", figures.unknown},
      {"repeated_attempts", figures.repeated_attempts},
      {"committed_per_second", static_cast<double>(figures.committed) / figures.seconds},
      {"p50_ms", figures.p50_ms},
      {"p99_ms", figures.p99_ms},
      {"p999_ms", figures.p999_ms},
      {"longest_ms", figures.longest_ms},
      {"longest_gap_ms", figures.longest_gap_ms}};
  std::cout << out.dump(2) << std::endl;
}

Status run(LoadArguments& arguments) {
  auto link = to_link_options(arguments.cluster);
  QUORATE_TRY(link.status());
  LoadOptions& load = arguments.load;
  load.link = std::move(link).value();
  if (arguments.connections == 0) {
    arguments.connections = load.mode == LoadMode::kStream ? kStreams : kConnections;
  }
  load.link.connections = arguments.connections;
  load.measure_ms = static_cast<std::int64_t>(arguments.seconds * 1000);
  load.warmup_ms = static_cast<std::int64_t>(arguments.warmup_seconds * 1000);
  const Mix& mix = load.workload.mix;
  if (mix.get + mix.put + mix.cas + mix.erase + mix.txn + mix.stale_get == 0) {
    return {Code::kInvalidArgument, "no operation is ever drawn"};
  }
  if (load.workload.prefix.empty()) {
    load.workload.prefix = "run-" + std::to_string(std::random_device{}()) + "/";
  }
  std::unique_ptr<HistoryFile> history;
  if (!arguments.history.empty()) {
    auto created = HistoryFile::create(arguments.history);
    QUORATE_TRY(created.status());
    history = std::move(created).value();
    load.history = history.get();
  }
  const LoadFigures figures = run_load(load);
  if (history) QUORATE_TRY(history->close());
  print(arguments, figures);
  return Status::ok();
}

int parse_and_run(int argc, char** argv) {
  ::setenv("GRPC_VERBOSITY", "NONE", /*replace=*/0);  // a server that is down is an ordinary event
  ::signal(SIGPIPE, SIG_IGN);
  CLI::App app("A load for quorate-kv, with a history that can be checked.", "quorate-kv-load");
  LoadArguments arguments;
  add_options(app, arguments);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  const Status status = run(arguments);
  if (status.is_ok()) return 0;
  std::cerr << "quorate-kv-load: " << status << '\n';
  return status.code() == Code::kInvalidArgument ? 2 : 1;
}

}  // namespace
}  // namespace quorate::kv

int main(int argc, char** argv) {
  return quorate::kv::parse_and_run(argc, argv);
}
