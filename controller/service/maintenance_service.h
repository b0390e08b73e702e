// Maintenance: what an administrator asks of this controller about itself. Needs no quorum.
//
// Owner: ControllerService. Thread: gRPC's; what it waits for answers on the server's threads.
#pragma once

#include "quorate/controller/v1/maintenance.grpc.pb.h"

#include "controller/service/service_parts.h"

namespace quorate::controller {

class MaintenanceService final : public v1::Maintenance::CallbackService {
 public:
  explicit MaintenanceService(const ServiceParts& parts) : parts_(parts) {}

  grpc::ServerUnaryReactor* ListSnapshots(grpc::CallbackServerContext* context,
                                          const v1::ListSnapshotsRequest* request,
                                          v1::ListSnapshotsResponse* response) override;
  grpc::ServerUnaryReactor* TakeSnapshot(grpc::CallbackServerContext* context,
                                         const v1::TakeSnapshotRequest* request,
                                         v1::TakeSnapshotResponse* response) override;
  grpc::ServerWriteReactor<v1::FlightPiece>* RecordFlight(
      grpc::CallbackServerContext* context, const v1::RecordFlightRequest* request) override;
  grpc::ServerUnaryReactor* ArmFailPoints(grpc::CallbackServerContext* context,
                                          const v1::ArmFailPointsRequest* request,
                                          v1::ArmFailPointsResponse* response) override;

 private:
  // Ends the call and gives false when the caller may not.
  [[nodiscard]] bool admits(grpc::CallbackServerContext& context,
                            grpc::ServerUnaryReactor& reactor) const;

  const ServiceParts& parts_;
};

}  // namespace quorate::controller
