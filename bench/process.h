// A child of a benchmark: this same program, started with other arguments, spoken to by lines.
//
// Owner: the parent. Thread: that one's.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <sys/types.h>

#include "raft/base/status.h"

namespace quorate::bench {

// Processor time that a process has used so far, user and system; 0 when it is gone.
[[nodiscard]] std::int64_t cpu_ns_of(pid_t pid);

class Process {
 public:
  // Runs /proc/self/exe with `arguments`; its standard error is ours.
  static Result<std::unique_ptr<Process>> start(const std::vector<std::string>& arguments);
  // Kills it, if it still runs, and waits for its end.
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  // Sends one line and gives the line that answers it; kUnavailable when the child has ended.
  Result<std::string> ask(const std::string& line);
  // The next line of the child.
  Result<std::string> read_line();

  // SIGKILL; returns when it is gone.
  void kill();
  // Stops all of its threads where they are, and lets them go on.
  void freeze();
  void thaw();

  [[nodiscard]] std::int64_t cpu_ns() const { return cpu_ns_of(pid_); }
  // Memory it holds now, and what it has written to disks so far; 0 when it is gone.
  [[nodiscard]] std::uint64_t resident_bytes() const;
  [[nodiscard]] std::uint64_t written_bytes() const;

 private:
  Process(pid_t pid, int input, int output) : pid_(pid), input_(input), output_(output) {}

  pid_t pid_;   // -1: gone
  int input_;   // the child's standard input
  int output_;  // the child's standard output
  std::string read_;
};

}  // namespace quorate::bench
