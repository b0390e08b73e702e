#include "raft/transport/grpc_raft_service.h"

#include <algorithm>
#include <utility>

#include <google/protobuf/arena.h>
#include <grpc/grpc_security_constants.h>

namespace quorate::raft {

namespace {

// A frame and the memory it lies in; entries of its messages keep it alive.
struct ReceivedFrame {
  google::protobuf::Arena arena;
  v1::Frame* frame = google::protobuf::Arena::CreateMessage<v1::Frame>(&arena);
};

v1::Welcome refusal(v1::Refusal reason, std::string detail) {
  v1::Welcome welcome;
  welcome.set_refusal(reason);
  welcome.set_detail(std::move(detail));
  return welcome;
}

std::vector<std::string> certificate_names(const grpc::CallbackServerContext& context) {
  std::vector<std::string> names;
  const std::shared_ptr<const grpc::AuthContext> peer = context.auth_context();
  if (!peer || !peer->IsPeerAuthenticated()) return names;
  for (const grpc::string_ref& name : peer->FindPropertyValues(GRPC_PEER_DNS_PROPERTY_NAME)) {
    names.emplace_back(name.data(), name.size());
  }
  return names;
}

class InboundStream final : public grpc::ServerBidiReactor<v1::Frame, v1::Welcome> {
 public:
  InboundStream(const ServiceSurroundings& around, const grpc::CallbackServerContext& context)
      : around_(around), names_(certificate_names(context)) {
    read();
  }

  void OnReadDone(bool ok) override {
    if (!ok) {
      if (!std::exchange(finished_, true)) Finish(grpc::Status::OK);
      return;
    }
    if (!accepted_ && !accept(*received_->frame)) return;
    deliver();
    read();
  }
  void OnDone() override { delete this; }

 private:
  void read() {
    received_ = std::make_shared<ReceivedFrame>();
    StartRead(received_->frame);
  }

  // Whether the stream may go on; if not, it was refused and ends.
  bool accept(const v1::Frame& frame) {
    const Result<Handshake> hello =
        frame.has_hello() ? decode_hello(frame.hello())
                          : Result<Handshake>(Code::kCorruption, "the first frame has no hello");
    welcome_ = hello.is_ok() ? judge(*hello, names_, around_.options)
                             : refusal(v1::REFUSAL_NO_HELLO, hello.status().message());
    if (welcome_.refusal() != v1::REFUSAL_NONE) {
      around_.counters.refuse(refusal_name(welcome_.refusal()));
      finished_ = true;
      StartWriteAndFinish(&welcome_,
                          grpc::WriteOptions(),
                          grpc::Status(grpc::StatusCode::FAILED_PRECONDITION, welcome_.detail()));
      return false;
    }
    accepted_ = true;
    stream_ = *hello;
    StartWrite(&welcome_);
    around_.on_heard(stream_.from.node);
    return true;
  }

  void deliver() {
    const v1::Frame& frame = *received_->frame;
    ++around_.counters.frames_received;
    std::vector<Message> messages;
    messages.reserve(static_cast<std::size_t>(frame.messages_size()));
    for (const v1::Message& sent : frame.messages()) {
      Result<Message> message = decode_message(sent, stream_, received_);
      if (message.is_ok()) {
        messages.push_back(*std::move(message));
      } else {
        around_.counters.refuse("malformed_message");
      }
    }
    around_.counters.messages_received += messages.size();
    if (!messages.empty()) around_.receiver.on_messages(std::move(messages));
    for (const v1::NodeBeat& sent : frame.beats()) {
      Result<NodeBeat> beat = decode_beat(sent, stream_);
      if (beat.is_ok()) {
        ++around_.counters.messages_received;
        around_.receiver.on_beat(*std::move(beat));
      } else {
        around_.counters.refuse("malformed_beat");
      }
    }
  }

  const ServiceSurroundings& around_;
  const std::vector<std::string> names_;
  std::shared_ptr<ReceivedFrame> received_;
  v1::Welcome welcome_;
  Handshake stream_;
  bool accepted_ = false;
  bool finished_ = false;
};

}  // namespace

v1::Welcome judge(const Handshake& handshake,
                  const std::vector<std::string>& names,
                  const GrpcTransportOptions& options) {
  if (handshake.protocol_version != kProtocolVersion) {
    return refusal(v1::REFUSAL_PROTOCOL_VERSION,
                   "version " + std::to_string(handshake.protocol_version) +
                       " is not spoken here, but " + std::to_string(kProtocolVersion));
  }
  if (handshake.cluster != options.cluster) {
    return refusal(
        v1::REFUSAL_FOREIGN_CLUSTER,
        "this is cluster " + to_string(options.cluster) + ", not " + to_string(handshake.cluster));
  }
  if (handshake.to != options.self.node) {
    return refusal(v1::REFUSAL_WRONG_NODE,
                   "this is node " + std::to_string(options.self.node.value) + ", not " +
                       std::to_string(handshake.to.value));
  }
  const std::string wanted = peer_dns_name(handshake.from.node);
  const bool authenticated = std::find(names.begin(), names.end(), wanted) != names.end();
  if (options.security == TransportSecurity::kMutualTls && !authenticated) {
    return refusal(v1::REFUSAL_CERTIFICATE, "the certificate does not carry " + wanted);
  }
  return refusal(v1::REFUSAL_NONE, "");
}

GrpcRaftService::GrpcRaftService(ServiceSurroundings surroundings)
    : around_(std::move(surroundings)) {}

grpc::ServerBidiReactor<v1::Frame, v1::Welcome>* GrpcRaftService::Deliver(
    grpc::CallbackServerContext* context) {
  return new InboundStream(around_, *context);  // deletes itself in OnDone()
}

}  // namespace quorate::raft
