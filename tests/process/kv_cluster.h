// Three (or more) real quorate-kv processes on loopback, with certificates and data of their own,
// ended and removed with the object.
#pragma once

#include <string>
#include <vector>

#include "tests/process/child.h"

namespace quorate::testing {

struct ProgramEnd {
  int code = -1;  // exit status; -1: ended by a signal or not in time
  std::string output;
  std::string errors;
};

// One that runs.
struct KvProgram {
  Child child;
  ChildFiles files;
  ProgramEnd end();  // waits for it
};

class KvCluster {
 public:
  static constexpr int kNodes = 3;

  // Made, not started.
  explicit KvCluster(int nodes = kNodes);
  ~KvCluster();
  KvCluster(const KvCluster&) = delete;
  KvCluster& operator=(const KvCluster&) = delete;

  // Returns when it says that it serves.
  void start(int node);
  // Returns at once. `environment`: NAME=value, beside the test's own.
  void launch(int node, std::vector<std::string> environment = {});
  // One more line for the configuration of a node that does not run.
  void configure(int node, const std::string& line);
  [[nodiscard]] Child& server(int node) { return servers_.at(static_cast<std::size_t>(node - 1)); }
  // The node that leads, among those that run; waits until there is one.
  [[nodiscard]] int leader() const;

  // Runs one of the example's programs with the cluster's client configuration until it ends.
  [[nodiscard]] ProgramEnd run(const std::string& program,
                               const std::vector<std::string>& arguments) const;
  // The same, without waiting.
  [[nodiscard]] KvProgram begin(const std::string& program,
                                const std::vector<std::string>& arguments) const;

  [[nodiscard]] std::string path(const std::string& name) const { return dir_ + '/' + name; }

 private:
  std::string dir_;
  std::vector<Child> servers_;
};

}  // namespace quorate::testing
