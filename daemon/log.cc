#include "daemon/log.h"

#include <array>
#include <atomic>
#include <chrono>
#include <thread>
#include <utility>

#include <spdlog/async.h>
#include <spdlog/async_logger.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>

namespace quorate {
namespace {

constexpr std::array<std::string_view, 4> kLevelNames = {"debug", "info", "warn", "error"};

}  // namespace

Result<LogLevel> parse_log_level(std::string_view text) {
  for (std::size_t at = 0; at < kLevelNames.size(); ++at) {
    if (kLevelNames[at] == text) return static_cast<LogLevel>(at);
  }
  return {Code::kInvalidArgument,
          "log level '" + std::string(text) + "' is none of debug, info, warn, error"};
}

Result<LogFormat> parse_log_format(std::string_view text) {
  if (text == "logfmt") return LogFormat::kLogfmt;
  if (text == "json") return LogFormat::kJson;
  return {Code::kInvalidArgument, "log format '" + std::string(text) + "' is none of logfmt, json"};
}

class Log::Impl {
 public:
  Impl(LogOptions options, spdlog::sink_ptr sink)
      : options_(std::move(options)),
        level_(options_.level),
        pool_(std::make_shared<spdlog::details::thread_pool>(options_.queue_lines_max, 1)),
        logger_(std::make_shared<spdlog::async_logger>(
            "quorate", std::move(sink), pool_, spdlog::async_overflow_policy::overrun_oldest)) {
    logger_->set_pattern("%v");
    logger_->set_level(spdlog::level::trace);
    logger_->flush_on(spdlog::level::trace);
  }

  void write(LogLevel level, std::string_view message, Fields fields) {
    if (!is_enabled(level)) return;
    const std::string ts = to_rfc3339(wall_us());
    const auto name = kLevelNames.at(static_cast<std::size_t>(level));
    std::string line;
    line.reserve(160);
    if (options_.format == LogFormat::kJson) {
      line += "{\"ts\":\"" + ts + '"';
      for (const Field& field : {Field("level", name),
                                 Field("node", options_.node),
                                 Field("role", options_.role),
                                 Field("msg", message)}) {
        append_json_field(line, field);
      }
      for (const Field& field : fields)
        append_json_field(line, field);
      line += '}';
    } else {
      line += "ts=" + ts;
      for (const Field& field : {Field("level", name),
                                 Field("node", options_.node),
                                 Field("role", options_.role),
                                 Field("msg", message)}) {
        append_logfmt_field(line, field);
      }
      for (const Field& field : fields)
        append_logfmt_field(line, field);
    }
    logger_->log(spdlog::level::info, spdlog::string_view_t(line.data(), line.size()));
  }

  [[nodiscard]] bool is_enabled(LogLevel level) const {
    return level >= level_.load(std::memory_order_relaxed);
  }
  void set_level(LogLevel level) { level_.store(level, std::memory_order_relaxed); }
  [[nodiscard]] std::uint64_t lines_overwritten() const { return pool_->overrun_counter(); }

  void flush() {
    constexpr auto kPatience = std::chrono::seconds(1);
    constexpr auto kStep = std::chrono::milliseconds(1);
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    logger_->flush();
    while (pool_->queue_size() > 0 && std::chrono::steady_clock::now() < deadline) {
      std::this_thread::sleep_for(kStep);
    }
  }

 private:
  const LogOptions options_;
  std::atomic<LogLevel> level_;
  std::shared_ptr<spdlog::details::thread_pool> pool_;
  std::shared_ptr<spdlog::async_logger> logger_;
};

Result<std::unique_ptr<Log>> Log::open(LogOptions options) {
  try {
    spdlog::sink_ptr sink;
    if (options.path.empty()) {
      sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
    } else {
      sink = std::make_shared<spdlog::sinks::basic_file_sink_mt>(options.path);
    }
    auto impl = std::make_unique<Impl>(std::move(options), std::move(sink));
    return std::unique_ptr<Log>(new Log(std::move(impl)));
  } catch (const spdlog::spdlog_ex& error) {
    return {Code::kIoError, error.what()};
  }
}

Log::Log(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Log::~Log() = default;

void Log::debug(std::string_view message, std::initializer_list<Field> fields) {
  impl_->write(LogLevel::kDebug, message, {fields.begin(), fields.size()});
}
void Log::info(std::string_view message, std::initializer_list<Field> fields) {
  impl_->write(LogLevel::kInfo, message, {fields.begin(), fields.size()});
}
void Log::warn(std::string_view message, std::initializer_list<Field> fields) {
  impl_->write(LogLevel::kWarn, message, {fields.begin(), fields.size()});
}
void Log::error(std::string_view message, std::initializer_list<Field> fields) {
  impl_->write(LogLevel::kError, message, {fields.begin(), fields.size()});
}

bool Log::is_enabled(LogLevel level) const {
  return impl_->is_enabled(level);
}
void Log::set_level(LogLevel level) {
  impl_->set_level(level);
}
std::uint64_t Log::lines_overwritten() const {
  return impl_->lines_overwritten();
}
void Log::flush() {
  impl_->flush();
}

}  // namespace quorate
