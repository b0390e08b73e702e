// The topics and their partitions, by id and by name, with the indexes that decisions need.
//
// Each topic also gets a number when it enters the image, so that index keys take 8 bytes. Numbers
// ascend in the order of entry; two images of equal content may number differently.
//
// Invariants:
//   - names are unique, also after '.' became '_' (TOP-5)
//   - partitions of a topic are dense from 0
//   - the index equals a scan (PAR-13)
//
// Owner: MetadataImage. Thread: any, unchanged; copies share their contents.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "controller/image/node_ref.h"
#include "controller/image/node_slabs.h"
#include "controller/image/partition.h"
#include "controller/image/partition_index.h"
#include "controller/image/persistent_map.h"
#include "controller/image/persistent_vector.h"
#include "controller/image/types.h"
#include "raft/base/status.h"

namespace quorate::controller {

struct Topic : SlabNode<Topic> {
  Uuid id;
  std::uint64_t number = 0;
  std::string name;
  PersistentVector<Partition> partitions;

  // Null when there is no such partition.
  [[nodiscard]] const Partition* find(std::int32_t partition) const;

  static void dispose(Topic* topic) { delete topic; }
};

class TopicsImage {
 public:
  using ById = PersistentMap<Uuid, NodeRef<Topic>>;
  using ByName = PersistentMap<std::string, Uuid>;

  // In order of id; items' values are never null.
  [[nodiscard]] const ById& by_id() const { return by_id_; }
  // In order of name.
  [[nodiscard]] const ByName& by_name() const { return by_name_; }
  [[nodiscard]] std::size_t size() const { return by_id_.size(); }
  [[nodiscard]] std::size_t partition_count() const { return partition_count_; }

  // Null when absent.
  [[nodiscard]] const Topic* find(const Uuid& id) const;
  [[nodiscard]] const Topic* find(std::string_view name) const;
  [[nodiscard]] const Partition* find(const TopicPartition& id) const;
  // "orders-3", for messages; of a topic that is not there its id.
  [[nodiscard]] std::string name_of(const TopicPartition& id) const;
  // Name of a live topic that `name` cannot be told from once '.' became '_'; null when there is
  // none. A topic of just this name counts.
  [[nodiscard]] const std::string* colliding(std::string_view name) const;

  [[nodiscard]] const PartitionIndex& index() const { return index_; }
  // The partition that an index key means; the key must come from this image's index.
  [[nodiscard]] TopicPartition resolve(PartitionKey key) const;
  // Partitions of the topic, or of all topics when it is none, that have both an ISR and eligible
  // leaders outside it. In order.
  [[nodiscard]] std::vector<TopicPartition> with_eligible_beside_isr(const Uuid& topic) const;

  [[nodiscard]] std::uint64_t hash() const { return hash_; }

  // Errors: kAlreadyExists (id, name, or a name that collides), kInvalidArgument.
  Status add_topic(const Uuid& id, std::string name);
  // Errors: kNotFound.
  Status remove_topic(const Uuid& id);
  // The next partition of its topic. Errors: kNotFound (topic), kFailedPrecondition (not the next).
  Status add_partition(const TopicPartition& id, Partition partition);
  // Errors: kNotFound.
  Status put_partition(const TopicPartition& id, Partition partition);
  // Puts what `change` makes of the partition into its place. Errors: kNotFound, and those of
  // `change`; nothing is changed then.
  template <typename Change>
  Status change_partition(const TopicPartition& id, const Change& change) {
    ById::Walk walk(by_id_);
    ById::Spot spot = walk.seek(id.topic);
    return change_at(spot, id, change);
  }

  // As change_partition() for each of `places`, which do not descend by their `id`: puts what
  // `change(place, before)` makes of it into its place. Ends at the first error, with the place
  // that it is of; then only those before it are changed. What lies far away in memory is fetched
  // for many of them side by side.
  template <typename Place>
  struct ChangeEnd {
    Status status;
    const Place* failed = nullptr;
  };
  template <typename Place, typename FetchSoon, typename Change>
  ChangeEnd<Place> change_partitions(std::span<const Place> places,
                                     const FetchSoon& fetch,
                                     const Change& change) {
    ById::Walk walk(by_id_);
    for (std::size_t first = 0; first < places.size(); first += kFetchedMax) {
      const auto block = places.subspan(first, std::min(kFetchedMax, places.size() - first));
      Spots spots;
      for (std::size_t i = 0; i < block.size(); ++i) {
        fetch(block[i]);
        spots.ids[i] = block[i].id;
        spots.found[i] = walk.seek(block[i].id.topic);
      }
      fetch_soon(spots, block.size());
      for (std::size_t i = 0; i < block.size(); ++i) {
        const Place& place = block[i];
        const auto make = [&](const Partition& before) { return change(place, before); };
        Status status = change_at(spots.found[i], place.id, make);
        if (!status.is_ok()) return {std::move(status), &place};
      }
    }
    return {};
  }

 private:
  static Status no_partition(const TopicPartition& id);
  void replace(Topic& topic, std::int32_t number, Partition&& partition);

  // How many partitions are fetched side by side.
  static constexpr std::size_t kFetchedMax = 32;
  struct Spots {
    std::array<TopicPartition, kFetchedMax> ids;
    std::array<ById::Spot, kFetchedMax> found;
  };
  static void fetch_soon(Spots& spots, std::size_t count);

  // The topic for changing: itself when only this image reaches it, else a copy in its place.
  static Topic& own(NodeRef<Topic>& ref) {
    if (!ref.is_unique()) ref = NodeRef<Topic>(new Topic(*ref));
    return *ref;
  }
  template <typename Change>
  Status change_at(ById::Spot& spot, const TopicPartition& id, const Change& change) {
    const NodeRef<Topic>* topic = spot.find(id.topic);
    const Partition* before = topic == nullptr ? nullptr : (*topic)->find(id.partition);
    if (before == nullptr) return no_partition(id);
    Result<Partition> after = change(*before);
    if (!after.is_ok()) return after.status();
    replace(own(spot.own_value()), id.partition, std::move(*after));
    return Status::ok();
  }

  ById by_id_;
  ByName by_name_;
  PersistentMap<std::string, std::string> by_folded_name_;  // only of names with '.' or '_'
  PersistentMap<std::uint64_t, Uuid> by_number_;
  PartitionIndex index_;
  std::uint64_t next_number_ = 0;
  std::size_t partition_count_ = 0;
  std::uint64_t hash_ = 0;
};

}  // namespace quorate::controller
