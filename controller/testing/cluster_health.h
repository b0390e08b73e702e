// What is not whole yet after the heal of a simulated cluster.
//
// Thread: one.
#pragma once

#include <optional>

#include "controller/testing/cluster_admins.h"
#include "controller/testing/sim_broker.h"
#include "raft/testing/sim_clients.h"

namespace quorate::controller::testing {

// The first thing found, named by the invariant that asks for it; nothing: all is well.
[[nodiscard]] std::optional<raft::testing::Violation> find_sickness(
    const ClusterChecker& checker,
    const raft::testing::SimReplicas& replicas,
    const SimQuorum& quorum,
    const SimBrokers& brokers,
    const ClusterAdmins& admins);

}  // namespace quorate::controller::testing
