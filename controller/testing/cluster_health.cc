#include "controller/testing/cluster_health.h"

#include <algorithm>
#include <string>

#include "controller/control/feature_table.h"
#include "raft/testing/evidence.h"

namespace quorate::controller::testing {
namespace {

using raft::testing::evidence;
using raft::testing::Violation;
using Sickness = std::optional<Violation>;

Sickness find_in_quorum(const ClusterChecker& checker,
                        const raft::testing::SimReplicas& replicas,
                        const SimQuorum& quorum,
                        const ClusterAdmins& admins) {
  const SimController* active = quorum.active();
  if (active == nullptr) return Violation{"L1", "no controller is active"};
  if (!admins.is_probe_done()) return Violation{"L1", "nothing was committed"};
  const auto& leader = *replicas[active->node().value - 1];
  for (const auto& replica : replicas) {
    if (!leader.status().membership.contains(replica->id())) continue;
    if (!replica->is_up() || replica->applied() != leader.applied()) {
      return Violation{"L1", evidence("controller ", replica->node(), " lags")};
    }
  }
  if (active->image()->end_offset != checker.end()) return Violation{"L1", "the active one lags"};
  return std::nullopt;
}

Sickness find_in_brokers(const ClusterChecker& checker, const SimBrokers& brokers) {
  for (const auto& broker : brokers) {
    const bool is_whole = broker->is_unfenced() && !broker->is_leaving() &&
                          broker->image().end_offset == checker.end() &&
                          checker.newest().cluster.is_active(broker->id());
    if (is_whole) continue;
    return Violation{"C31",
                     evidence("broker ",
                              broker->id(),
                              broker->is_unfenced() ? "" : " is down or fenced",
                              broker->is_leaving() ? " leaves" : "",
                              ", has all before ",
                              broker->image().end_offset,
                              " of ",
                              checker.end())};
  }
  return std::nullopt;
}

// Whether an election that loses nothing, or may lose something, can find somebody.
bool can_be_led(const Partition& one) {
  return !one.isr.empty() || !one.eligible().empty() || one.last_known_leader() != kNoBroker;
}

Sickness find_in_partition(const std::string& name, const Partition& one) {
  const auto text = [&] {
    return evidence(name,
                    " replicas ",
                    to_string(one.replicas),
                    " isr ",
                    to_string(one.isr),
                    " eligible ",
                    to_string(one.eligible()),
                    " leader ",
                    one.leader);
  };
  if (one.leader == kNoBroker) {
    if (!can_be_led(one)) return std::nullopt;
    return Violation{"L2", text()};
  }
  if (!one.isr.includes(one.replicas)) return Violation{"L3", text()};
  if (one.is_moving()) return Violation{"L4", text()};
  return std::nullopt;
}

// Who is drained leads nothing that another could lead; who is decommissioned has nothing where
// enough others can take it.
Sickness find_in_wishes(const MetadataImage& image, const std::string& name, const Partition& one) {
  if (one.leader == kNoBroker) return std::nullopt;
  const ClusterImage& cluster = image.cluster;
  const auto can_lead = [&](BrokerId id) {
    return cluster.is_active(id) && !cluster.is_in_maintenance(id);
  };
  if (cluster.is_in_maintenance(one.leader) &&
      std::any_of(one.isr.begin(), one.isr.end(), can_lead)) {
    return Violation{"L4", evidence(name, " is led by ", one.leader, ", which is drained")};
  }
  for (const BrokerId replica : one.replicas) {
    if (!cluster.find(replica)->intent.decommission) continue;
    for (const auto& [id, broker] : cluster.brokers()) {
      const bool takes = broker->takes_replicas() && !broker->intent.maintenance;
      if (!takes || one.replicas.contains(id)) continue;
      return Violation{"L4", evidence(name, " is on ", replica, ", which is decommissioned")};
    }
  }
  return std::nullopt;
}

}  // namespace

std::optional<Violation> find_sickness(const ClusterChecker& checker,
                                       const raft::testing::SimReplicas& replicas,
                                       const SimQuorum& quorum,
                                       const SimBrokers& brokers,
                                       const ClusterAdmins& admins) {
  if (auto found = find_in_quorum(checker, replicas, quorum, admins)) return found;
  if (auto found = find_in_brokers(checker, brokers)) return found;
  for (const auto& [topic_id, topic] : checker.newest().topics.by_id()) {
    for (std::int32_t at = 0; const Partition* one = topic->find(at); ++at) {
      const std::string name = topic->name + "-" + std::to_string(at);
      if (auto found = find_in_partition(name, *one)) return found;
      if (auto found = find_in_wishes(checker.newest(), name, *one)) return found;
    }
  }
  return std::nullopt;
}

}  // namespace quorate::controller::testing
