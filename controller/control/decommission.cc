#include "controller/control/decommission.h"

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "controller/control/placement.h"
#include "controller/control/reassignment.h"

namespace quorate::controller {
namespace {

// Ties are broken by ids; load decides.
constexpr std::uint64_t kNoSeed = 0;

BrokerList with(const BrokerList& list, BrokerId out, BrokerId in) {
  std::vector<BrokerId> ids(list.begin(), list.end());
  std::replace(ids.begin(), ids.end(), out, in);
  return BrokerList(ids);
}

}  // namespace

bool is_replaced(const Partition& partition, BrokerId id) {
  if (!partition.is_moving() || partition.movement().adding.size() != 1) return false;
  const BrokerList& original = partition.movement().original;
  return original.contains(id) &&
         partition.target_replicas() == with(original, id, partition.movement().adding[0]);
}

BrokerId next_to_empty(const MetadataImage& image, BrokerId from) {
  const auto& brokers = image.cluster.brokers();
  for (auto at = brokers.lower_bound(from); at != brokers.end(); ++at) {
    if ((*at).value->intent.decommission) return (*at).key;
  }
  return kNoBroker;
}

std::string fault_of_decommission(const MetadataImage& image, BrokerId id) {
  std::vector<BrokerId> takers;
  for (const auto& [other, broker] : image.cluster.brokers()) {
    const bool takes = broker->takes_replicas() && !broker->intent.maintenance;
    if (other != id && takes && broker->is_active()) takers.push_back(other);
  }
  for (const auto& held : image.topics.index().of(id).replicas) {
    const TopicPartition at = image.topics.resolve(held.key);
    const BrokerList target = image.topics.find(at)->target_replicas();
    const auto could_take = [&](BrokerId other) { return !target.contains(other); };
    if (!target.contains(id) || std::any_of(takers.begin(), takers.end(), could_take)) continue;
    return "no active broker that takes replicas could have " + image.topics.find(at.topic)->name +
           "-" + std::to_string(at.partition) + " in its place";
  }
  return {};
}

namespace {

// What the partition shall have, and who is to be taken out of it; nothing when that is under way,
// is somebody else's business, or could not come to its end.
std::optional<BrokerList> list_to_change(const ClusterImage& cluster,
                                         const Partition& partition,
                                         BrokerId id) {
  if (partition.leader == kNoBroker || first_missing(cluster, partition)) return std::nullopt;
  if (!partition.is_moving()) return partition.replicas;
  const bool is_stuck =
      is_replaced(partition, id) && !cluster.is_active(partition.movement().adding[0]);
  if (is_stuck) return partition.movement().original;
  return std::nullopt;
}

}  // namespace

std::optional<BrokerId> first_missing(const ClusterImage& cluster, const Partition& partition) {
  for (const BrokerId id : partition.replicas) {
    if (cluster.find(id) == nullptr) return id;
  }
  return std::nullopt;
}

Resume begin_moves(Draft& draft, BrokerId id, PartitionKey from, const ControlOptions& options) {
  const TopicsImage topics = draft.image().topics;
  std::size_t under_way = topics.index().moving().size();
  ReplicaPlacer placer(draft.image(), kNoSeed);
  std::size_t examined = 0;
  const PartitionKeys& keys = topics.index().of(id).replicas;
  for (auto at = keys.lower_bound(from); at != keys.end(); ++at) {
    const bool is_full = draft.record_count() >= options.step.records_max;
    if (is_full || examined++ == options.step.examined_max) return (*at).key;
    const TopicPartition partition_id = topics.resolve((*at).key);
    const Partition& partition = *topics.find(partition_id);
    const auto list = list_to_change(draft.image().cluster, partition, id);
    const bool is_new = !partition.is_moving();
    if (!list || (is_new && under_way >= options.decommission.moves_max)) continue;
    const BrokerId taker = placer.replace(*list, id);
    if (taker == kNoBroker) continue;
    begin_move(draft, partition_id, with(*list, id, taker), options);
    under_way += is_new ? 1 : 0;
  }
  return {};
}

void take_moves_back(Draft& draft, BrokerId id, const ControlOptions& options) {
  const TopicsImage topics = draft.image().topics;
  for (const auto& item : topics.index().moving()) {
    if (draft.record_count() >= options.request_records_max) return;
    const TopicPartition at = topics.resolve(item.key);
    if (is_replaced(*topics.find(at), id)) cancel_move(draft, at, options);
  }
}

}  // namespace quorate::controller
