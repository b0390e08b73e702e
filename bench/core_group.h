// CoreGroup: three cores in one thread with nothing around them: no disk, no network, no loops.
//
// What is shown is the cost of consensus itself, per committed entry and apart for the leader and
// for a follower. Messages are delivered in the order in which they were sent; what is written is
// durable at once.
//
// Core is raft::Consensus or has the same functions. Owner and thread: the benchmark.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "raft/core/consensus.h"

namespace quorate::bench {

// What a role did.
struct CoreCost {
  std::chrono::nanoseconds time{0};
  std::uint64_t allocations = 0;
};

// So many allocations were made so far; a program that does not count them returns 0.
using AllocationCounter = std::uint64_t (*)();

template <typename Core>
class CoreGroup {
 public:
  // `make` turns the core of a node, and the options it was made of, into a Core.
  template <typename Make>
  CoreGroup(Make make, AllocationCounter allocations) : allocations_(allocations) {
    raft::Recovered recovered;
    for (std::uint64_t node = 1; node <= kNodes; ++node)
      recovered.snapshot.membership.voters.push_back(replica(node));
    for (std::uint64_t node = 1; node <= kNodes; ++node) {
      raft::Options options;
      options.cluster = {1, 2};
      options.self = replica(node);
      auto core = raft::Consensus::create(options, recovered, Random(node));
      cores_.push_back(make(options, std::move(core).value()));
    }
    leader().campaign();
    settle();
  }

  // Proposes and commits `count` entries of `payload`, `outstanding` at a time.
  void run(int count, int outstanding, const raft::SharedBytes& payload) {
    for (int done = 0; done < count; done += outstanding) {
      measured(0, [&] {
        for (int i = 0; i < std::min(outstanding, count - done); ++i)
          leader().propose({.token = ++token_, .data = payload});
      });
      settle();
    }
  }

  [[nodiscard]] std::uint64_t committed() { return leader().commit_index().value; }
  [[nodiscard]] const CoreCost& of_leader() const { return costs_[0]; }
  [[nodiscard]] const CoreCost& of_follower() const { return costs_[1]; }

 private:
  static constexpr std::uint64_t kNodes = 3;

  static raft::ReplicaId replica(std::uint64_t node) {
    return {raft::NodeId{node}, raft::Incarnation{7, node}};
  }
  Core& leader() { return *cores_[0]; }

  template <typename Work>
  void measured(std::size_t at, Work work) {
    const std::uint64_t allocations = allocations_();
    const auto start = std::chrono::steady_clock::now();
    work();
    costs_[at].time += std::chrono::steady_clock::now() - start;
    costs_[at].allocations += allocations_() - allocations;
  }

  // Each core takes all that was sent to it at once, as a turn of a server does.
  void settle() {
    bool is_busy = true;
    while (is_busy) {
      is_busy = false;
      for (std::size_t at = 0; at < kNodes; ++at) {
        std::deque<raft::Message> inbox = std::exchange(inboxes_[at], {});
        if (inbox.empty() && !cores_[at]->has_ready()) continue;
        is_busy = true;
        measured(at, [&] {
          for (raft::Message& message : inbox)
            cores_[at]->step(std::move(message));
          drain(*cores_[at]);
        });
        for (raft::Message& message : std::exchange(sent_, {}))
          inboxes_[message.to.node.value - 1].push_back(std::move(message));
      }
    }
  }
  void drain(Core& core) {
    while (core.has_ready()) {
      raft::Ready ready = core.take_ready();
      for (raft::Message& message : ready.messages)
        sent_.push_back(std::move(message));
      if (ready.persist) core.persisted(ready.persist->seq);
      if (!ready.apply.empty()) core.applied(ready.apply.last);
    }
  }

  AllocationCounter allocations_;
  std::vector<std::unique_ptr<Core>> cores_;
  std::deque<raft::Message> inboxes_[kNodes];
  std::vector<raft::Message> sent_;
  CoreCost costs_[kNodes];
  raft::ProposalToken token_ = 0;
};

}  // namespace quorate::bench
