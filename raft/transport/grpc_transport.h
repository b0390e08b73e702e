// GrpcTransport: messages over one long-lived gRPC stream per peer and direction.
//
//   send() --> peer's queue --> frame of whatever waits --> stream --> receiver.on_messages()
//
// We open the stream that we send on; the peer opens the one that it sends on. A stream begins with
// a handshake {protocol version, cluster, from, to}: the server refuses it with a typed reason
// unless it is meant for this node and the certificate carries peer_dns_name(from). Messages then
// carry neither cluster nor sender: they are the stream's, and cannot be spoofed.
//
// Invariants:
//   I1  messages of one stream arrive in the order sent, or not at all
//   I2  a peer's queue holds at most peer_queue_{messages,bytes}_max; more is dropped and counted
//   I3  nothing is queued for a peer that cannot be reached: what waits for it is dropped when a
//       connection attempt fails
//   I4  a lost connection is reported once per loss, after a probe told a dead process from a
//   broken
//       connection
//
// Thread: as Transport says. Never call stop() from the receiver.
// Source: proto/quorate/raft/v1/transport.proto.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "raft/base/status.h"
#include "raft/core/types.h"
#include "raft/transport/tls.h"
#include "raft/transport/transport.h"

namespace quorate::raft {

enum class TransportSecurity : std::uint8_t {
  kMutualTls,
  kUnsafePlaintext,  // tests only: no peer is authenticated
};

struct GrpcTransportOptions {
  ClusterId cluster;
  ReplicaId self;
  std::string listen = "127.0.0.1:0";  // "host:port"; port 0 lets the system choose, see port()
  TransportSecurity security = TransportSecurity::kMutualTls;
  TlsOptions tls;  // with kMutualTls

  std::size_t peer_queue_messages_max = 65536;    // per peer; more are dropped
  std::size_t peer_queue_bytes_max = 64U << 20U;  // per peer; more are dropped
  std::size_t frame_bytes_max = 1U << 20U;        // then a frame is closed; one message always fits
  std::size_t receive_bytes_max = 16U << 20U;     // a larger frame breaks its stream
  std::uint32_t inbound_streams_max = 256;        // concurrent, per connection
  std::int64_t reconnect_min_ms = 10;             // after a first attempt at once
  std::int64_t reconnect_max_ms = 500;            // doubling up to here, less up to half by jitter
  std::int64_t keepalive_ms = 2000;               // silence after which a connection is pinged
  std::int64_t keepalive_timeout_ms = 1000;       // and given up
  std::uint64_t seed = 0;                         // of the jitter; 0 takes the incarnation's
};

// Counters since start, for metrics.
struct TransportStats {
  std::uint64_t messages_sent = 0;
  std::uint64_t messages_received = 0;
  std::uint64_t frames_sent = 0;
  std::uint64_t frames_received = 0;
  std::uint64_t dropped_queue_full = 0;
  std::uint64_t dropped_disconnected = 0;
  std::uint64_t dropped_unknown_peer = 0;
  std::uint64_t connects = 0;                             // streams that passed the handshake, ours
  std::uint64_t connections_lost = 0;                     // of those
  std::map<std::string, std::uint64_t> refused_by_peers;  // by reason: streams of ours
  std::map<std::string, std::uint64_t> refused;  // by reason: streams and frames that we refused
};

class GrpcTransport final : public Transport {
 public:
  // kInvalidArgument when an option or the TLS material is unusable, e.g. our certificate does not
  // carry peer_dns_name(self.node).
  static Result<std::unique_ptr<GrpcTransport>> create(GrpcTransportOptions options);
  // stop()s.
  ~GrpcTransport() override;
  GrpcTransport(const GrpcTransport&) = delete;
  GrpcTransport& operator=(const GrpcTransport&) = delete;

  // kUnavailable when the address cannot be listened on.
  Status start(TransportReceiver& receiver) override;
  void set_peer(NodeId peer, std::string address) override;
  void send(std::vector<Message> messages) override;
  void send_beat(NodeBeat beat) override;
  void stop() override;

  // The port listened on; 0 before start().
  [[nodiscard]] std::uint16_t port() const;
  [[nodiscard]] TransportStats stats() const;

 private:
  class Impl;
  explicit GrpcTransport(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;
};

}  // namespace quorate::raft
