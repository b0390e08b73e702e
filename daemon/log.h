// Log: what people read. One line per event: ts, level, node, role, msg, then the event's keys.
//
// Lines go through a bounded queue to one writer thread; when it is full the oldest line is
// overwritten, so a slow terminal never slows the caller. (The replicated log is another thing.)
//
// Owner: main; must outlive everything that writes to it. Thread: any.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>

#include "daemon/field.h"
#include "raft/base/status.h"

namespace quorate {

enum class LogLevel : std::uint8_t { kDebug, kInfo, kWarn, kError };
enum class LogFormat : std::uint8_t { kLogfmt, kJson };

// "debug", "info", "warn" or "error"; kInvalidArgument names the text otherwise.
Result<LogLevel> parse_log_level(std::string_view text);
// "logfmt" or "json".
Result<LogFormat> parse_log_format(std::string_view text);

struct LogOptions {
  LogLevel level = LogLevel::kInfo;
  LogFormat format = LogFormat::kLogfmt;
  std::int64_t node = 0;
  std::string role;                    // kind of process: "controller", "broker"
  std::string path;                    // empty: standard error
  std::size_t queue_lines_max = 8192;  // then the oldest line is overwritten
};

class Log {
 public:
  // kIoError when the file cannot be opened.
  static Result<std::unique_ptr<Log>> open(LogOptions options);
  // Writes out what waits.
  ~Log();
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  void debug(std::string_view message, std::initializer_list<Field> fields = {});
  void info(std::string_view message, std::initializer_list<Field> fields = {});
  void warn(std::string_view message, std::initializer_list<Field> fields = {});
  void error(std::string_view message, std::initializer_list<Field> fields = {});

  // Whether a line of `level` would be written.
  [[nodiscard]] bool is_enabled(LogLevel level) const;
  // From the next line on.
  void set_level(LogLevel level);
  // Lines lost to a full queue so far.
  [[nodiscard]] std::uint64_t lines_overwritten() const;
  // Returns when what was written before is in the file (or a second has passed).
  void flush();

 private:
  class Impl;
  explicit Log(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace quorate
