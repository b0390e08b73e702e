// MetadataStreamService: Subscribe. Snapshot first if need be, then deltas, then positions.
//
// Served by every controller from what it has applied itself, leader or not.
// Owner: ControllerService. Thread: gRPC's.
#pragma once

#include <memory>

#include "quorate/controller/v1/metadata_stream.grpc.pb.h"

#include "controller/service/metadata_feed.h"
#include "controller/service/metadata_state_machine.h"
#include "controller/service/quorum_port.h"
#include "controller/service/refusal.h"

namespace quorate::controller {

// All must outlive the service.
struct StreamParts {
  MetadataFeed* feed = nullptr;
  const MetadataStateMachine* metadata = nullptr;
  const QuorumPort* port = nullptr;
  const Refusals* refusals = nullptr;
  Uuid cluster_id;
};

class MetadataStreamService final : public v1::MetadataStream::CallbackService {
 public:
  explicit MetadataStreamService(StreamParts parts) : parts_(parts) {}

  grpc::ServerWriteReactor<v1::MetadataUpdate>* Subscribe(
      grpc::CallbackServerContext* context, const v1::SubscribeRequest* request) override;

 private:
  const StreamParts parts_;
};

}  // namespace quorate::controller
