// Three nodes of a benchmark as three processes on loopback, on freshly formatted directories.
//
// Owner: the benchmark. Thread: that one's.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "bench/node.h"
#include "bench/process.h"

namespace CLI {
class App;
}  // namespace CLI

namespace quorate::bench {

class BenchCluster {
 public:
  // `node` says what all of them are like; `dir` is made, and removed at the end.
  static Result<std::unique_ptr<BenchCluster>> start(const NodeOptions& node, std::string dir);
  ~BenchCluster();
  BenchCluster(const BenchCluster&) = delete;
  BenchCluster& operator=(const BenchCluster&) = delete;

  // Waits until one of those that run leads; kTimedOut after 20 s.
  Result<std::size_t> leader();
  // Where a node's ca.pem, cert.pem and key.pem are.
  [[nodiscard]] std::string dir_of(std::size_t at) const;
  [[nodiscard]] Process& node(std::size_t at) { return *nodes_[at]; }
  // Processor time used by all of them.
  [[nodiscard]] std::int64_t cpu_ns() const;

  // Starts a node again that was killed.
  Status restart(std::size_t at);
  // Kills all nodes at once, and starts all at once.
  void kill_all();
  Status restart_all();

 private:
  BenchCluster(NodeOptions node, std::string dir) : node_(std::move(node)), dir_(std::move(dir)) {}

  Status format();
  // Starts a node and does not wait until it is ready.
  Status launch(std::size_t at);

  NodeOptions node_;
  std::string dir_;
  std::array<std::unique_ptr<Process>, kNodes> nodes_;
};

// The options of a node as program arguments, and back.
[[nodiscard]] std::vector<std::string> to_arguments(const NodeOptions& options);
// Nothing when the arguments are not those of a node.
std::optional<NodeOptions> parse_arguments(int argc, char** argv);

// The main function of a benchmark that starts itself again as its nodes. Such a process serves
// with `serve_node`; the first parses its words by `app` and ends as `run` does.
int bench_main(int argc,
               char** argv,
               CLI::App& app,
               const std::function<Status()>& run,
               const std::function<int(const NodeOptions&)>& serve_node);

}  // namespace quorate::bench
