#include "raft/transport/grpc_transport.h"

#include <algorithm>
#include <limits>
#include <thread>
#include <utility>

#include <grpcpp/grpcpp.h>

#include "raft/base/clock.h"
#include "raft/base/mutex.h"
#include "raft/transport/grpc_peer.h"
#include "raft/transport/grpc_raft_service.h"
#include "raft/transport/transport_counters.h"

namespace quorate::raft {

namespace {

constexpr int kServerHandshakeMs = 5000;
constexpr int kMetadataBytesMax = 16384;

std::shared_ptr<grpc::ChannelCredentials> channel_credentials(const GrpcTransportOptions& options) {
  if (options.security == TransportSecurity::kUnsafePlaintext) {
    return grpc::InsecureChannelCredentials();
  }
  return grpc::SslCredentials(
      {options.tls.ca_pem, options.tls.key_pem, options.tls.certificate_pem});
}

std::shared_ptr<grpc::ServerCredentials> server_credentials(const GrpcTransportOptions& options) {
  if (options.security == TransportSecurity::kUnsafePlaintext) {
    return grpc::InsecureServerCredentials();
  }
  grpc::SslServerCredentialsOptions tls(GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
  tls.pem_root_certs = options.tls.ca_pem;
  tls.pem_key_cert_pairs.push_back({options.tls.key_pem, options.tls.certificate_pem});
  return grpc::SslServerCredentials(tls);
}

Status check(const GrpcTransportOptions& options) {
  const auto refuse = [](const char* why) { return Status(Code::kInvalidArgument, why); };
  if (options.peer_queue_messages_max == 0) return refuse("peer_queue_messages_max is 0");
  if (options.frame_bytes_max == 0) return refuse("frame_bytes_max is 0");
  if (options.receive_bytes_max < options.frame_bytes_max ||
      options.receive_bytes_max > std::numeric_limits<int>::max()) {
    return refuse("receive_bytes_max is not within [frame_bytes_max, 2 GiB)");
  }
  if (options.reconnect_min_ms <= 0 || options.reconnect_max_ms < options.reconnect_min_ms) {
    return refuse("reconnect_min_ms and reconnect_max_ms do not fit");
  }
  if (options.keepalive_ms <= 0 || options.keepalive_timeout_ms <= 0) {
    return refuse("keepalive_ms and keepalive_timeout_ms must be positive");
  }
  if (options.security == TransportSecurity::kUnsafePlaintext) return Status::ok();
  QUORATE_TRY(check_tls(options.tls, system_clock().wall_ms()));
  const Result<std::vector<std::string>> names = dns_names(options.tls.certificate_pem);
  if (!names.is_ok()) return names.status();
  const std::string own = peer_dns_name(options.self.node);
  if (std::find(names->begin(), names->end(), own) == names->end()) {
    return {Code::kInvalidArgument, "the certificate does not carry the DNS name " + own};
  }
  return Status::ok();
}

}  // namespace

class GrpcTransport::Impl {
 public:
  explicit Impl(GrpcTransportOptions options)
      : options_(std::move(options)),
        channel_credentials_(channel_credentials(options_)),
        random_(options_.seed != 0 ? options_.seed : options_.self.incarnation.low) {}

  Status start(TransportReceiver& receiver);
  void set_peer(NodeId node, std::string address);
  void send(std::vector<Message> messages);
  void send_beat(NodeBeat beat);
  void stop();
  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] TransportStats stats() const { return counters_.read(); }

 private:
  Status listen(TransportReceiver& receiver);
  void dial();
  std::shared_ptr<GrpcPeer> find(NodeId node) const;
  std::vector<std::shared_ptr<GrpcPeer>> all() const;
  void wake();

  const GrpcTransportOptions options_;
  const std::shared_ptr<grpc::ChannelCredentials> channel_credentials_;
  TransportCounters counters_;
  std::atomic<std::uint16_t> port_ = 0;
  TransportReceiver* receiver_ = nullptr;  // set before dialler_ starts
  std::unique_ptr<GrpcRaftService> service_;
  std::unique_ptr<grpc::Server> server_;
  std::thread dialler_;

  mutable Mutex mutex_;
  CondVar due_;
  Random random_ QUORATE_GUARDED_BY(mutex_);
  std::map<NodeId, std::shared_ptr<GrpcPeer>> peers_ QUORATE_GUARDED_BY(mutex_);
  bool awake_ QUORATE_GUARDED_BY(mutex_) = false;
  bool stopping_ QUORATE_GUARDED_BY(mutex_) = false;
};

Status GrpcTransport::Impl::start(TransportReceiver& receiver) {
  QUORATE_CHECK(receiver_ == nullptr);  // started once
  QUORATE_TRY(listen(receiver));
  receiver_ = &receiver;
  dialler_ = std::thread([this] { dial(); });
  return Status::ok();
}

Status GrpcTransport::Impl::listen(TransportReceiver& receiver) {
  service_ = std::make_unique<GrpcRaftService>(
      ServiceSurroundings{options_, counters_, receiver, [this](NodeId node) {
                            if (const auto peer = find(node)) peer->hasten();
                          }});
  grpc::ServerBuilder builder;
  int port = 0;
  builder.AddListeningPort(options_.listen, server_credentials(options_), &port);
  builder.RegisterService(service_.get());
  builder.SetMaxReceiveMessageSize(static_cast<int>(options_.receive_bytes_max));
  // No compression: a small frame cannot become a large one (X07).
  builder.SetCompressionAlgorithmSupportStatus(GRPC_COMPRESS_DEFLATE, false);
  builder.SetCompressionAlgorithmSupportStatus(GRPC_COMPRESS_GZIP, false);
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);  // a taken port is an error
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS,
                             static_cast<int>(options_.inbound_streams_max));
  builder.AddChannelArgument(GRPC_ARG_MAX_METADATA_SIZE, kMetadataBytesMax);
  builder.AddChannelArgument(GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS, kServerHandshakeMs);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, static_cast<int>(options_.keepalive_ms));
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS,
                             static_cast<int>(options_.keepalive_timeout_ms));
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS,
                             static_cast<int>(options_.keepalive_ms / 2));
  server_ = builder.BuildAndStart();
  if (!server_ || port == 0) {
    server_.reset();
    return {Code::kUnavailable, "cannot listen on " + options_.listen + " for peers"};
  }
  port_ = static_cast<std::uint16_t>(port);
  return Status::ok();
}

// The dialling thread: reports losses and connects, whenever a peer wants to.
void GrpcTransport::Impl::dial() {
  while (true) {
    const std::int64_t now = system_clock().monotonic_ns();
    std::int64_t next = now + 1'000'000'000;
    for (const std::shared_ptr<GrpcPeer>& peer : all()) {
      next = std::min(next, peer->tend(now, *receiver_));
    }
    const MutexLock lock(mutex_);
    if (!awake_ && !stopping_) {
      const std::int64_t wait = next - system_clock().monotonic_ns();
      if (wait > 0) due_.wait_for(mutex_, std::chrono::nanoseconds(wait));
    }
    awake_ = false;
    if (stopping_) return;
  }
}

void GrpcTransport::Impl::wake() {
  const MutexLock lock(mutex_);
  awake_ = true;
  due_.notify_one();
}

std::shared_ptr<GrpcPeer> GrpcTransport::Impl::find(NodeId node) const {
  const MutexLock lock(mutex_);
  const auto found = peers_.find(node);
  return found == peers_.end() ? nullptr : found->second;
}

std::vector<std::shared_ptr<GrpcPeer>> GrpcTransport::Impl::all() const {
  const MutexLock lock(mutex_);
  std::vector<std::shared_ptr<GrpcPeer>> peers;
  for (const auto& [node, peer] : peers_)
    peers.push_back(peer);
  return peers;
}

void GrpcTransport::Impl::set_peer(NodeId node, std::string address) {
  if (const std::shared_ptr<GrpcPeer> known = find(node)) {
    known->move_to(std::move(address));
    return;
  }
  {
    const MutexLock lock(mutex_);
    if (stopping_) return;
    peers_.try_emplace(
        node,
        std::make_shared<GrpcPeer>(
            node,
            std::move(address),
            PeerSurroundings{options_, channel_credentials_, counters_, [this] { wake(); }},
            random_.split()));
  }
  wake();
}

void GrpcTransport::Impl::send(std::vector<Message> messages) {
  std::vector<std::pair<NodeId, std::shared_ptr<GrpcPeer>>> touched;  // few: searched in order
  for (Message& message : messages) {
    const NodeId node = message.to.node;
    auto target = std::find_if(
        touched.begin(), touched.end(), [&](const auto& item) { return item.first == node; });
    if (target == touched.end()) target = touched.insert(target, {node, find(node)});
    if (target->second) {
      target->second->push(std::move(message));
    } else {
      ++counters_.dropped_unknown_peer;
    }
  }
  for (const auto& [node, peer] : touched) {
    if (peer) peer->flush();
  }
}

void GrpcTransport::Impl::send_beat(NodeBeat beat) {
  const std::shared_ptr<GrpcPeer> peer = find(beat.to.node);
  if (!peer) {
    ++counters_.dropped_unknown_peer;
    return;
  }
  peer->push(std::move(beat));
  peer->flush();
}

void GrpcTransport::Impl::stop() {
  {
    const MutexLock lock(mutex_);
    if (std::exchange(stopping_, true)) return;
    due_.notify_one();
  }
  if (dialler_.joinable()) dialler_.join();
  for (const std::shared_ptr<GrpcPeer>& peer : all())
    peer->stop();
  if (server_) {
    server_->Shutdown(std::chrono::system_clock::now());  // cancels the peers' streams
    server_->Wait();
  }
}

GrpcTransport::GrpcTransport(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

GrpcTransport::~GrpcTransport() {
  stop();
}

Result<std::unique_ptr<GrpcTransport>> GrpcTransport::create(GrpcTransportOptions options) {
  QUORATE_TRY(check(options));
  return std::unique_ptr<GrpcTransport>(
      new GrpcTransport(std::make_unique<Impl>(std::move(options))));
}

Status GrpcTransport::start(TransportReceiver& receiver) {
  return impl_->start(receiver);
}

void GrpcTransport::set_peer(NodeId peer, std::string address) {
  impl_->set_peer(peer, std::move(address));
}

void GrpcTransport::send(std::vector<Message> messages) {
  impl_->send(std::move(messages));
}

void GrpcTransport::send_beat(NodeBeat beat) {
  impl_->send_beat(std::move(beat));
}

void GrpcTransport::stop() {
  impl_->stop();
}

std::uint16_t GrpcTransport::port() const {
  return impl_->port();
}

TransportStats GrpcTransport::stats() const {
  return impl_->stats();
}

}  // namespace quorate::raft
