// The naive model: who leads, and who may lead when nobody in sync is left.
#include <algorithm>

#include "tests/controller/control/naive_model.h"

namespace quorate::controller::testing {

using namespace std::string_literals;

// ELE-8.
bool NaiveModel::may_lead_uncleanly(const std::string& topic, int id) const {
  const std::string key = "unclean.leader.election.enable";
  for (const std::string& where : {"topic/" + topic, "broker/" + std::to_string(id), "broker/"s}) {
    const auto found = configs.find(where);
    if (found != configs.end() && found->second.contains(key)) {
      return found->second.at(key) == "true";
    }
  }
  return unclean_in_file;
}

int NaiveModel::first(const NaivePartition& one, const std::vector<int>* among, Gone gone) const {
  for (const bool is_last : {false, true}) {
    for (const int id : one.replicas) {
      if (is_in_maintenance(id) != is_last) continue;
      if (id != gone.id && is_active(id) && (among == nullptr || has(*among, id))) return id;
    }
  }
  return -1;
}

// ELE-2 to ELE-6, in this order.
void NaiveModel::lead(NaivePartition& one,
                      const NaivePartition& before,
                      const std::string& topic,
                      Last last,
                      Gone gone) {
  one.leader = first(one, &one.isr, gone);
  if (one.leader != -1) return;
  const bool is_empty = keeps_eligible && one.isr.empty();
  if (is_empty) one.leader = first(one, &before.elr, gone);
  const std::vector<int> former{before.last_known};
  if (one.leader == -1 && is_empty && before.elr.empty()) {
    one.leader = first(one, &former, gone);
    one.recovering = one.recovering || one.leader != -1;
  }
  // Whoever is only being added may have nothing: last.
  for (const bool is_added : {false, true}) {
    if (one.leader != -1) break;
    std::vector<int> allowed;
    for (const int id : one.replicas) {
      const bool may = last == Last::kAnyActive || may_lead_uncleanly(topic, id);
      if (may && has(one.adding, id) == is_added) allowed.push_back(id);
    }
    one.leader = first(one, &allowed, gone);
    one.recovering = one.recovering || one.leader != -1;
  }
  if (one.leader != -1) one.isr = {one.leader};
}

// PAR-6, PAR-11.
void NaiveModel::keep_eligible(NaivePartition& one,
                               const NaivePartition& before,
                               const std::string& topic,
                               Gone gone) const {
  if (!keeps_eligible) return;
  one.elr.clear();
  one.last_known = -1;
  const auto wanted = static_cast<std::size_t>(min_isr_of(topic));
  const bool is_small = one.isr.size() < std::min(wanted, one.replicas.size());
  const bool is_loss =
      one.leader != -1 && !has(before.isr, one.leader) && !has(before.elr, one.leader);
  for (const int id : one.replicas) {
    if (!is_small || is_loss || has(one.isr, id) || (gone.lossy && id == gone.id)) continue;
    if (has(before.isr, id) || has(before.elr, id)) one.elr.push_back(id);
  }
  if (one.isr.empty()) {
    const bool was_alone = before.leader == -1 && has(before.isr, gone.id);
    const int led = was_alone ? gone.id : before.leader;
    one.last_known = before.last_known == -1 ? led : before.last_known;
  }
}

int NaiveModel::elect(Kind kind, const std::string& topic, int partition) {
  const auto found = topics.find(topic);
  if (found == topics.end() || partition >= static_cast<int>(found->second.size())) return 3;
  NaivePartition& one = found->second[static_cast<std::size_t>(partition)];
  const NaivePartition before = one;
  const int preferred = one.replicas.at(0);
  if (kind == Kind::kPreferred) {
    if (one.leader == preferred) return 84;  // ELECTION_NOT_NEEDED
    const bool may_lead = is_active(preferred) && !is_in_maintenance(preferred);
    if (!may_lead || !has(one.isr, preferred)) return 80;
    one.leader = preferred;
  } else {
    if (one.leader != -1) return 84;
    lead(one, before, topic, Last::kAnyActive, {});
    if (one.leader == -1) return 83;  // ELIGIBLE_LEADERS_NOT_AVAILABLE
    complete(one);
  }
  keep_eligible(one, before, topic, {});
  ++one.leader_epoch;
  ++one.partition_epoch;
  ++end;
  return 0;
}

void NaiveModel::lead_leaderless() {
  for (auto& [name, partitions] : topics) {
    for (NaivePartition& one : partitions) {
      if (one.leader != -1) continue;
      const NaivePartition before = one;
      lead(one, before, name, Last::kAsConfigured, {});
      if (one.leader == -1) continue;
      complete(one);
      keep_eligible(one, before, name, {});
      ++one.leader_epoch;
      ++one.partition_epoch;
      ++end;
    }
  }
}

void NaiveModel::release(Gone gone) {
  const int id = gone.id;
  for (auto& [name, partitions] : topics) {
    for (NaivePartition& one : partitions) {
      const NaivePartition before = one;
      if (has(one.isr, id) && (keeps_eligible || one.isr.size() > 1)) {
        one.isr.erase(std::find(one.isr.begin(), one.isr.end(), id));
      }
      if (one.leader == id) {
        lead(one, before, name, Last::kAsConfigured, gone);
        complete(one);
        ++one.leader_epoch;
      }
      const bool is_touched = one != before || (gone.lossy && has(one.elr, id));
      if (is_touched) keep_eligible(one, before, name, gone);
      if (one == before) continue;
      ++one.partition_epoch;
      ++end;
    }
  }
}

}  // namespace quorate::controller::testing
