// What reaches the port without being a peer: each is refused, counted and changes nothing.
#include <arpa/inet.h>
#include <catch2/catch.hpp>
#include <grpcpp/grpcpp.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "quorate/raft/v1/peer_transport.grpc.pb.h"

#include "raft/base/random.h"
#include "raft/transport/frame_codec.h"
#include "tests/raft/transport/transport_node.h"

namespace quorate::raft {

namespace {

// Sends `frames` to `address` with the given credentials; how the stream ended.
struct RawStream {
  v1::Welcome welcome;
  grpc::Status status;
};

RawStream raw_stream(const std::string& address,
                     const std::shared_ptr<grpc::ChannelCredentials>& credentials,
                     const std::vector<v1::Frame>& frames) {
  grpc::ChannelArguments arguments;
  arguments.SetSslTargetNameOverride("controller-1.quorate");
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetMaxSendMessageSize(-1);
  const auto stub =
      v1::PeerTransport::NewStub(grpc::CreateCustomChannel(address, credentials, arguments));
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(10));
  const auto stream = stub->Deliver(&context);
  RawStream result;
  for (const v1::Frame& frame : frames)
    stream->Write(frame);
  stream->WritesDone();
  stream->Read(&result.welcome);
  v1::Welcome rest;
  while (stream->Read(&rest)) {
  }
  result.status = stream->Finish();
  return result;
}

std::shared_ptr<grpc::ChannelCredentials> credentials(const TlsOptions& tls) {
  return grpc::SslCredentials({tls.ca_pem, tls.key_pem, tls.certificate_pem});
}

v1::Frame hello_frame(const Handshake& handshake) {
  v1::Frame frame;
  *frame.mutable_hello() = encode_hello(handshake);
  return frame;
}

Handshake from_two() {
  return {kProtocolVersion, kCluster, replica(2), NodeId{1}};
}

// After everything hostile, an honest peer is served.
void check_still_serves(const KeyPair& ca, const TransportNode& victim) {
  const std::size_t before = victim.receiver().count();
  TransportNode honest(ca, 3);
  honest.connect_to(1, victim);
  honest.send(heartbeat(3, 1, 77));
  CHECK(eventually([&] { return victim.receiver().count() == before + 1; }));
}

// Writes `bytes` to the port of `victim` and reads until the connection is closed.
bool closes_on(const TransportNode& victim, const std::string& bytes) {
  const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(const_cast<TransportNode&>(victim).transport().port());
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  timeval patience{8, 0};
  ::setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
  REQUIRE(::connect(descriptor, reinterpret_cast<const sockaddr*>(&to), sizeof(to)) == 0);
  static_cast<void>(::send(descriptor, bytes.data(), bytes.size(), MSG_NOSIGNAL));
  char answer[4096];
  ssize_t count = 1;
  while (count > 0)
    count = ::recv(descriptor, answer, sizeof(answer), 0);
  const bool closed = count == 0 || errno == ECONNRESET;
  ::close(descriptor);
  return closed;
}

}  // namespace

TEST_CASE("a hello that is not for us is refused with its reason",
          "[raft][transport][net][X04][N23][N24]") {
  const KeyPair ca = new_ca();
  const TransportNode one(ca, 1);
  const auto as_two = credentials(issue_for(ca, NodeId{2}));
  const auto refused_as = [&](const v1::Frame& frame) {
    const RawStream stream = raw_stream(one.address(), as_two, {frame});
    CHECK(stream.status.error_code() == grpc::StatusCode::FAILED_PRECONDITION);
    CHECK(one.refused(refusal_name(stream.welcome.refusal())) > 0);
    return stream.welcome.refusal();
  };
  Handshake handshake = from_two();
  handshake.cluster = ClusterId{9, 9};
  CHECK(refused_as(hello_frame(handshake)) == v1::REFUSAL_FOREIGN_CLUSTER);
  handshake = from_two();
  handshake.to = NodeId{3};
  CHECK(refused_as(hello_frame(handshake)) == v1::REFUSAL_WRONG_NODE);
  handshake = from_two();
  handshake.protocol_version = 2;
  CHECK(refused_as(hello_frame(handshake)) == v1::REFUSAL_PROTOCOL_VERSION);
  handshake = from_two();
  handshake.from = replica(3);  // with the certificate of node 2
  CHECK(refused_as(hello_frame(handshake)) == v1::REFUSAL_CERTIFICATE);
  v1::Frame no_hello;
  append_message(heartbeat(2, 1, 1), no_hello);
  CHECK(refused_as(no_hello) == v1::REFUSAL_NO_HELLO);
  CHECK(one.receiver().count() == 0);
  check_still_serves(ca, one);
}

TEST_CASE("who has no certificate of our authority never gets through",
          "[raft][transport][net][X06]") {
  const KeyPair ca = new_ca();
  const TransportNode one(ca, 1);
  const std::vector<v1::Frame> frames{hello_frame(from_two())};
  TlsOptions none = issue_for(ca, NodeId{2});
  none.certificate_pem.clear();
  none.key_pem.clear();
  TlsOptions foreign = issue_for(new_ca(), NodeId{2});
  foreign.ca_pem = ca.certificate_pem;
  CertificateRequest old;
  old.common_name = "old";
  old.dns_names = {peer_dns_name(NodeId{2})};
  old.valid_from_days = -10;
  old.valid_days = 5;
  for (const auto& refused : {credentials(none),
                              credentials(foreign),
                              credentials(issue(ca, old)),
                              grpc::InsecureChannelCredentials()}) {
    CHECK(raw_stream(one.address(), refused, frames).status.error_code() ==
          grpc::StatusCode::UNAVAILABLE);
  }
  CHECK(one.receiver().count() == 0);
  check_still_serves(ca, one);
}

TEST_CASE("a server that is not the peer is not talked to", "[raft][transport][net][N23]") {
  const KeyPair ca = new_ca();
  TransportNode one(ca, 1);
  const TransportNode three(ca, 3);
  one.transport().set_peer(NodeId{2}, three.address());  // node 3 answers on node 2's address
  for (int i = 0; i < 20; ++i) {
    one.send(heartbeat(1, 2, 1));
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  CHECK(one.transport().stats().connects == 0);
  CHECK(three.receiver().count() == 0);
}

TEST_CASE("another cluster of the same authority is told apart", "[raft][transport][net][N24]") {
  const KeyPair ca = new_ca();
  GrpcTransportOptions foreign = node_options(ca, 1);
  foreign.cluster = ClusterId{5, 5};
  TransportNode one(foreign);
  const TransportNode two(ca, 2);
  one.transport().set_peer(NodeId{2}, two.address());
  REQUIRE(eventually([&] { return one.refused_by_peers("foreign_cluster") > 0; }));
  CHECK(two.refused("foreign_cluster") > 0);
  CHECK(one.transport().stats().connects == 0);
}

TEST_CASE("malformed messages are counted and the others delivered",
          "[raft][transport][net][X03]") {
  const KeyPair ca = new_ca();
  const TransportNode one(ca, 1);
  v1::Frame frame = hello_frame(from_two());
  append_message(heartbeat(2, 1, 1), frame);
  append_message(message_of(2, 1, sample_append(50)), frame);
  frame.mutable_messages(1)->mutable_append_entries()->mutable_entries(1)->set_data("changed");
  frame.add_messages()->set_term(~0ULL);
  append_message(heartbeat(2, 1, 2), frame);
  const auto as_two = credentials(issue_for(ca, NodeId{2}));
  CHECK(raw_stream(one.address(), as_two, {frame}).status.ok());
  CHECK(
      (one.receiver().messages() == std::vector<Message>{heartbeat(2, 1, 1), heartbeat(2, 1, 2)}));
  CHECK(one.refused("malformed_message") == 2);
}

TEST_CASE("a frame above the limit breaks its stream and nothing else",
          "[raft][transport][net][X08]") {
  const KeyPair ca = new_ca();
  const TransportNode one(ca, 1);
  v1::Frame large;
  append_message(message_of(2, 1, sample_append(17U << 20U)), large);
  const auto as_two = credentials(issue_for(ca, NodeId{2}));
  const RawStream stream = raw_stream(one.address(), as_two, {hello_frame(from_two()), large});
  CHECK_FALSE(stream.status.ok());
  CHECK(one.receiver().count() == 0);
  check_still_serves(ca, one);
}

TEST_CASE("random bytes close the connection and nothing else", "[raft][transport][net][X01]") {
  const KeyPair ca = new_ca();
  const TransportNode one(ca, 1);
  Random random(3);
  for (int round = 0; round < 20; ++round) {
    std::string bytes(random.between(1, 4096), '\0');
    for (char& byte : bytes)
      byte = static_cast<char>(random.below(256));
    bytes[0] = static_cast<char>(random.below(20));  // not the begin of a handshake, 0x16
    if (bytes.size() < 16) bytes.resize(16);
    CHECK(closes_on(one, bytes));
  }
  CHECK(closes_on(one, "GET / HTTP/1.1\r\nHost: x\r\n\r\n"));
  CHECK(closes_on(one, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"));
  check_still_serves(ca, one);
}

}  // namespace quorate::raft
