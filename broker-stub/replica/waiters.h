// Waiters: who waits for something to happen in a partition (Produce for replication, Fetch for
// data), without a thread per request.
//
// A waiter is a function that wakes somebody up; it is called on every change of its partitions
// until its Watch is destroyed, so whoever is woken looks again at what it waits for.
//
// Bound: watches_max; when full, watch() gives an empty Watch and the caller must not wait.
// Owner: Replicas. Thread: the broker thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <vector>

#include "controller/image/types.h"

namespace quorate::broker {

class Waiters {
 public:
  explicit Waiters(std::size_t watches_max) : watches_max_(watches_max) {}
  Waiters(const Waiters&) = delete;
  Waiters& operator=(const Waiters&) = delete;

  // Ends the watching when destroyed. Must not outlive the Waiters.
  class Watch {
   public:
    Watch(Watch&& other) noexcept;
    Watch& operator=(Watch&&) = delete;
    ~Watch();

   private:
    friend class Waiters;
    Watch(Waiters& owner, std::uint64_t number) : owner_(&owner), number_(number) {}
    Waiters* owner_;
    std::uint64_t number_;
  };

  // Nothing when there is no room for them.
  [[nodiscard]] std::optional<Watch> watch(
      const std::vector<controller::TopicPartition>& partitions, std::function<void()> wake);
  void wake(const controller::TopicPartition& partition);
  [[nodiscard]] std::size_t size() const { return watches_; }

 private:
  struct Waiting {
    std::vector<controller::TopicPartition> partitions;
    std::function<void()> wake;
  };
  void end(std::uint64_t number);

  std::size_t watches_max_;
  std::size_t watches_ = 0;
  std::uint64_t next_ = 0;
  std::map<std::uint64_t, Waiting> waiting_;
  std::map<controller::TopicPartition, std::vector<std::uint64_t>> by_partition_;
};

}  // namespace quorate::broker
