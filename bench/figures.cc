#include "bench/figures.h"

#include <algorithm>
#include <cstdio>
#include <utility>

#include <nlohmann/json.hpp>

namespace quorate::bench {

double quantile_ns(const std::vector<std::uint32_t>& sorted, double q) {
  if (sorted.empty()) return 0;
  const auto rank = static_cast<std::size_t>(q * static_cast<double>(sorted.size()));
  return sorted[std::min(rank, sorted.size() - 1)] * 100.0;
}

Figures figures_of(Mark mark, std::int64_t cpu_ns) {
  std::sort(mark.latencies.begin(), mark.latencies.end());
  const auto operations = static_cast<double>(mark.operations);
  return {.per_second = operations / static_cast<double>(mark.elapsed_ns) * 1e9,
          .p50_us = quantile_ns(mark.latencies, 0.5) / 1e3,
          .p99_us = quantile_ns(mark.latencies, 0.99) / 1e3,
          .p999_us = quantile_ns(mark.latencies, 0.999) / 1e3,
          .cpu_us = static_cast<double>(cpu_ns) / 1e3 / operations};
}

Spread spread(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t middle = values.size() / 2;
  const double median =
      values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
  return {.min = values.front(), .median = median, .max = values.back()};
}

nlohmann::json as_json(const Spread& spread) {
  return {{"min", spread.min}, {"median", spread.median}, {"max", spread.max}};
}

Spread spread(const std::vector<Figures>& rounds, double Figures::* field) {
  std::vector<double> values;
  for (const Figures& round : rounds)
    values.push_back(round.*field);
  return spread(std::move(values));
}

nlohmann::json summarize(const std::vector<Figures>& rounds) {
  return {{"rounds", rounds.size()},
          {"per_second", as_json(spread(rounds, &Figures::per_second))},
          {"p50_us", as_json(spread(rounds, &Figures::p50_us))},
          {"p99_us", as_json(spread(rounds, &Figures::p99_us))},
          {"p999_us", as_json(spread(rounds, &Figures::p999_us))},
          {"cpu_us_per_operation", as_json(spread(rounds, &Figures::cpu_us))}};
}

void print_header() {
  std::printf(" path  load   op/s min    median       max   p50 us   p99 us p99.9 us   cpu us\n");
}

void print_row(const std::string& path, std::size_t load, const std::vector<Figures>& rounds) {
  const Spread rate = spread(rounds, &Figures::per_second);
  std::printf("%5s %5zu  %9.0f %9.0f %9.0f  %8.0f %8.0f %8.0f  %7.2f\n",
              path.c_str(),
              load,
              rate.min,
              rate.median,
              rate.max,
              spread(rounds, &Figures::p50_us).median,
              spread(rounds, &Figures::p99_us).median,
              spread(rounds, &Figures::p999_us).median,
              spread(rounds, &Figures::cpu_us).median);
  std::fflush(stdout);
}

nlohmann::json print_ratio(std::size_t load,
                           const std::vector<Figures>& ours,
                           const std::vector<Figures>& bare) {
  const auto ratio = [&](double Figures::* field) {
    return spread(ours, field).median / spread(bare, field).median;
  };
  const double throughput = ratio(&Figures::per_second);
  const double p50 = ratio(&Figures::p50_us);
  const double p99 = ratio(&Figures::p99_us);
  std::printf("ratio %5zu  throughput %.2f  p50 %.2f  p99 %.2f\n", load, throughput, p50, p99);
  std::fflush(stdout);
  return {{"throughput_ratio", throughput}, {"p50_ratio", p50}, {"p99_ratio", p99}};
}

}  // namespace quorate::bench
