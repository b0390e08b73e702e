// What the flight recorder costs: three cores in one thread, with and without it, by turns.
//
//   flight_bench [rounds]     one JSON object: nanoseconds per committed entry and their ratio
//
// Nothing but the cores runs (no disk, no network, no threads), so that the share shown is the
// largest there can be. Thread: main.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <utility>
#include <vector>

#include "bench/core_group.h"
#include "raft/server/recorded_core.h"

namespace quorate::raft {
namespace {

constexpr int kEntries = 200'000;
constexpr int kOutstanding = 64;
constexpr std::size_t kPayloadBytes = 128;
constexpr std::size_t kRecordingBytes = 16U << 20U;

// Nanoseconds per committed entry, over all three cores.
double measure(std::size_t recording_bytes) {
  bench::CoreGroup<RecordedCore> group(
      [&](const Options& options, std::unique_ptr<Consensus> core) {
        return std::make_unique<RecordedCore>(options, std::move(core), recording_bytes);
      },
      [] { return std::uint64_t{0}; });
  const SharedBytes payload(std::string(kPayloadBytes, 'x'));
  group.run(kEntries / 10, kOutstanding, payload);
  const std::uint64_t before = group.committed();
  const auto start = std::chrono::steady_clock::now();
  group.run(kEntries, kOutstanding, payload);
  const std::chrono::duration<double, std::nano> took = std::chrono::steady_clock::now() - start;
  return took.count() / static_cast<double>(group.committed() - before);
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

int run(int rounds) {
  std::vector<double> without;
  std::vector<double> with;
  for (int i = 0; i < rounds; ++i) {
    without.push_back(measure(0));
    with.push_back(measure(kRecordingBytes));
  }
  std::printf("{\"rounds\": %d, \"without_ns\": %.0f, \"with_ns\": %.0f, \"ratio\": %.3f}\n",
              rounds,
              median(without),
              median(with),
              median(with) / median(without));
  return 0;
}

}  // namespace
}  // namespace quorate::raft

int main(int argc, char** argv) {
  return quorate::raft::run(argc > 1 ? std::max(1, std::atoi(argv[1])) : 5);
}
