// A development cluster of real processes, made by `quorate dev start` below the system's temporary
// directory; ended and removed with the object.
//
// Owner and thread: one test.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <sys/types.h>

namespace quorate::testing {

struct Ran {
  int status = -1;     // exit status; 124: did not end in time
  std::string output;  // standard output
  std::string errors;  // standard error
};

// Runs `command` in a shell, for `seconds_max` at the most.
Ran run_shell(const std::string& command, int seconds_max = 30);

struct LiveProcess {
  std::string name;  // "controller-1"
  pid_t pid = 0;
  std::uint16_t raft_port = 0;     // controllers
  std::uint16_t service_port = 0;  // CONTROLLER, or Kafka
  std::uint16_t http_port = 0;
  [[nodiscard]] bool is_controller() const { return raft_port != 0; }
};

class LiveCluster {
 public:
  explicit LiveCluster(int brokers = 3);
  ~LiveCluster();
  LiveCluster(const LiveCluster&) = delete;
  LiveCluster& operator=(const LiveCluster&) = delete;

  [[nodiscard]] const std::string& dir() const { return dir_; }
  [[nodiscard]] const std::vector<LiveProcess>& processes() const { return processes_; }
  [[nodiscard]] const LiveProcess& process(const std::string& name) const;
  // Whether every process still runs under the id it was started with.
  [[nodiscard]] bool is_whole() const;
  // `quorate` with these arguments, on this cluster.
  [[nodiscard]] Ran cli(const std::string& arguments) const;
  // "127.0.0.1:<port>,..." of the brokers.
  [[nodiscard]] std::string bootstrap() const;
  // A PEM file of the cluster's, e.g. "ca.pem", "admin.key".
  [[nodiscard]] std::string pem(const std::string& file) const;

 private:
  std::string root_;
  std::string dir_;
  std::vector<LiveProcess> processes_;
};

}  // namespace quorate::testing
