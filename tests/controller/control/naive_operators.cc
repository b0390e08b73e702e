// The naive model: what operators want of brokers.
#include <algorithm>

#include "tests/controller/control/naive_model.h"

namespace quorate::controller::testing {

bool NaiveModel::is_in_maintenance(int id) const {
  return brokers.contains(id) && brokers.at(id).maintenance;
}

bool NaiveModel::has_maintenance() const {
  return std::any_of(
      brokers.begin(), brokers.end(), [](const auto& one) { return one.second.maintenance; });
}

// OPS-4, by what would be left of each ISR.
int NaiveModel::drain(int id, Force force) {
  if (!brokers.contains(id)) return 102;  // BROKER_ID_NOT_REGISTERED
  if (brokers[id].maintenance) return 0;
  constexpr int kPolicyViolation = 44;
  if (force == Force::kNo && has_maintenance()) return kPolicyViolation;
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

}  // namespace quorate::controller::testing
