// The naive model: what operators want of brokers.
#include <algorithm>

#include "tests/controller/control/naive_model.h"

namespace quorate::controller::testing {

bool NaiveModel::is_in_maintenance(int id) const {
  return brokers.contains(id) && brokers.at(id).maintenance;
}

bool NaiveModel::takes_replicas(int id) const {
  return !brokers.at(id).cordoned && !brokers.at(id).decommission;
}

bool NaiveModel::has_wishes() const {
  return std::any_of(brokers.begin(), brokers.end(), [](const auto& one) {
    return one.second.maintenance || one.second.decommission;
  });
}

// OPS-4, by what would be left of each ISR.
int NaiveModel::drain(int id, Force force) {
  if (!brokers.contains(id)) return 102;  // BROKER_ID_NOT_REGISTERED
  if (brokers[id].maintenance) return 0;
  constexpr int kPolicyViolation = 44;
  const bool has_other = std::any_of(
      brokers.begin(), brokers.end(), [](const auto& one) { return one.second.maintenance; });
  if (force == Force::kNo && has_other) return kPolicyViolation;
  for (const auto& [name, partitions] : topics) {
    for (const NaivePartition& one : partitions) {
      if (force == Force::kYes || !has(one.isr, id)) continue;
      NaivePartition rest = one;
      rest.isr.erase(std::find(rest.isr.begin(), rest.isr.end(), id));
      const auto wanted = std::min(static_cast<std::size_t>(min_isr_of(name)), one.replicas.size());
      if (rest.isr.size() < wanted) return kPolicyViolation;
      if (one.leader != -1 && first(rest, &rest.isr, {}) == -1) return kPolicyViolation;
    }
  }
  brokers[id].maintenance = true;
  ++end;
  hand_over();
  return 0;
}

int NaiveModel::resume(int id) {
  if (!brokers.contains(id)) return 102;
  if (!brokers[id].maintenance) return 0;
  brokers[id].maintenance = false;
  ++end;
  balance();
  return 0;
}

// OPS-3.
void NaiveModel::hand_over() {
  for (auto& [name, partitions] : topics) {
    for (NaivePartition& one : partitions) {
      const int next = first(one, &one.isr, {});
      if (!is_in_maintenance(one.leader) || next == -1 || is_in_maintenance(next)) continue;
      const NaivePartition before = one;
      one.leader = next;
      keep_eligible(one, before, name, {});
      note_change(one, before);
    }
  }
}

// ELE-9, OPS-5.
void NaiveModel::balance() {
  for (auto& [name, partitions] : topics) {
    for (NaivePartition& one : partitions) {
      const int preferred = one.replicas.at(0);
      const bool may_lead = is_active(preferred) && !is_in_maintenance(preferred);
      if (one.leader == -1 || !may_lead || !has(one.isr, preferred)) continue;
      const NaivePartition before = one;
      one.leader = preferred;
      keep_eligible(one, before, name, {});
      note_change(one, before);
    }
  }
}

bool NaiveModel::may_take(int id, const std::vector<int>& list) const {
  return is_active(id) && takes_replicas(id) && !is_in_maintenance(id) && !has(list, id);
}

namespace {

std::vector<int> without(const std::vector<int>& list, const std::vector<int>& gone) {
  std::vector<int> rest;
  for (const int id : list) {
    if (!has(gone, id)) rest.push_back(id);
  }
  return rest;
}

std::vector<int> replaced(std::vector<int> list, int id, int other) {
  std::replace(list.begin(), list.end(), id, other);
  return list;
}

}  // namespace

bool NaiveModel::is_replaced(const NaivePartition& one, int id) {
  return one.adding.size() == 1 && has(one.origin, id) &&
         without(one.replicas, one.removing) == replaced(one.origin, id, one.adding[0]);
}

// OPS-7.
int NaiveModel::decommission(int id, Force force) {
  if (!brokers.contains(id)) return 102;  // BROKER_ID_NOT_REGISTERED
  if (brokers[id].decommission) return 0;
  for (const auto& [name, partitions] : topics) {
    for (const NaivePartition& one : partitions) {
      const std::vector<int> target = without(one.replicas, one.removing);
      if (force == Force::kYes || !has(target, id)) continue;
      const bool can = std::any_of(brokers.begin(), brokers.end(), [&](const auto& other) {
        return may_take(other.first, target);
      });
      if (!can) return 44;  // POLICY_VIOLATION
    }
  }
  brokers[id].decommission = true;
  ++end;
  return 0;
}

// OPS-8.
int NaiveModel::recommission(int id) {
  if (!brokers.contains(id)) return 102;
  if (!brokers[id].decommission) return 0;
  brokers[id].decommission = false;
  ++end;
  for (const auto& [name, partitions] : topics) {
    for (std::size_t i = 0; i < partitions.size(); ++i) {
      if (is_replaced(partitions[i], id)) cancel(name, static_cast<int>(i));
    }
  }
  return 0;
}

bool NaiveModel::adopt_move(const std::string& topic,
                            int partition,
                            const std::vector<int>& target) {
  const NaivePartition& one = *find(topic, partition);
  for (const auto& [id, broker] : brokers) {
    const bool is_stuck = is_replaced(one, id) && !is_active(one.adding[0]);
    const std::vector<int>& list = is_stuck ? one.origin : one.replicas;
    const bool is_free = is_stuck || one.origin.empty();
    if (!broker.decommission || !has(list, id) || !is_free || one.leader == -1) continue;
    for (const auto& [other, taker] : brokers) {
      if (!may_take(other, list) || target != replaced(list, id, other)) continue;
      return reassign(topic, partition, {target}) == 0;
    }
  }
  return false;
}

bool NaiveModel::is_done_with(int id) const {
  const NaiveBroker& broker = brokers.at(id);
  if (!broker.decommission || !broker.fenced) return false;
  for (const auto& [name, partitions] : topics) {
    for (const NaivePartition& one : partitions) {
      if (has(one.replicas, id)) return false;
    }
  }
  return true;
}

bool NaiveModel::is_idle(std::size_t moves_max) const {
  std::size_t moving = 0;
  bool could_begin = false;
  for (const auto& [name, partitions] : topics) {
    for (const NaivePartition& one : partitions) {
      moving += one.origin.empty() ? 0U : 1U;
      const bool is_whole = std::all_of(
          one.replicas.begin(), one.replicas.end(), [&](int id) { return brokers.contains(id); });
      if (!one.origin.empty() || one.leader == -1 || !is_whole) continue;
      for (const int id : one.replicas) {
        if (!brokers.contains(id) || !brokers.at(id).decommission) continue;
        could_begin =
            could_begin || std::any_of(brokers.begin(), brokers.end(), [&](const auto& other) {
              return may_take(other.first, one.replicas);
            });
      }
    }
  }
  return could_begin && moving < moves_max;
}

}  // namespace quorate::controller::testing
