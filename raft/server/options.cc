#include "raft/server/options.h"

#include <string>

namespace quorate::raft {
namespace {

Status invalid(std::string_view name, std::string_view rule) {
  return {Code::kInvalidArgument, std::string(name) + " must " + std::string(rule)};
}

}  // namespace

Status validate(const ServerOptions& options) {
  QUORATE_TRY(validate(options.core));
  if (options.tick_ns <= 0) return invalid("tick_ns", "be positive");
  if (options.late_ticks_max == 0) return invalid("late_ticks_max", "be positive");
  if (options.requests_pending_max == 0) return invalid("requests_pending_max", "be positive");
  if (options.inbox_items_max == 0) return invalid("inbox_items_max", "be positive");
  if (options.inbox_message_bytes_max == 0) {
    return invalid("inbox_message_bytes_max", "be positive");
  }
  if (options.storage_slow_ns < options.tick_ns) {
    return invalid("storage_slow_ns", "be at least a tick");
  }
  if (options.storage_hung_ns < options.storage_slow_ns + options.tick_ns) {
    return invalid("storage_hung_ns", "be at least a tick longer than storage_slow_ns");
  }
  if (options.snapshot_every_entries == 0) return invalid("snapshot_every_entries", "be positive");
  if (options.snapshot_every_bytes == 0) return invalid("snapshot_every_bytes", "be positive");
  if (options.snapshot_interval_ns < 0) return invalid("snapshot_interval_ns", "not be negative");
  if (options.poll_ns < 0) return invalid("poll_ns", "not be negative");
  return Status::ok();
}

}  // namespace quorate::raft
