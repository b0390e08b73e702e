// `quorate broker`: what operators want of brokers, and taking a registration away.
// Thread: main.
#pragma once

#include <cstdint>

#include "cli/connection.h"

namespace quorate::cli {

// The exit status. Done when the command is accepted, or, of a broker with many partitions, when
// they have begun to leave it: the words and the JSON say which.
int broker_unregister(const GlobalOptions& options, std::int32_t id);

enum class BrokerWish : std::uint8_t {
  kCordon,
  kUncordon,
  kDrain,
  kResume,
  kDecommission,
  kRecommission,
};
struct WishOptions {
  std::int32_t id = -1;
  BrokerWish wish = BrokerWish::kCordon;
  bool force = false;
  // Until it leads nothing (drain) or has nothing (decommission); 0: that goes on by itself.
  int wait_seconds = 0;
};
// The exit status; Exit::kTimedOut when what was waited for has not ended yet.
int broker_alter(const GlobalOptions& options, const WishOptions& wanted);

}  // namespace quorate::cli
