#include "broker-stub/net/net_event.h"

namespace quorate::broker {

std::string_view to_string(NetEvent::Kind kind) {
  switch (kind) {
    case NetEvent::Kind::kFrameRefused: return "frame_refused";
    case NetEvent::Kind::kMalformedRequest: return "malformed_request";
    case NetEvent::Kind::kUnsupportedRequest: return "unsupported_request";
    case NetEvent::Kind::kUnanswerable: return "unanswerable";
    case NetEvent::Kind::kServiceFailed: return "service_failed";
    case NetEvent::Kind::kOverLimit: return "over_limit";
    case NetEvent::Kind::kTimedOut: return "timed_out";
    case NetEvent::Kind::kAcceptFailed: return "accept_failed";
  }
  return "unknown";
}

bool FirstSeen::insert(const std::string& address, NetEvent::Kind kind) {
  const MutexLock lock(mutex_);
  if (seen_.size() >= kRemembered) seen_.clear();
  return seen_.emplace(address, kind).second;
}

}  // namespace quorate::broker
