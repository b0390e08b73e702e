#include "broker-stub/replica/waiters.h"

#include <algorithm>
#include <utility>

namespace quorate::broker {

using controller::TopicPartition;

Waiters::Watch::Watch(Watch&& other) noexcept
    : owner_(std::exchange(other.owner_, nullptr)), number_(other.number_) {}

Waiters::Watch::~Watch() {
  if (owner_ != nullptr) owner_->end(number_);
}

std::optional<Waiters::Watch> Waiters::watch(const std::vector<TopicPartition>& partitions,
                                             std::function<void()> wake) {
  if (watches_ + partitions.size() > watches_max_) return std::nullopt;
  const std::uint64_t number = next_++;
  for (const TopicPartition& partition : partitions)
    by_partition_[partition].push_back(number);
  watches_ += partitions.size();
  waiting_.emplace(number, Waiting{partitions, std::move(wake)});
  return Watch(*this, number);
}

void Waiters::wake(const TopicPartition& partition) {
  const auto found = by_partition_.find(partition);
  if (found == by_partition_.end()) return;
  // Waking only schedules: nobody's watch ends inside of this loop.
  for (const std::uint64_t number : found->second)
    waiting_.at(number).wake();
}

void Waiters::end(std::uint64_t number) {
  const auto found = waiting_.find(number);
  for (const TopicPartition& partition : found->second.partitions) {
    const auto list = by_partition_.find(partition);
    if (list == by_partition_.end()) continue;  // named twice
    std::erase(list->second, number);
    if (list->second.empty()) by_partition_.erase(list);
  }
  watches_ -= found->second.partitions.size();
  waiting_.erase(found);
}

}  // namespace quorate::broker
