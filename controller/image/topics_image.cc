#include "controller/image/topics_image.h"

#include <algorithm>
#include <array>
#include <utility>

#include "controller/image/entity_hash.h"
#include "raft/base/check.h"

namespace quorate::controller {
namespace {

constexpr std::uint64_t kTopicsHashTag = 0x746f7069;  // "topi"

std::uint64_t entity_hash(const Topic& topic) {
  EntityHash hash(kTopicsHashTag);
  return hash.add(topic.id.high).add(topic.id.low).add_text(topic.name).value();
}

// Metrics of brokers cannot tell '.' from '_', so neither may names.
std::string folded(std::string_view name) {
  std::string to(name);
  std::replace(to.begin(), to.end(), '.', '_');
  return to;
}

// Whether folding can make the name equal to another one.
bool is_foldable(std::string_view name) {
  return name.find_first_of("._") != name.npos;
}

std::string text_of(const TopicPartition& id) {
  return to_string(id.topic) + "-" + std::to_string(id.partition);
}

Status no_topic(const Uuid& id) {
  return {Code::kNotFound, "no topic " + to_string(id)};
}

}  // namespace

const Partition* Topic::find(std::int32_t partition) const {
  if (partition < 0 || static_cast<std::size_t>(partition) >= partitions.size()) return nullptr;
  return &partitions[static_cast<std::size_t>(partition)];
}

const Topic* TopicsImage::find(const Uuid& id) const {
  const NodeRef<Topic>* found = by_id_.find(id);
  return found == nullptr ? nullptr : found->get();
}

const Topic* TopicsImage::find(std::string_view name) const {
  const Uuid* id = by_name_.find(name);
  return id == nullptr ? nullptr : find(*id);
}

const Partition* TopicsImage::find(const TopicPartition& id) const {
  const Topic* topic = find(id.topic);
  return topic == nullptr ? nullptr : topic->find(id.partition);
}

std::string TopicsImage::name_of(const TopicPartition& id) const {
  const Topic* topic = find(id.topic);
  return (topic == nullptr ? to_string(id.topic) : topic->name) + "-" +
         std::to_string(id.partition);
}

const std::string* TopicsImage::colliding(std::string_view name) const {
  return is_foldable(name) ? by_folded_name_.find(folded(name)) : nullptr;
}

TopicPartition TopicsImage::resolve(PartitionKey key) const {
  const Uuid* id = by_number_.find(topic_number_of(key));
  QUORATE_CHECK(id != nullptr);
  return {*id, partition_of(key)};
}

std::vector<TopicPartition> TopicsImage::with_eligible_beside_isr(const Uuid& topic) const {
  std::vector<TopicPartition> found;
  const Topic* one = topic.is_none() ? nullptr : find(topic);
  if (one == nullptr && !topic.is_none()) return found;
  for (const auto& [broker, holdings] : index_.brokers()) {
    const PartitionKeys& keys = holdings.last_resort;
    auto at = one == nullptr ? keys.begin() : keys.lower_bound(partition_key(one->number, 0));
    for (; at != keys.end(); ++at) {
      const PartitionKey key = (*at).key;
      if (one != nullptr && topic_number_of(key) != one->number) break;
      const TopicPartition id = resolve(key);
      if (find(id)->eligible().empty()) continue;
      if (!find(id)->isr.empty()) found.push_back(id);
    }
  }
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

Status TopicsImage::add_topic(const Uuid& id, std::string name) {
  if (id.is_none() || name.empty()) {
    return {Code::kInvalidArgument, "a topic needs an id and a name"};
  }
  if (find(id) != nullptr) return {Code::kAlreadyExists, "topic id " + to_string(id) + " exists"};
  if (find(name) != nullptr) return {Code::kAlreadyExists, "topic " + name + " exists"};
  if (const std::string* other = colliding(name)) {
    return {Code::kAlreadyExists, "topic name " + name + " collides with " + *other};
  }
  NodeRef<Topic> topic(new Topic);
  topic->id = id;
  topic->name = name;
  topic->number = next_number_++;
  hash_ += entity_hash(*topic);
  by_number_.set(topic->number, id);
  by_id_.set(id, std::move(topic));
  if (is_foldable(name)) by_folded_name_.set(folded(name), name);
  by_name_.set(std::move(name), id);
  return Status::ok();
}

Status TopicsImage::remove_topic(const Uuid& id) {
  const NodeRef<Topic>* found = by_id_.find(id);
  if (found == nullptr) return no_topic(id);
  const NodeRef<Topic> topic = *found;
  topic->partitions.for_each([&](std::size_t at, const Partition& partition) {
    const auto number = static_cast<std::int32_t>(at);
    index_.remove(partition_key(topic->number, number), partition);
    hash_ -= controller::entity_hash(TopicPartition{id, number}, partition);
  });
  partition_count_ -= topic->partitions.size();
  hash_ -= entity_hash(*topic);
  by_folded_name_.erase(folded(topic->name));
  by_name_.erase(topic->name);
  by_number_.erase(topic->number);
  by_id_.erase(id);
  return Status::ok();
}

Status TopicsImage::add_partition(const TopicPartition& id, Partition partition) {
  NodeRef<Topic>* found = by_id_.find_mutable(id.topic);
  if (found == nullptr) return no_topic(id.topic);
  Topic& topic = own(*found);
  if (id.partition != static_cast<std::int32_t>(topic.partitions.size()) ||
      id.partition >= kPartitionsPerTopicMax) {
    return {Code::kFailedPrecondition, "partition " + text_of(id) + " is not the next one"};
  }
  index_.add(partition_key(topic.number, id.partition), partition);
  hash_ += controller::entity_hash(id, partition);
  topic.partitions.push_back(std::move(partition));
  ++partition_count_;
  return Status::ok();
}

Status TopicsImage::put_partition(const TopicPartition& id, Partition partition) {
  return change_partition(
      id, [&](const Partition&) { return Result<Partition>(std::move(partition)); });
}

Status TopicsImage::no_partition(const TopicPartition& id) {
  return {Code::kNotFound, "no partition " + text_of(id)};
}

// Requires that it is there.
void TopicsImage::replace(Topic& topic, std::int32_t number, Partition&& partition) {
  const auto at = static_cast<std::size_t>(number);
  const Partition& before = topic.partitions[at];
  index_.change(partition_key(topic.number, number), before, partition);
  hash_ += entity_hash_step({topic.id, number}, before, partition);
  topic.partitions.set(at, std::move(partition));
}

// Step by step for all: each step needs what the one before has fetched.
void TopicsImage::fetch_soon(Spots& spots, std::size_t count) {
  const auto is_new_leaf = [&](std::size_t i) {
    return i == 0 || !spots.found[i].is_in_leaf_of(spots.found[i - 1]);
  };
  for (std::size_t i = 0; i < count; ++i) {
    if (is_new_leaf(i)) spots.found[i].fetch_soon();
  }
  std::array<const Topic*, kFetchedMax> topics{};
  for (std::size_t i = 0; i < count; ++i) {
    const NodeRef<Topic>* topic = spots.found[i].find(spots.ids[i].topic);
    if (topic == nullptr) continue;
    topics[i] = topic->get();
    controller::fetch_soon(topics[i], sizeof(Topic));
    if (is_new_leaf(i)) spots.found[i].fetch_for_own_soon();
  }
  for (std::size_t i = 0; i < count; ++i) {
    const std::int32_t number = spots.ids[i].partition;
    if (topics[i] == nullptr || topics[i]->find(number) == nullptr) continue;
    topics[i]->partitions.fetch_soon(static_cast<std::size_t>(number));
  }
}

}  // namespace quorate::controller
