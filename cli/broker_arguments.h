// The arguments of `quorate broker`. Thread: main.
#pragma once

#include <cstdint>
#include <functional>

#include <CLI/CLI.hpp>

#include "cli/broker.h"
#include "cli/connection.h"
#include "cli/plan.h"

namespace quorate::cli {

struct BrokerArguments {
  std::int32_t id = -1;
  LossOptions loss;
  WishOptions wish;
};

// `command` becomes what the chosen subcommand does.
void add_broker(CLI::App& app,
                GlobalOptions& global,
                BrokerArguments& arguments,
                std::function<int()>& command);

}  // namespace quorate::cli
