// What the flight recorder costs: three cores in one thread, with and without it, by turns.
//
//   flight_bench [rounds]     one JSON object: nanoseconds per committed entry and their ratio
//
// Nothing but the cores runs (no disk, no network, no threads), so that the share shown is the
// largest there can be. Thread: main.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <memory>
#include <utility>
#include <vector>

#include "raft/server/recorded_core.h"

namespace quorate::raft {
namespace {

constexpr int kEntries = 200'000;
constexpr int kOutstanding = 64;
constexpr std::size_t kPayloadBytes = 128;
constexpr std::size_t kRecordingBytes = 16U << 20U;

ReplicaId replica(std::uint64_t node) {
  return {NodeId{node}, Incarnation{7, node}};
}

// A group whose first node leads.
class Group {
 public:
  explicit Group(std::size_t recording_bytes) {
    Recovered recovered;
    recovered.snapshot.membership.voters = {replica(1), replica(2), replica(3)};
    for (std::uint64_t node = 1; node <= 3; ++node) {
      Options options;
      options.cluster = {1, 2};
      options.self = replica(node);
      auto core = Consensus::create(options, recovered, Random(node));
      cores_.push_back(
          std::make_unique<RecordedCore>(options, std::move(core).value(), recording_bytes));
    }
    cores_[0]->campaign();
    settle();
  }

  // Proposes and commits `count` entries.
  void run(int count) {
    const SharedBytes payload(std::string(kPayloadBytes, 'x'));
    for (int done = 0; done < count; done += kOutstanding) {
      for (int i = 0; i < kOutstanding; ++i)
        cores_[0]->propose({.token = ++token_, .data = payload});
      settle();
    }
  }
  [[nodiscard]] Index committed() const { return cores_[0]->commit_index(); }

 private:
  void settle() {
    do {
      for (auto& core : cores_)
        drain(*core);
      std::deque<Message> messages = std::exchange(wire_, {});
      for (Message& message : messages)
        cores_[message.to.node.value - 1]->step(std::move(message));
    } while (!wire_.empty() || has_ready());
  }
  [[nodiscard]] bool has_ready() const {
    return std::any_of(
        cores_.begin(), cores_.end(), [](const auto& core) { return core->has_ready(); });
  }
  void drain(RecordedCore& core) {
    while (core.has_ready()) {
      Ready ready = core.take_ready();
      for (Message& message : ready.messages)
        wire_.push_back(std::move(message));
      if (ready.persist) core.persisted(ready.persist->seq);
      if (!ready.apply.empty()) core.applied(ready.apply.last);
    }
  }

  std::vector<std::unique_ptr<RecordedCore>> cores_;
  std::deque<Message> wire_;
  ProposalToken token_ = 0;
};

// Nanoseconds per committed entry, over all three cores.
double measure(std::size_t recording_bytes) {
  Group group(recording_bytes);
  group.run(kEntries / 10);
  const Index before = group.committed();
  const auto start = std::chrono::steady_clock::now();
  group.run(kEntries);
  const std::chrono::duration<double, std::nano> took = std::chrono::steady_clock::now() - start;
  return took.count() / static_cast<double>(group.committed().value - before.value);
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
