#include "controller/client/maintenance_client.h"

#include <memory>

#include "quorate/controller/v1/maintenance.grpc.pb.h"

#include "controller/client/attempts.h"
#include "controller/client/controller_channels.h"

namespace quorate::controller {
namespace {

using Stub = v1::Maintenance::Stub;

Status run(ControllerClient& client,
           const std::string& address,
           CallOptions options,
           const std::function<grpc::Status(Stub& stub, grpc::ClientContext& context)>& call) {
  const Target target = client.channels().at(address);
  if (target.channel == nullptr) {
    return {Code::kInvalidArgument, address + " is not one of the controllers"};
  }
  return run_one_attempt(
      client.channels(),
      target,
      options,
      [&call](const Target& at, grpc::ClientContext& context, std::int64_t /*timeout_ms*/) {
        Stub stub(at.channel);
        return call(stub, context);
      });
}

}  // namespace

Result<v1::ListSnapshotsResponse> MaintenanceClient::list_snapshots(CallOptions options) {
  v1::ListSnapshotsResponse response;
  QUORATE_TRY(
      run(client_, address_, options, [&response](Stub& stub, grpc::ClientContext& context) {
        return stub.ListSnapshots(&context, {}, &response);
      }));
  return response;
}

Result<v1::TakeSnapshotResponse> MaintenanceClient::take_snapshot(CallOptions options) {
  v1::TakeSnapshotResponse response;
  QUORATE_TRY(
      run(client_, address_, options, [&response](Stub& stub, grpc::ClientContext& context) {
        return stub.TakeSnapshot(&context, {}, &response);
      }));
  return response;
}

Result<std::string> MaintenanceClient::record_flight(CallOptions options) {
  std::string bytes;
  QUORATE_TRY(run(client_, address_, options, [&bytes](Stub& stub, grpc::ClientContext& context) {
    bytes.clear();
    const auto pieces = stub.RecordFlight(&context, {});
    for (v1::FlightPiece piece; pieces->Read(&piece);)
      bytes += piece.bytes();
    return pieces->Finish();
  }));
  return bytes;
}

Result<v1::ChangeControllersResponse> MaintenanceClient::change_controllers(
    const v1::ChangeControllersRequest& request, CallOptions options) {
  v1::ChangeControllersResponse response;
  QUORATE_TRY(run(
      client_, address_, options, [&request, &response](Stub& stub, grpc::ClientContext& context) {
        return stub.ChangeControllers(&context, request, &response);
      }));
  return response;
}

Status MaintenanceClient::transfer_leadership(std::optional<std::int32_t> node,
                                              CallOptions options) {
  v1::TransferLeadershipRequest request;
  if (node) request.set_node_id(*node);
  return run(client_, address_, options, [&request](Stub& stub, grpc::ClientContext& context) {
    v1::TransferLeadershipResponse response;
    return stub.TransferLeadership(&context, request, &response);
  });
}

Status MaintenanceClient::arm_fail_points(const std::string& spec, CallOptions options) {
  return run(client_, address_, options, [&spec](Stub& stub, grpc::ClientContext& context) {
    v1::ArmFailPointsRequest request;
    request.set_spec(spec);
    v1::ArmFailPointsResponse response;
    return stub.ArmFailPoints(&context, request, &response);
  });
}

}  // namespace quorate::controller
