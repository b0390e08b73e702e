// What a controller's configuration says of how much clients and operators may do.
//
// Thread: values.
#pragma once

#include <vector>

#include "controller/service/controller_config.h"

namespace quorate::controller {

// The window of the mutation quota (QUO-3), how many clients it is counted for (QUO-4), brokers in
// maintenance (OPS-4).
[[nodiscard]] std::vector<OptionSpec> limit_option_specs();
void read_limit_options(const Properties& properties, ControllerConfig& config);

}  // namespace quorate::controller
