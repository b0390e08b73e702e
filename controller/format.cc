#include "controller/format.h"

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <random>

#include "controller/service/initial_membership.h"
#include "raft/storage/identity.h"

namespace quorate::controller {
namespace {

// Of the option `name`.
Result<raft::Uuid> parse_id(const std::string& name, const std::string& text) {
  const auto id = raft::parse_uuid(text);
  if (id && !id->is_none()) return *id;
  return {Code::kInvalidArgument, name + ": '" + text + "' is not 22 characters of base64"};
}

// Of a controller of a new cluster: `membership` names it.
Result<raft::Incarnation> initial_incarnation(raft::NodeId node,
                                              const raft::Membership& membership) {
  const auto self = std::ranges::find(membership.voters, node, &raft::ReplicaId::node);
  if (self != membership.voters.end()) return self->incarnation;
  return {Code::kInvalidArgument,
          "--initial-controllers: does not name node.id " + std::to_string(node.value)};
}

raft::Incarnation draw_incarnation() {
  std::random_device device;
  const auto word = [&device] {
    return (std::uint64_t{device()} << 32U) | std::uint64_t{device()};
  };
  return {word(), word() | 1U};  // not none
}

Result<raft::Identity> identity_for(const ControllerConfig& config,
                                    const FormatArguments& arguments,
                                    const raft::Membership& membership) {
  const auto cluster = parse_id("--cluster-id", arguments.cluster_id);
  QUORATE_TRY(cluster.status());
  const auto& wanted = config.cluster_id;
  if (wanted && raft::Uuid{wanted->high, wanted->low} != *cluster) {
    return {Code::kInvalidArgument, "--cluster-id: differs from cluster.id, " + to_string(*wanted)};
  }
  const raft::NodeId node{static_cast<std::uint64_t>(config.node_id)};
  const Result<raft::Incarnation> incarnation = membership.voters.empty()
                                                    ? Result<raft::Incarnation>(draw_incarnation())
                                                    : initial_incarnation(node, membership);
  QUORATE_TRY(incarnation.status());
  const raft::Identity identity{*cluster, node, *incarnation};
  if (arguments.fence.empty()) return identity;
  const auto fence = parse_id("--fence", arguments.fence);
  QUORATE_TRY(fence.status());
  return identity.fenced_by(*fence);
}

}  // namespace

Status format(const ControllerConfig& config, const FormatArguments& arguments) {
  if (!arguments.fence.empty() && !arguments.initial_controllers.empty()) {
    return {Code::kInvalidArgument,
            "--fence: who comes into a recovered quorum is formatted with "
            "--no-initial-controllers"};
  }
  Result<raft::Membership> membership = raft::Membership{};
  if (!arguments.initial_controllers.empty()) {
    membership = parse_initial_membership(arguments.initial_controllers);
  }
  QUORATE_TRY(membership.status());
  const auto identity = identity_for(config, arguments, *membership);
  QUORATE_TRY(identity.status());
  QUORATE_TRY(raft::format_data_dir(config.data_dir, *identity, {raft::GroupId{1}, *membership}));
  std::printf("formatted %s: cluster %s node %d incarnation %s\n",
              config.data_dir.c_str(),
              arguments.cluster_id.c_str(),
              config.node_id,
              raft::to_string(identity->incarnation).c_str());
  if (membership->voters.empty()) {
    std::printf("it waits to be taken in: quorate quorum add-controller %d:%s\n",
                config.node_id,
                raft::to_string(identity->incarnation).c_str());
  }
  return Status::ok();
}

}  // namespace quorate::controller
