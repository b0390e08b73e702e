#include "controller/service/limit_options.h"

#include <string_view>

namespace quorate::controller {

std::vector<OptionSpec> limit_option_specs() {
  return {
      integer_option("maintenance.brokers.max",
                     "1",
                     {1, 1'000},
                     "So many brokers may be in maintenance at a time (quorate broker drain)."),
      integer_option("controller.quota.window.num",
                     "11",
                     {1, 3'600},
                     "A client that was idle may create and delete at once what its "
                     "controller_mutation_rate allows in so many windows."),
      integer_option(
          "controller.quota.window.size.seconds", "1", {1, 3'600}, "Length of such a window."),
      integer_option(
          "controller.quota.clients.max",
          "10000",
          {1, 1'000'000},
          "So many clients are told apart at a time; one more takes the place of the one "
          "that has least to wait for."),
  };
}

void read_limit_options(const Properties& properties, ControllerConfig& config) {
  const auto number = [&](std::string_view key) {
    return static_cast<std::uint32_t>(properties.integer(key));
  };
  config.maintenance_brokers_max = number("maintenance.brokers.max");
  config.mutation_quota.burst_seconds =
      number("controller.quota.window.num") * number("controller.quota.window.size.seconds");
  config.mutation_quota.buckets_max = number("controller.quota.clients.max");
}

}  // namespace quorate::controller
