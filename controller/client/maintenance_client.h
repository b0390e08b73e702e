// What an administrator asks of one controller about itself: one attempt at one address, which must
// be one of the client's controllers.
//
// Thread: any; a call blocks its caller until its deadline at the latest.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "controller/client/controller_client.h"
#include "raft/base/status.h"

namespace quorate::controller {

namespace v1 {
class ChangeControllersRequest;
class ChangeControllersResponse;
class ListSnapshotsResponse;
class TakeSnapshotResponse;
}  // namespace v1

class MaintenanceClient {
 public:
  // `client` must outlive it.
  MaintenanceClient(ControllerClient& client, std::string address)
      : client_(client), address_(std::move(address)) {}

  Result<v1::ListSnapshotsResponse> list_snapshots(CallOptions options);
  // kFailedPrecondition: nothing was applied since the last one.
  Result<v1::TakeSnapshotResponse> take_snapshot(CallOptions options);
  // The bytes of a file for `quorate raft replay`.
  Result<std::string> record_flight(CallOptions options);
  // Only the leader of the Raft group does either; kNotLeader elsewhere.
  Result<v1::ChangeControllersResponse> change_controllers(
      const v1::ChangeControllersRequest& request, CallOptions options);
  Status transfer_leadership(std::optional<std::int32_t> node, CallOptions options);
  // kUnsupported: the controller was built without fail points.
  Status arm_fail_points(const std::string& spec, CallOptions options);

 private:
  ControllerClient& client_;
  const std::string address_;
};

}  // namespace quorate::controller
