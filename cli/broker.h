// `quorate broker`: what operators want of brokers, and taking a registration away.
// Thread: main.
#pragma once

#include <cstdint>

#include "cli/connection.h"

namespace quorate::cli {

// The exit status. Done when the command is accepted, or, of a broker with many partitions, when
// they have begun to leave it: the words and the JSON say which.
int broker_unregister(const GlobalOptions& options, std::int32_t id);

enum class BrokerWish : std::uint8_t { kCordon, kUncordon };
// The exit status.
int broker_alter(const GlobalOptions& options, std::int32_t id, BrokerWish wish);

}  // namespace quorate::cli
