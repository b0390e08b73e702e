#include "controller/control/placement.h"

#include <algorithm>
#include <map>
#include <string>
#include <tuple>

#include "raft/base/check.h"

namespace quorate::controller {
namespace {

// The candidate with the least key; `first` is where the search begins, so that ties go to it.
template <typename Candidates, typename Key>
auto* least(Candidates& candidates, std::size_t first, Key key) {
  using Candidate = typename Candidates::value_type;
  Candidate* best = nullptr;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    Candidate& one = candidates[(first + i) % candidates.size()];
    if (!one.is_taken && (best == nullptr || key(one) < key(*best))) best = &one;
  }
  return best;
}

}  // namespace

ReplicaPlacer::ReplicaPlacer(const MetadataImage& image, std::uint64_t seed) : random_(seed) {
  std::map<std::string, std::size_t> racks;
  for (const auto& [id, broker] : image.cluster.brokers()) {
    if (!broker->takes_replicas()) {
      ++cordoned_count_;
      continue;
    }
    const std::size_t rack = racks.try_emplace(broker->rack, racks.size()).first->second;
    const BrokerHoldings& holdings = image.topics.index().of(id);
    Candidate candidate;
    candidate.id = id;
    candidate.rack = rack;
    candidate.is_active = broker->is_active();
    candidate.is_in_maintenance = broker->intent.maintenance;
    candidate.preferred = holdings.preferred;
    candidate.replicas = holdings.replicas.size();
    candidates_.push_back(candidate);
    active_count_ += candidate.is_active ? 1 : 0;
  }
  rack_use_.resize(racks.size());
}

Result<BrokerList> ReplicaPlacer::place(std::size_t replication_factor) {
  if (replication_factor == 0 || replication_factor > candidates_.size()) {
    return Status(Code::kInvalidArgument,
                  "replication factor " + std::to_string(replication_factor) + " with " +
                      std::to_string(candidates_.size()) + " registered brokers" +
                      (cordoned_count_ == 0 ? ""
                                            : " that are not cordoned; " +
                                                  std::to_string(cordoned_count_) + " more are"));
  }
  if (active_count_ == 0) {
    return Status(Code::kFailedPrecondition,
                  "all registered brokers are fenced" +
                      std::string(cordoned_count_ == 0 ? "" : " or cordoned"));
  }
  std::fill(rack_use_.begin(), rack_use_.end(), 0U);
  for (Candidate& candidate : candidates_)
    candidate.is_taken = false;

  std::vector<BrokerId> replicas;
  Candidate* chosen = best_leader();
  QUORATE_CHECK(chosen != nullptr && chosen->is_active);
  ++chosen->preferred;
  take(*chosen);
  replicas.push_back(chosen->id);
  while (replicas.size() < replication_factor) {
    chosen = best_follower();
    take(*chosen);
    replicas.push_back(chosen->id);
  }
  return BrokerList(replicas);
}

void ReplicaPlacer::account(const BrokerList& replicas) {
  for (Candidate& candidate : candidates_) {
    if (replicas.contains(candidate.id)) ++candidate.replicas;
    if (!replicas.empty() && replicas[0] == candidate.id) ++candidate.preferred;
  }
}

BrokerId ReplicaPlacer::replace(const BrokerList& replicas, BrokerId leaving) {
  std::fill(rack_use_.begin(), rack_use_.end(), 0U);
  for (Candidate& candidate : candidates_) {
    candidate.is_taken = replicas.contains(candidate.id);
    if (candidate.is_taken && candidate.id != leaving) ++rack_use_[candidate.rack];
  }
  const bool is_first = !replicas.empty() && replicas[0] == leaving;
  Candidate* best = least(candidates_, 0, [this, is_first](const Candidate& one) {
    const bool is_good = one.is_active && !one.is_in_maintenance;
    return std::make_tuple(
        !is_good, rack_use_[one.rack], is_first ? one.preferred : 0, one.replicas, one.id);
  });
  if (best == nullptr || !best->is_active || best->is_in_maintenance) return kNoBroker;
  best->preferred += is_first ? 1 : 0;
  take(*best);
  return best->id;
}

ReplicaPlacer::Candidate* ReplicaPlacer::best_leader() {
  return least(candidates_, random_.below(candidates_.size()), [](const Candidate& one) {
    return std::make_tuple(!one.is_active, one.is_in_maintenance, one.preferred, one.replicas);
  });
}

ReplicaPlacer::Candidate* ReplicaPlacer::best_follower() {
  return least(candidates_, random_.below(candidates_.size()), [this](const Candidate& one) {
    return std::make_tuple(!one.is_active,
                           one.is_in_maintenance,
                           rack_use_[one.rack],
                           one.replicas,
                           ~one.preferred);  // most preferred first
  });
}

void ReplicaPlacer::take(Candidate& candidate) {
  candidate.is_taken = true;
  ++candidate.replicas;
  ++rack_use_[candidate.rack];
}

}  // namespace quorate::controller
