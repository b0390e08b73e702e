#include "controller/service/maintenance_service.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "controller/image/record_fields.h"
#include "controller/service/caller.h"
#include "controller/service/raft_options.h"
#include "raft/server/fail_point.h"

namespace quorate::controller {
namespace {

constexpr std::size_t kPieceBytes = 1U << 20U;
constexpr std::int64_t kCatchUpMsMax = 3'600'000;

void write_snapshot(const raft::SnapshotMeta& meta, v1::SnapshotDescription& wire) {
  wire.set_last_index(meta.last.index.value);
  wire.set_last_term(meta.last.term.value);
  wire.set_bytes(meta.bytes);
}

void write_replicas(const std::vector<raft::ReplicaId>& replicas,
                    google::protobuf::RepeatedPtrField<v1::ControllerReplica>& wire) {
  for (const raft::ReplicaId& replica : replicas) {
    v1::ControllerReplica& to = *wire.Add();
    to.set_node_id(static_cast<std::int32_t>(replica.node.value));
    write_uuid({replica.incarnation.high, replica.incarnation.low}, *to.mutable_incarnation());
  }
}

Status no_leader(const raft::CoreStatus& core) {
  if (core.role == raft::Role::kLeader) return Status::ok();
  return {Code::kNotLeader, "this controller does not lead the Raft group"};
}

// What is asked for, in the group as it is; refused should it change before that is carried out.
Result<raft::MembershipChange> to_change(const v1::ChangeControllersRequest& request,
                                         const raft::CoreStatus& core,
                                         const ControllerAddresses& raft_addresses) {
  QUORATE_TRY(no_leader(core));
  raft::MembershipChange change;
  change.expected_index = core.membership_index;
  change.catch_up_ticks = static_cast<std::uint32_t>(
      std::min<std::int64_t>(request.catch_up_timeout_ms(), kCatchUpMsMax) / kTickMs);
  auto& added = request.as_learners() ? change.add_learners : change.add_voters;
  for (const v1::ControllerReplica& replica : request.add()) {
    const raft::NodeId node{static_cast<std::uint64_t>(replica.node_id())};
    const raft::Incarnation incarnation{replica.incarnation().high(), replica.incarnation().low()};
    if (!raft_addresses.contains(node.value)) {
      return {Code::kInvalidArgument,
              "controller.quorum.voters does not say where controller " +
                  std::to_string(replica.node_id()) + " listens"};
    }
    added.push_back({node, incarnation});
  }
  const std::vector<raft::ReplicaId> members = core.membership.all();
  for (const std::int32_t id : request.remove()) {
    const raft::NodeId node{static_cast<std::uint64_t>(id)};
    const auto member = std::ranges::find(members, node, &raft::ReplicaId::node);
    if (member == members.end()) {
      return {Code::kNotFound, "controller " + std::to_string(id) + " is not in the Raft group"};
    }
    change.remove.push_back(*member);
  }
  return change;
}

// One recording, piece by piece. gRPC's until OnDone().
class FlightWriter final : public grpc::ServerWriteReactor<v1::FlightPiece> {
 public:
  void begin(std::string bytes) {
    bytes_ = std::move(bytes);
    next();
  }
  void OnWriteDone(bool ok) override {
    if (ok) return next();
    Finish(grpc::Status::CANCELLED);
  }
  void OnDone() override { delete this; }

 private:
  void next() {
    if (sent_ >= bytes_.size()) return Finish(grpc::Status::OK);
    piece_.set_bytes(bytes_.substr(sent_, kPieceBytes));
    sent_ += piece_.bytes().size();
    StartWrite(&piece_);
  }

  std::string bytes_;
  std::size_t sent_ = 0;
  v1::FlightPiece piece_;  // being written
};

}  // namespace

bool MaintenanceService::admits(grpc::CallbackServerContext& context,
                                grpc::ServerUnaryReactor& reactor) const {
  const Status allowed = authorize(caller_of(context), ServiceName::kMaintenance);
  if (!allowed.is_ok()) reactor.Finish(parts_.refusals->refuse(context, allowed));
  return allowed.is_ok();
}

grpc::ServerUnaryReactor* MaintenanceService::ListSnapshots(
    grpc::CallbackServerContext* context,
    const v1::ListSnapshotsRequest* /*request*/,
    v1::ListSnapshotsResponse* response) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  if (!admits(*context, *reactor)) return reactor;
  for (const raft::SnapshotMeta& meta : parts_.port->snapshots())
    write_snapshot(meta, *response->add_snapshots());
  const raft::ServerStatus status = parts_.port->status();
  response->set_first_index(status.core.first.value);
  response->set_applied_index(status.applied.value);
  reactor->Finish(grpc::Status::OK);
  return reactor;
}

grpc::ServerUnaryReactor* MaintenanceService::TakeSnapshot(
    grpc::CallbackServerContext* context,
    const v1::TakeSnapshotRequest* /*request*/,
    v1::TakeSnapshotResponse* response) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  if (!admits(*context, *reactor)) return reactor;
  parts_.port->take_snapshot(
      [this, context, reactor, response](const Result<raft::SnapshotMeta>& taken) {
        if (!taken.is_ok()) {
          reactor->Finish(parts_.refusals->refuse(*context, taken.status()));
          return;
        }
        write_snapshot(*taken, *response->mutable_snapshot());
        reactor->Finish(grpc::Status::OK);
      });
  return reactor;
}

grpc::ServerWriteReactor<v1::FlightPiece>* MaintenanceService::RecordFlight(
    grpc::CallbackServerContext* context, const v1::RecordFlightRequest* /*request*/) {
  auto* writer = new FlightWriter();  // deletes itself when gRPC is done with it
  const auto refuse = [this, context, writer](const Status& why) {
    writer->Finish(parts_.refusals->refuse(*context, why));
  };
  Status taken = authorize(caller_of(*context), ServiceName::kMaintenance);
  if (taken.is_ok()) {
    taken = parts_.port->record_flight([writer, refuse](Result<std::string> recording) {
      if (!recording.is_ok()) return refuse(recording.status());
      writer->begin(*std::move(recording));
    });
  }
  if (!taken.is_ok()) refuse(taken);
  return writer;
}

grpc::ServerUnaryReactor* MaintenanceService::ChangeControllers(
    grpc::CallbackServerContext* context,
    const v1::ChangeControllersRequest* request,
    v1::ChangeControllersResponse* response) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  if (!admits(*context, *reactor)) return reactor;
  auto change = to_change(*request, parts_.port->status().core, raft_addresses_);
  Status begun = change.status();
  if (begun.is_ok()) {
    begun = parts_.port->change_membership(
        *std::move(change), [this, context, reactor, response](const raft::ChangeOutcome& outcome) {
          if (!outcome.status.is_ok()) {
            reactor->Finish(parts_.refusals->refuse(*context, outcome.status));
            return;
          }
          write_replicas(outcome.membership.voters, *response->mutable_voters());
          write_replicas(outcome.membership.learners, *response->mutable_learners());
          response->set_membership_index(outcome.index.value);
          reactor->Finish(grpc::Status::OK);
        });
  }
  if (!begun.is_ok()) reactor->Finish(parts_.refusals->refuse(*context, begun));
  return reactor;
}

grpc::ServerUnaryReactor* MaintenanceService::TransferLeadership(
    grpc::CallbackServerContext* context,
    const v1::TransferLeadershipRequest* request,
    v1::TransferLeadershipResponse* /*response*/) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  if (!admits(*context, *reactor)) return reactor;
  const raft::CoreStatus core = parts_.port->status().core;
  std::optional<raft::NodeId> target;
  if (request->has_node_id()) target = {static_cast<std::uint64_t>(request->node_id())};
  Status asked = no_leader(core);
  if (asked.is_ok() && target &&
      std::ranges::find(core.membership.voters, *target, &raft::ReplicaId::node) ==
          core.membership.voters.end()) {
    asked = {Code::kNotFound,
             "controller " + std::to_string(request->node_id()) + " has no vote in the Raft group"};
  }
  if (asked.is_ok()) asked = parts_.port->transfer_leadership(target);
  reactor->Finish(asked.is_ok() ? grpc::Status::OK : parts_.refusals->refuse(*context, asked));
  return reactor;
}

grpc::ServerUnaryReactor* MaintenanceService::ArmFailPoints(
    grpc::CallbackServerContext* context,
    const v1::ArmFailPointsRequest* request,
    v1::ArmFailPointsResponse* /*response*/) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  if (!admits(*context, *reactor)) return reactor;
  const Status armed = raft::arm_fail_points(request->spec());
  reactor->Finish(armed.is_ok() ? grpc::Status::OK : parts_.refusals->refuse(*context, armed));
  return reactor;
}

}  // namespace quorate::controller
