#include "raft/transport/grpc_peer.h"

#include <limits>
#include <utility>

#include "quorate/raft/v1/peer_transport.grpc.pb.h"

#include "raft/base/clock.h"
#include "raft/transport/connect_probe.h"

namespace quorate::raft {

namespace {

constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();

std::shared_ptr<grpc::Channel> make_channel(const std::string& address,
                                            NodeId peer,
                                            const PeerSurroundings& around) {
  const GrpcTransportOptions& options = around.options;
  grpc::ChannelArguments arguments;
  // Each attempt is a connection of its own: when to retry is our decision.
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetInt(GRPC_ARG_ENABLE_RETRIES, 0);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 1000);  // also bounds one attempt
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, static_cast<int>(options.keepalive_ms));
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, static_cast<int>(options.keepalive_timeout_ms));
  arguments.SetInt(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  arguments.SetInt(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  arguments.SetMaxReceiveMessageSize(1 << 16);  // a Welcome
  arguments.SetMaxSendMessageSize(-1);
  arguments.SetCompressionAlgorithm(GRPC_COMPRESS_NONE);
  if (options.security == TransportSecurity::kMutualTls) {
    arguments.SetSslTargetNameOverride(peer_dns_name(peer));
  }
  return grpc::CreateCustomChannel(address, around.credentials, arguments);
}

}  // namespace

// One attempt and, if it succeeds, one connection. Holds itself until gRPC is done with it.
class GrpcPeer::Stream final : public grpc::ClientBidiReactor<v1::Frame, v1::Welcome> {
 public:
  Stream(GrpcPeer& peer, const std::string& address)
      : peer_(peer),
        stub_(v1::PeerTransport::NewStub(make_channel(address, peer.node_, peer.around_))) {}

  // Sends the hello. Until close() the stream may be written to from any thread.
  void start(std::shared_ptr<Stream> self, const Handshake& handshake) {
    self_ = std::move(self);
    *frame_.mutable_hello() = encode_hello(handshake);
    stub_->async()->Deliver(&context_, this);
    AddHold();
    StartRead(&welcome_);
    StartWrite(&frame_);
    StartCall();
  }
  // Requires that no frame is in flight, and a hold or a running callback.
  void write(const std::vector<SendQueue::Item>& items) {
    frame_.Clear();
    for (const SendQueue::Item& item : items) {
      if (const auto* message = std::get_if<Message>(&item)) append_message(*message, frame_);
      if (const auto* beat = std::get_if<NodeBeat>(&item)) append_beat(*beat, frame_);
    }
    StartWrite(&frame_);
  }
  // Ends the call; on_done() follows. Requires the peer's lock.
  void close() {
    if (std::exchange(closed_, true)) return;
    context_.TryCancel();
    RemoveHold();
  }
  // Requires the peer's lock.
  [[nodiscard]] bool is_closed() const { return closed_; }

 private:
  void OnReadDone(bool ok) override {
    if (!ok) {
      const MutexLock lock(peer_.mutex_);
      close();
      return;
    }
    peer_.on_welcome(*this, welcome_);
    StartRead(&welcome_);
  }
  void OnWriteDone(bool ok) override {
    if (ok) peer_.on_written(*this);
  }
  void OnDone(const grpc::Status& status) override { peer_.on_done(std::move(self_), status); }

  GrpcPeer& peer_;
  const std::unique_ptr<v1::PeerTransport::Stub> stub_;
  grpc::ClientContext context_;
  v1::Welcome welcome_;
  v1::Frame frame_;
  bool closed_ = false;
  std::shared_ptr<Stream> self_;
};

GrpcPeer::GrpcPeer(NodeId node, std::string address, PeerSurroundings surroundings, Random random)
    : node_(node),
      around_(std::move(surroundings)),
      address_(std::move(address)),
      queue_(around_.options.peer_queue_messages_max, around_.options.peer_queue_bytes_max),
      backoff_(around_.options.reconnect_min_ms * kNsPerMs,
               around_.options.reconnect_max_ms * kNsPerMs,
               random) {}

GrpcPeer::~GrpcPeer() {
  stop();
}

void GrpcPeer::push(SendQueue::Item item) {
  const MutexLock lock(mutex_);
  if (state_ == State::kWaiting || stopping_) {
    ++around_.counters.dropped_disconnected;
  } else if (!queue_.push(std::move(item))) {
    ++around_.counters.dropped_queue_full;
  }
}

void GrpcPeer::flush() {
  std::shared_ptr<Stream> stream;
  std::vector<SendQueue::Item> batch;
  {
    const MutexLock lock(mutex_);
    if (!stream_ || stream_->is_closed() || writing_ || queue_.empty()) return;
    writing_ = true;
    stream = stream_;
    stream->AddHold();  // so that the call cannot end before the write has begun
    batch = queue_.take(around_.options.frame_bytes_max);
  }
  around_.counters.messages_sent += batch.size();
  ++around_.counters.frames_sent;
  stream->write(batch);
  stream->RemoveHold();
}

void GrpcPeer::on_written(Stream& stream) {
  std::vector<SendQueue::Item> batch;
  {
    const MutexLock lock(mutex_);
    if (stream_.get() != &stream || stream.is_closed() || queue_.empty()) {
      if (stream_.get() == &stream) writing_ = false;
      return;
    }
    batch = queue_.take(around_.options.frame_bytes_max);
  }
  around_.counters.messages_sent += batch.size();
  ++around_.counters.frames_sent;
  stream.write(batch);
}

void GrpcPeer::on_welcome(Stream& stream, const v1::Welcome& welcome) {
  const MutexLock lock(mutex_);
  if (stream_.get() != &stream || state_ != State::kConnecting) return;
  if (welcome.refusal() != v1::REFUSAL_NONE) {  // the peer ends the stream
    around_.counters.refused_by_peer(refusal_name(welcome.refusal()));
    return;
  }
  state_ = State::kOpen;
  backoff_.reset();
  gone_unsaid_ = false;
  ++around_.counters.connects;
}

void GrpcPeer::on_done(std::shared_ptr<Stream> stream, const grpc::Status& /*status*/) {
  const MutexLock lock(mutex_);
  // gRPC ends its callback threads with the last channel: one must never be given up on them.
  done_.push_back(std::move(stream));
  if (stream_ != done_.back()) return;
  if (state_ == State::kOpen && !stopping_) {
    lost_ = true;
    ++around_.counters.connections_lost;
  }
  state_ = State::kWaiting;
  stream_.reset();
  writing_ = false;
  backing_off_ = true;
  around_.counters.dropped_disconnected += queue_.clear();
  ended_.notify_all();
  // Under the lock: once stop() gets it, this object and its surroundings may go at any time.
  if (!stopping_) around_.wake();
}

std::optional<PeerLoss> GrpcPeer::loss_to_report() {
  std::string address;
  bool lost = false;
  {
    const MutexLock lock(mutex_);
    const bool failed_again = gone_unsaid_ && backing_off_;
    if (stopping_ || (!lost_ && !failed_again)) return std::nullopt;
    lost = std::exchange(lost_, false);
    address = address_;
  }
  const bool gone = is_process_gone(address);
  const MutexLock lock(mutex_);
  gone_unsaid_ = !gone;
  if (gone) return PeerLoss::kProcessGone;
  if (lost) return PeerLoss::kDisconnected;
  return std::nullopt;
}

std::int64_t GrpcPeer::tend(std::int64_t now_ns, TransportReceiver& receiver) {
  if (const std::optional<PeerLoss> loss = loss_to_report()) receiver.on_peer_lost(node_, *loss);
  std::vector<std::shared_ptr<Stream>> done;  // given up here, without the lock
  {
    const MutexLock lock(mutex_);
    done.swap(done_);
    if (stopping_ || state_ != State::kWaiting) return kNever;
    if (std::exchange(backing_off_, false)) due_ns_ = now_ns + backoff_.next_ns();
    if (due_ns_ > now_ns) return due_ns_;
  }
  connect();
  return kNever;
}

void GrpcPeer::connect() {
  std::string address;
  {
    const MutexLock lock(mutex_);
    address = address_;
  }
  // Made without the lock: it takes a while, and push() must never wait for it.
  const auto stream = std::make_shared<Stream>(*this, address);
  const GrpcTransportOptions& options = around_.options;
  const MutexLock lock(mutex_);
  if (stopping_) return;
  state_ = State::kConnecting;
  stream_ = stream;
  writing_ = true;  // the hello
  stream->start(stream, Handshake{kProtocolVersion, options.cluster, options.self, node_});
}

void GrpcPeer::hasten() {
  {
    const MutexLock lock(mutex_);
    if (state_ != State::kWaiting || stopping_) return;
    backing_off_ = false;
    due_ns_ = 0;
  }
  around_.wake();
}

void GrpcPeer::move_to(std::string address) {
  {
    const MutexLock lock(mutex_);
    if (address == address_) return;
    address_ = std::move(address);
    backoff_.reset();
    due_ns_ = 0;
    if (stream_) stream_->close();
  }
  around_.wake();
}

void GrpcPeer::stop() {
  std::vector<std::shared_ptr<Stream>> done;  // outlives the lock
  const MutexLock lock(mutex_);
  stopping_ = true;
  if (stream_) stream_->close();
  while (stream_)
    ended_.wait(mutex_);
}

}  // namespace quorate::raft
