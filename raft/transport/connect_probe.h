// Asks the operating system, not gRPC, whether somebody listens at an address.
//
// After a connection broke this tells a dead process from a broken connection: a dead one's
// listening port refuses at once.
// Thread: any; blocks for at most the given time.
#pragma once

#include <cstdint>
#include <string>

namespace quorate::raft {

enum class ProbeAnswer : std::uint8_t {
  kAccepted,  // somebody listens, or did a moment ago
  kRefused,   // nobody listens
  kNoAnswer,  // nothing came back in time, or the address is of no use
};

// One TCP connection attempt to "host:port".
[[nodiscard]] ProbeAnswer probe_once(const std::string& address, int timeout_ms);

// Whether nobody listens any more. The ports of a process that dies close one after the other, so
// an accepted attempt is repeated a few times within some milliseconds.
[[nodiscard]] bool is_process_gone(const std::string& address);

}  // namespace quorate::raft
