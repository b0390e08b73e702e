// What a controller's configuration says of its Raft replica: the keys that only concern it, and
// all of it as options of the library.
//
// Thread: values.
#pragma once

#include <cstdint>
#include <vector>

#include "controller/service/controller_config.h"
#include "raft/server/options.h"

namespace quorate::controller {

inline constexpr std::int64_t kTickMs = 10;
inline constexpr std::int64_t kHourMs = 3'600'000;

// Leases, priority, flight recorder.
[[nodiscard]] std::vector<OptionSpec> raft_option_specs();
// Reads them; config.election_timeout_ms and heartbeat_ms are there already.
Status read_raft_options(const Properties& properties, ControllerConfig& config);

// All but whose replica it is.
[[nodiscard]] raft::ServerOptions to_server_options(const ControllerConfig& config);

}  // namespace quorate::controller
