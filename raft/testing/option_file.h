// The options of a simulation by name: as lines "name = value" of a file, and as a list of numbers.
//
// Times are in microseconds of simulated time, ticks are the core's. What stands behind '#' is a
// comment. A file may name all options of a run or only those that differ from what the seed draws.
// Thread: pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "raft/base/status.h"
#include "raft/testing/sim_options.h"

namespace quorate::raft::testing {

// Every option, one line each, in an order of its own.
[[nodiscard]] std::string to_text(const SimOptions& options);
// Those that are not the simplest.
[[nodiscard]] std::string to_short_text(const SimOptions& options);

// `base` with what `text` names. kInvalidArgument names the line, and for options that do not go
// together the rule that they break.
Result<SimOptions> with_options(const SimOptions& base, std::string_view text);

// Ok, or kInvalidArgument naming the option.
Status validate(const SimOptions& options);

// One group of one calm replica with one client, for a moment.
[[nodiscard]] SimOptions simplest_options();

// The same order in all three.
[[nodiscard]] const std::vector<std::string_view>& option_names();
[[nodiscard]] std::vector<std::uint64_t> values_of(const SimOptions& options);
// Requires values.size() == option_names().size(). What does not fit a field is cut.
[[nodiscard]] SimOptions options_of(const std::vector<std::uint64_t>& values);

}  // namespace quorate::raft::testing
