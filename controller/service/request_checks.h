// What every request is checked for before it becomes a command.
//
// Thread: any.
#pragma once

#include <string>
#include <utility>

#include "controller/service/request_codec.h"
#include "raft/base/status.h"

namespace quorate::controller {

inline Status refused(std::string what) {
  return {Code::kInvalidArgument, std::move(what)};
}

inline Status check_count(int count, int max, const char* what) {
  if (count <= max) return Status::ok();
  return refused(std::to_string(count) + ' ' + what + ", more than " + std::to_string(max));
}

inline Status check_text(const std::string& text, const RequestLimits& limits, const char* what) {
  if (text.size() <= limits.text_bytes_max) return Status::ok();
  return refused(std::string(what) + " has " + std::to_string(text.size()) + " bytes, more than " +
                 std::to_string(limits.text_bytes_max));
}

}  // namespace quorate::controller
