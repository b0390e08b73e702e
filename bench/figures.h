// What a benchmark says: the figures of one round, and their spread over all rounds of one load.
//
// Thread: any; nothing is shared.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "bench/closed_loop.h"

namespace quorate::bench {

struct Figures {
  double per_second = 0;
  double p50_us = 0;
  double p99_us = 0;
  double p999_us = 0;
  double cpu_us = 0;  // per operation, all processes that serve it
};

struct Spread {
  double min = 0;
  double median = 0;
  double max = 0;
};

// Latency that a share `q` of the operations did not exceed; they must be sorted.
[[nodiscard]] double quantile_ns(const std::vector<std::uint32_t>& sorted, double q);

// Of one round, in which the serving processes used `cpu_ns`.
[[nodiscard]] Figures figures_of(Mark mark, std::int64_t cpu_ns);

// Of at least one value.
[[nodiscard]] Spread spread(std::vector<double> values);
[[nodiscard]] nlohmann::json as_json(const Spread& spread);

// Of one field over at least one round.
[[nodiscard]] Spread spread(const std::vector<Figures>& rounds, double Figures::* field);

[[nodiscard]] nlohmann::json summarize(const std::vector<Figures>& rounds);

// A table on standard output.
void print_header();
void print_row(const std::string& path, std::size_t load, const std::vector<Figures>& rounds);
// Medians of `ours` over those of `bare`; printed, and given with the names of the ratios.
[[nodiscard]] nlohmann::json print_ratio(std::size_t load,
                                         const std::vector<Figures>& ours,
                                         const std::vector<Figures>& bare);

}  // namespace quorate::bench
