// Maintenance: what an administrator asks of this controller about itself and the Raft group it is
// in. Needs no quorum, but for changes of the group, which only its leader carries out.
//
// Owner: ControllerService. Thread: gRPC's; what it waits for answers on the server's threads.
#pragma once

#include "quorate/controller/v1/maintenance.grpc.pb.h"

#include "controller/service/service_parts.h"

namespace quorate::controller {

class MaintenanceService final : public v1::Maintenance::CallbackService {
 public:
  // `raft_addresses`: where nodes listen that may be in the group; must outlive it.
  MaintenanceService(const ServiceParts& parts, const ControllerAddresses& raft_addresses)
      : parts_(parts), raft_addresses_(raft_addresses) {}

  grpc::ServerUnaryReactor* ListSnapshots(grpc::CallbackServerContext* context,
                                          const v1::ListSnapshotsRequest* request,
                                          v1::ListSnapshotsResponse* response) override;
  grpc::ServerUnaryReactor* TakeSnapshot(grpc::CallbackServerContext* context,
                                         const v1::TakeSnapshotRequest* request,
                                         v1::TakeSnapshotResponse* response) override;
  grpc::ServerWriteReactor<v1::FlightPiece>* RecordFlight(
      grpc::CallbackServerContext* context, const v1::RecordFlightRequest* request) override;
  grpc::ServerUnaryReactor* ChangeControllers(grpc::CallbackServerContext* context,
                                              const v1::ChangeControllersRequest* request,
                                              v1::ChangeControllersResponse* response) override;
  grpc::ServerUnaryReactor* TransferLeadership(grpc::CallbackServerContext* context,
                                               const v1::TransferLeadershipRequest* request,
                                               v1::TransferLeadershipResponse* response) override;
  grpc::ServerUnaryReactor* ArmFailPoints(grpc::CallbackServerContext* context,
                                          const v1::ArmFailPointsRequest* request,
                                          v1::ArmFailPointsResponse* response) override;

 private:
  // Ends the call and gives false when the caller may not.
  [[nodiscard]] bool admits(grpc::CallbackServerContext& context,
                            grpc::ServerUnaryReactor& reactor) const;

  const ServiceParts& parts_;
  const ControllerAddresses& raft_addresses_;
};

}  // namespace quorate::controller
