// The naive model: partitions that are moved to other replicas, and topics that get more.
#include <algorithm>

#include "tests/controller/control/naive_model.h"

namespace quorate::controller::testing {
namespace {

std::vector<int> less(const std::vector<int>& list, const std::vector<int>& other) {
  std::vector<int> rest;
  for (const int id : list) {
    if (!has(other, id)) rest.push_back(id);
  }
  return rest;
}

std::vector<int> sorted(std::vector<int> list) {
  std::sort(list.begin(), list.end());
  return list;
}

bool has_all(const std::vector<int>& list, const std::vector<int>& wanted) {
  return less(wanted, list).empty();
}

}  // namespace

NaivePartition* NaiveModel::find(const std::string& topic, int partition) {
  const auto found = topics.find(topic);
  if (found == topics.end() || partition >= static_cast<int>(found->second.size())) return nullptr;
  return &found->second[static_cast<std::size_t>(partition)];
}

// RAS-2, RAS-3.
void NaiveModel::complete(NaivePartition& one) {
  const std::vector<int> wanted = less(one.replicas, one.removing);
  if (one.origin.empty() || !has_all(one.isr, wanted)) return;
  one.isr = less(one.isr, one.removing);
  one.replicas = wanted;
  one.adding.clear();
  one.removing.clear();
  one.origin.clear();
  const bool stays = has(wanted, one.leader) && is_active(one.leader);
  if (!stays) one.leader = first(one, &wanted, {});
}

// PAR-7, PAR-8.
void NaiveModel::note_change(NaivePartition& one, const NaivePartition& before) {
  if (one == before) return;
  const bool is_new_epoch = one.leader != before.leader || !has_all(one.replicas, before.replicas);
  one.leader_epoch += is_new_epoch ? 1 : 0;
  ++one.partition_epoch;
  ++end;
}

int NaiveModel::reassign(const std::string& topic, int partition, const Move& move) {
  const std::vector<int>& target = move.target;
  NaivePartition* found = find(topic, partition);
  if (found == nullptr) return 3;  // UNKNOWN_TOPIC_OR_PARTITION
  if (target.empty()) return 39;   // INVALID_REPLICA_ASSIGNMENT
  for (const int id : target) {
    if (!brokers.contains(id) || std::count(target.begin(), target.end(), id) > 1) return 39;
    const bool is_new = !has(found->replicas, id);
    if (is_new && !takes_replicas(id) && move.cordoned == Cordoned::kRefused) return 39;
  }
  NaivePartition& one = *found;
  const std::size_t now = less(one.replicas, one.removing).size();
  if (move.factor == Factor::kSame && target.size() != now)
    return 38;  // INVALID_REPLICATION_FACTOR
  const NaivePartition before = one;
  const std::vector<int> origin = one.origin.empty() ? one.replicas : one.origin;
  one.adding = sorted(less(target, origin));
  one.removing = sorted(less(before.replicas, target));
  one.replicas = target;
  one.replicas.insert(one.replicas.end(), one.removing.begin(), one.removing.end());
  one.origin = one.adding.empty() && one.removing.empty() ? std::vector<int>{} : origin;
  if (one.leader == -1) lead(one, before, topic, Last::kAsConfigured, {});
  complete(one);
  keep_eligible(one, before, topic, {});
  note_change(one, before);
  return 0;
}

// RAS-6, RAS-7.
int NaiveModel::cancel(const std::string& topic, int partition) {
  NaivePartition* found = find(topic, partition);
  if (found == nullptr) return 3;
  if (found->origin.empty()) return 85;  // NO_REASSIGNMENT_IN_PROGRESS
  const NaivePartition before = *found;
  NaivePartition one = before;
  one.replicas = before.origin;
  one.isr = less(before.isr, less(before.replicas, before.origin));
  one.adding.clear();
  one.removing.clear();
  one.origin.clear();
  const bool stays = has(one.isr, one.leader) && is_active(one.leader);
  if (!stays) lead(one, before, topic, Last::kAsConfigured, {});
  keep_eligible(one, before, topic, {});
  const bool loses_last = before.last_known != -1 && !has(before.origin, before.last_known);
  const bool had_somebody = !before.isr.empty() || !before.elr.empty() || loses_last;
  if (had_somebody && one.isr.empty() && one.elr.empty()) return 39;
  note_change(one, before);
  *found = one;
  return 0;
}

int NaiveModel::add_partitions(const std::string& name,
                               int total,
                               const std::vector<std::vector<int>>& replicas) {
  const auto topic = topics.find(name);
  if (topic == topics.end()) return 3;
  if (total <= static_cast<int>(topic->second.size())) return 37;  // INVALID_PARTITIONS
  const NaivePartition& model = topic->second.at(0);
  const std::size_t factor = less(model.replicas, model.removing).size();
  if (!can_place(factor)) return 38;
  for (const std::vector<int>& list : replicas) {
    NaivePartition one;
    one.replicas = list;
    for (const int id : list) {
      if (is_active(id)) one.isr.push_back(id);
    }
    one.leader = first(one, &one.isr, {});
    topic->second.push_back(one);
  }
  end += replicas.size();
  return 0;
}

}  // namespace quorate::controller::testing
