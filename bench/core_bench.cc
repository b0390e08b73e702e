// What consensus alone costs: processor time and allocations per committed entry, at the leader and
// at a follower.
//
//   core_bench [--entries N] [--rounds N] [--json FILE]
//   core_bench --work N     commits N entries, 64 at a time, and prints the allocations of each
//   role
//
// With --work the program does nothing that depends on time: the instructions of two numbers of
// entries, as callgrind counts them, differ by those of the entries (scripts/core_cost.py).
// Thread: main.
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <new>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "bench/core_group.h"
#include "bench/figures.h"

namespace {

std::uint64_t allocations = 0;

std::uint64_t count_allocations() {
  return allocations;
}

}  // namespace

// Every allocation of the program passes here. Not inlined: the compiler would take a free() that
// it sees for one that does not fit its new.
[[gnu::noinline]] void* operator new(std::size_t bytes) {
  ++allocations;
  void* memory = std::malloc(bytes);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

[[gnu::noinline]] void operator delete(void* memory) noexcept {
  std::free(memory);
}

[[gnu::noinline]] void operator delete(void* memory, std::size_t /*bytes*/) noexcept {
  std::free(memory);
}

namespace quorate::bench {
namespace {

constexpr int kOutstandingOfWork = 64;

struct CoreBenchOptions {
  int entries = 100'000;
  int rounds = 5;
  int work = 0;
  std::size_t bytes = 128;
  std::string json;
};

// Per entry.
struct Figures {
  double ns = 0;
  double allocations = 0;
};

struct Round {
  Figures leader;
  Figures follower;
};

using Group = CoreGroup<raft::Consensus>;

Group make_group() {
  return {
      [](const raft::Options& /*options*/, std::unique_ptr<raft::Consensus> core) { return core; },
      count_allocations};
}

Figures per_entry(const CoreCost& before, const CoreCost& after, double entries) {
  return {static_cast<double>((after.time - before.time).count()) / entries,
          static_cast<double>(after.allocations - before.allocations) / entries};
}

Round measure(const CoreBenchOptions& options, int outstanding) {
  Group group = make_group();
  const raft::SharedBytes payload(std::string(options.bytes, 'x'));
  group.run(options.entries / 10, outstanding, payload);
  const CoreCost leader = group.of_leader();
  const CoreCost follower = group.of_follower();
  const std::uint64_t before = group.committed();
  group.run(options.entries, outstanding, payload);
  const auto entries = static_cast<double>(group.committed() - before);
  return {per_entry(leader, group.of_leader(), entries),
          per_entry(follower, group.of_follower(), entries)};
}

nlohmann::json figures(const std::vector<Round>& rounds, Figures Round::* role) {
  std::vector<double> ns;
  for (const Round& round : rounds)
    ns.push_back((round.*role).ns);
  return {{"ns_per_entry", as_json(spread(ns))},
          {"allocations_per_entry", (rounds.front().*role).allocations}};
}

int run(const CoreBenchOptions& options) {
  std::printf("%11s %8s %14s %10s %10s %12s\n",
              "outstanding",
              "role",
              "ns per entry",
              "min",
              "max",
              "allocations");
  nlohmann::json report = nlohmann::json::array();
  for (const int outstanding : {1, 16, 64, 256, 1024}) {
    std::vector<Round> rounds;
    for (int round = 0; round < options.rounds; ++round)
      rounds.push_back(measure(options, outstanding));
    const nlohmann::json leader = figures(rounds, &Round::leader);
    const nlohmann::json follower = figures(rounds, &Round::follower);
    for (const auto& [name, role] :
         {std::pair{"leader", leader}, std::pair{"follower", follower}}) {
      const auto& ns = role["ns_per_entry"];
      std::printf("%11d %8s %14.0f %10.0f %10.0f %12.2f\n",
                  outstanding,
                  name,
                  ns["median"].get<double>(),
                  ns["min"].get<double>(),
                  ns["max"].get<double>(),
                  role["allocations_per_entry"].get<double>());
    }
    report.push_back({{"outstanding", outstanding}, {"leader", leader}, {"follower", follower}});
  }
  if (options.json.empty()) return 0;
  std::ofstream file(options.json);
  file << nlohmann::json{{"entries", options.entries}, {"bytes", options.bytes}, {"cases", report}}
              .dump(2)
       << '\n';
  if (file.flush()) return 0;
  std::cerr << options.json << " cannot be written\n";
  return 1;
}

int work(const CoreBenchOptions& options) {
  Group group = make_group();
  const raft::SharedBytes payload(std::string(options.bytes, 'x'));
  group.run(options.work, kOutstandingOfWork, payload);
  std::printf(
      "{\"committed\": %llu, \"leader_allocations\": %llu, \"follower_allocations\": %llu}\n",
      static_cast<unsigned long long>(group.committed()),
      static_cast<unsigned long long>(group.of_leader().allocations),
      static_cast<unsigned long long>(group.of_follower().allocations));
  return 0;
}

}  // namespace
}  // namespace quorate::bench

int main(int argc, char** argv) {
  using namespace quorate::bench;
  CoreBenchOptions options;
  CLI::App app("Processor time and allocations of consensus alone, per committed entry.");
  app.add_option("--entries", options.entries, "in each round")->check(CLI::PositiveNumber);
  app.add_option("--rounds", options.rounds)->check(CLI::PositiveNumber);
  app.add_option("--bytes", options.bytes, "of an entry");
  app.add_option("--work", options.work, "commit so many, and print what was allocated")
      ->check(CLI::PositiveNumber);
  app.add_option("--json", options.json, "write the figures to this file");
  CLI11_PARSE(app, argc, argv);
  return options.work > 0 ? work(options) : run(options);
}
