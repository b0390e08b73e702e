// GrpcRaftService: the streams that peers send to us on.
//
// A stream delivers nothing before its hello was checked: version, cluster, addressee, and that the
// certificate carries peer_dns_name() of who it says it is. Messages of a frame go up in one call,
// on gRPC's thread, in order; a malformed one is counted and left out.
//
// Owner: GrpcTransport. Thread: gRPC's threads, one per stream at a time. Internal: names gRPC.
#pragma once

#include <functional>

#include "quorate/raft/v1/peer_transport.grpc.pb.h"

#include "raft/transport/frame_codec.h"
#include "raft/transport/transport_counters.h"

namespace quorate::raft {

// What the service needs of its transport; outlives it.
struct ServiceSurroundings {
  const GrpcTransportOptions& options;
  TransportCounters& counters;
  TransportReceiver& receiver;
  std::function<void(NodeId)> on_heard;  // a peer opened a stream: it lives
};

class GrpcRaftService final : public v1::PeerTransport::CallbackService {
 public:
  explicit GrpcRaftService(ServiceSurroundings surroundings);

  grpc::ServerBidiReactor<v1::Frame, v1::Welcome>* Deliver(
      grpc::CallbackServerContext* context) override;

 private:
  const ServiceSurroundings around_;
};

// Why a stream that begins with `handshake` is not for the replica of `options`; a certificate with
// the DNS names `names` opened it.
[[nodiscard]] v1::Welcome judge(const Handshake& handshake,
                                const std::vector<std::string>& names,
                                const GrpcTransportOptions& options);

}  // namespace quorate::raft
