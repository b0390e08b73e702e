// What the listener reports for people: once per client address and kind, the rest is only counted.
//
// Thread: values; FirstSeen any (locks inside).
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "raft/base/mutex.h"

namespace quorate::broker {

struct NetEvent {
  enum class Kind : std::uint8_t {
    kFrameRefused,        // a length that is negative, too small or too large
    kMalformedRequest,    // bytes that are no request
    kUnsupportedRequest,  // an API or version that is not served
    kUnanswerable,        // the service closed the connection
    kServiceFailed,       // the service threw
    kOverLimit,           // too many connections
    kTimedOut,            // a frame or a response took too long
    kAcceptFailed,
  };

  Kind kind = Kind::kFrameRefused;
  std::string client;  // address and port
  std::string detail;
};

[[nodiscard]] std::string_view to_string(NetEvent::Kind kind);

// Called on any of the listener's threads; must not block.
using OnNetEvent = std::function<void(const NetEvent&)>;

// Remembers which (address, kind) has been reported. Bound: kRemembered pairs; when full it forgets
// them all, so that a flood from many addresses is reported at most that often.
class FirstSeen {
 public:
  static constexpr std::size_t kRemembered = 1024;

  [[nodiscard]] bool insert(const std::string& address, NetEvent::Kind kind);

 private:
  Mutex mutex_;
  std::set<std::pair<std::string, NetEvent::Kind>> seen_ QUORATE_GUARDED_BY(mutex_);
};

}  // namespace quorate::broker
