// What a process owes to whoever started it: an end on SIGTERM, a line when it is ready, exit
// codes.
//
// Owner: main. Thread: request() by any thread; the rest by the main thread.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>

#include "daemon/field.h"
#include "raft/base/status.h"

namespace quorate {

// The same numbers in every program (docs/configuration.md).
enum class ExitCode : std::uint8_t {
  kOk = 0,
  kFailed = 1,
  kUsage = 2,          // the command line is wrong
  kInvalidConfig = 3,  // a configuration value is wrong
};

// Turns SIGTERM and SIGINT into something a normal thread waits for, and ignores SIGPIPE.
// Make it before any other thread: threads inherit the blocked signals.
class StopSignal {
 public:
  StopSignal();
  ~StopSignal();
  StopSignal(const StopSignal&) = delete;
  StopSignal& operator=(const StopSignal&) = delete;

  // Returns when a signal came (then with its name, e.g. "SIGTERM") or request() was called (then
  // with its reason).
  [[nodiscard]] std::string wait();
  // Ends wait(); only the first reason is kept. For any thread, not for signal handlers.
  void request(std::string_view reason);

 private:
  int signal_fd_;
  int wake_fd_;
  class Reason;
  std::unique_ptr<Reason> reason_;
};

// Writes "ready <kind> key=value ..." and a newline to standard output and flushes it: the program
// serves from now on.
void print_ready(std::string_view kind, std::initializer_list<Field> fields);

// Keeps gRPC from writing to standard error: a failed handshake is an ordinary event there, and
// whatever concerns a caller comes back as a status. GRPC_VERBOSITY, when set, is obeyed.
// Call it before any other thread.
void silence_grpc();

// "quorate-controller 0.1.0".
[[nodiscard]] std::string version_line(std::string_view program);
// "0.1.0".
[[nodiscard]] std::string_view version();

// Writes "error[<code>]: <message>" and a newline to standard error, as one line.
void print_error(const Status& status);
[[nodiscard]] int to_int(ExitCode code);

}  // namespace quorate
