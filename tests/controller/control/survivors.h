// What acknowledged records are worth (PAR-14): for each partition, who has the last record that
// was acknowledged at acks=all, were one written whenever the ISR is large enough. Without an
// unclean election the leader is always one of them, and when nobody leads, one of them is in sync
// or eligible; unless all of them have lost their disks.
//
// Owner and thread: one test.
#pragma once

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>

#include <catch2/catch.hpp>

#include "tests/controller/control/naive_model.h"

namespace quorate::controller::testing {

class Survivors {
 public:
  // What this broker had may be gone.
  void lose(int id) {
    for (auto& [where, holders] : holders_)
      holders.erase(id);
  }

  // The leader has seen that these have all that it has; who of them leads or is in sync after a
  // hand-over is another matter.
  void catch_up(const NaiveProposal& proposal) {
    const auto found =
        holders_.find({proposal.topic, static_cast<std::size_t>(proposal.partition)});
    if (found == holders_.end() || !found->second.contains(proposal.sender)) return;
    found->second.insert(proposal.isr.begin(), proposal.isr.end());
  }

  // min.insync.replicas may have changed: who was eligible is not counted on any more (CFG-6).
  void forget_others(const NaiveModel& model) {
    for (auto& [where, holders] : holders_) {
      const auto topic = model.topics.find(where.first);
      if (topic == model.topics.end()) continue;
      const NaivePartition& one = topic->second.at(where.second);
      std::erase_if(holders, [&](int id) { return !has(one.isr, id) && !has(one.elr, id); });
    }
  }

  // Nothing is promised without eligible leaders.
  void forget_all() { holders_.clear(); }

  void observe(const NaiveModel& model) {
    std::erase_if(holders_,
                  [&](const auto& one) { return !model.topics.contains(one.first.first); });
    for (const auto& [name, partitions] : model.topics) {
      const int min_isr = model.min_isr_of(name);
      for (std::size_t i = 0; i < partitions.size(); ++i) {
        const NaivePartition& one = partitions[i];
        const std::size_t wanted = std::min(static_cast<std::size_t>(min_isr), one.replicas.size());
        observe(one, wanted, holders_[{name, i}]);
      }
    }
  }

  // How often somebody led, or could have led, while the ISR was too small.
  [[nodiscard]] int close_calls() const { return close_calls_; }

 private:
  void observe(const NaivePartition& one, std::size_t wanted, std::set<int>& holders) {
    const std::set<int> isr(one.isr.begin(), one.isr.end());
    // Who is no replica any more has dropped it.
    std::erase_if(holders, [&](int id) { return !has(one.replicas, id); });
    const bool is_large = isr.size() >= wanted;
    if (!one.recovering && !holders.empty()) {
      if (one.leader != -1) {
        REQUIRE(holders.contains(one.leader));
      } else {
        const auto has_it = [&](int id) { return holders.contains(id); };
        REQUIRE((std::any_of(isr.begin(), isr.end(), has_it) ||
                 std::any_of(one.elr.begin(), one.elr.end(), has_it)));
      }
      close_calls_ += is_large ? 0 : 1;
    }
    if (is_large || one.recovering) {
      holders = isr;
    } else if (holders.contains(one.leader)) {
      holders.insert(isr.begin(), isr.end());
    }
  }

  std::map<std::pair<std::string, std::size_t>, std::set<int>> holders_;
  int close_calls_ = 0;
};

}  // namespace quorate::controller::testing
