#include "controller/service/maintenance_service.h"

#include <string>
#include <utility>

#include "controller/service/caller.h"
#include "raft/server/fail_point.h"

namespace quorate::controller {
namespace {

constexpr std::size_t kPieceBytes = 1U << 20U;

void write_snapshot(const raft::SnapshotMeta& meta, v1::SnapshotDescription& wire) {
  wire.set_last_index(meta.last.index.value);
  wire.set_last_term(meta.last.term.value);
  wire.set_bytes(meta.bytes);
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
