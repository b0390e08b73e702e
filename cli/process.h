// Processes that outlive the command that started them: start, look, signal.
//
// A process is known by its id and its start time, so that a recycled process id is never
// signalled. Thread: main.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "raft/base/status.h"

namespace quorate::cli {

struct ProcessRef {
  std::int32_t pid = 0;
  std::uint64_t start_ticks = 0;  // field 22 of /proc/<pid>/stat
};

// Starts `command` in a session of its own, input from /dev/null, output appended to `log_path`.
Result<ProcessRef> start_process(const std::vector<std::string>& command,
                                 const std::string& log_path);

// Runs `command` to its end; kInternal with its output when it does not exit with 0.
Status run_process(const std::vector<std::string>& command, const std::string& log_path);

// Whether exactly this process is there and not a zombie.
[[nodiscard]] bool is_alive(const ProcessRef& process);

// False when it is gone already.
bool send_signal(const ProcessRef& process, int signal);

// The directory of this program's own binary.
[[nodiscard]] std::string own_directory();

}  // namespace quorate::cli
