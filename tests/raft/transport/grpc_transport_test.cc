#include "raft/transport/grpc_transport.h"

#include <catch2/catch.hpp>

#include "tests/raft/transport/transport_node.h"

namespace quorate::raft {

TEST_CASE("every kind of message reaches the peer as it was sent", "[raft][transport][net]") {
  const KeyPair ca = new_ca();
  TransportNode one(ca, 1);
  const TransportNode two(ca, 2);
  one.connect_to(2, two);
  std::vector<Message> sent;
  for (const MessageBody& body : sample_bodies())
    sent.push_back(message_of(1, 2, body));
  one.transport().send(sent);
  REQUIRE(eventually([&] { return two.receiver().count() == sent.size(); }));
  CHECK((two.receiver().messages() == sent));
}

TEST_CASE("order is kept within a stream", "[raft][transport][net]") {
  constexpr std::uint64_t kMessages = 20000;
  const KeyPair ca = new_ca();
  TransportNode one(ca, 1);
  const TransportNode two(ca, 2);
  one.connect_to(2, two);
  for (std::uint64_t round = 1; round <= kMessages; ++round)
    one.send(heartbeat(1, 2, round));
  REQUIRE(eventually([&] { return two.receiver().count() == kMessages; }));
  std::uint64_t expected = 0;
  for (const Message& message : two.receiver().messages()) {
    REQUIRE(std::get<Heartbeat>(message.body).round == ++expected);
  }
  CHECK(one.transport().stats().frames_sent < kMessages);  // what waited shared frames
}

TEST_CASE("an entry of 8 MiB travels alone in its frame", "[raft][transport][net]") {
  const KeyPair ca = new_ca();
  TransportNode one(ca, 1);
  const TransportNode two(ca, 2);
  one.connect_to(2, two);
  const Message large = message_of(1, 2, sample_append(8U << 20U));
  one.send(heartbeat(1, 2, 1));
  one.send(large);
  REQUIRE(eventually([&] { return two.receiver().count() == 2; }));
  CHECK((two.receiver().messages()[1] == large));
}

TEST_CASE("a peer whose process ends is reported gone", "[raft][transport][net][N18]") {
  const KeyPair ca = new_ca();
  TransportNode one(ca, 1);
  auto two = std::make_unique<TransportNode>(ca, 2);
  one.connect_to(2, *two);
  two->transport().stop();
  REQUIRE(eventually([&] {
    const auto losses = one.receiver().losses();
    return !losses.empty() && losses.back() == std::pair(NodeId{2}, PeerLoss::kProcessGone);
  }));
  CHECK(one.transport().stats().connections_lost == 1);
  one.send(heartbeat(1, 2, 1));
  CHECK(eventually([&] {
    one.send(heartbeat(1, 2, 1));
    return one.transport().stats().dropped_disconnected > 0;
  }));
}

TEST_CASE("a peer that comes back is connected to again", "[raft][transport][net][N22]") {
  const KeyPair ca = new_ca();
  TransportNode one(ca, 1);
  auto two = std::make_unique<TransportNode>(ca, 2);
  one.connect_to(2, *two);
  GrpcTransportOptions same_port = node_options(ca, 2);
  same_port.listen = two->address();
  two.reset();
  const TransportNode back(same_port);
  REQUIRE(eventually([&] {
    one.send(heartbeat(1, 2, 1));
    return back.receiver().count() > 0;
  }));
  // Moved to another address, the peer is the same: identity, not address, is what counts.
  const TransportNode moved(ca, 2);
  one.transport().set_peer(NodeId{2}, moved.address());
  CHECK(eventually([&] {
    one.send(heartbeat(1, 2, 2));
    return moved.receiver().count() > 0;
  }));
}

TEST_CASE("a peer that dials us is dialled without waiting", "[raft][transport][net]") {
  const KeyPair ca = new_ca();
  GrpcTransportOptions patient = node_options(ca, 1);
  patient.reconnect_min_ms = 60'000;
  patient.reconnect_max_ms = 60'000;
  TransportNode one(patient);
  GrpcTransportOptions late = node_options(ca, 2);
  {
    const TransportNode first(ca, 2);
    late.listen = first.address();
    one.connect_to(2, first);
  }
  REQUIRE(eventually([&] { return one.transport().stats().connections_lost == 1; }));
  TransportNode two(late);
  two.connect_to(1, one);
  CHECK(eventually([&] { return one.transport().stats().connects == 2; }));
}

TEST_CASE("nothing is received after stop", "[raft][transport][net]") {
  const KeyPair ca = new_ca();
  TransportNode one(ca, 1);
  TransportNode two(ca, 2);
  one.connect_to(2, two);
  two.connect_to(1, one);
  for (std::uint64_t round = 0; round < 1000; ++round)
    one.send(heartbeat(1, 2, round));
  two.transport().stop();
  const std::size_t received = two.receiver().count();
  const std::size_t losses = two.receiver().losses().size();
  for (std::uint64_t round = 0; round < 1000; ++round)
    one.send(heartbeat(1, 2, round));
  one.transport().stop();
  CHECK(two.receiver().count() == received);
  CHECK(two.receiver().losses().size() == losses);
}

TEST_CASE("messages for unknown peers and full queues are dropped and counted",
          "[raft][transport][net]") {
  const KeyPair ca = new_ca();
  GrpcTransportOptions options = node_options(ca, 1);
  options.peer_queue_messages_max = 10;
  TransportNode one(options);
  const TransportNode two(ca, 2);
  one.send(heartbeat(1, 9, 1));
  CHECK(one.transport().stats().dropped_unknown_peer == 1);
  one.connect_to(2, two);
  std::vector<Message> many;
  for (std::uint64_t round = 0; round < 5000; ++round)
    many.push_back(heartbeat(1, 2, round));
  one.transport().send(many);
  const std::uint64_t dropped = one.transport().stats().dropped_queue_full;
  CHECK(dropped > 0);
  CHECK(eventually([&] { return two.receiver().count() + dropped == many.size(); }));
}

TEST_CASE("a port that is taken is an error", "[raft][transport][net][G14]") {
  const KeyPair ca = new_ca();
  const TransportNode one(ca, 1);
  GrpcTransportOptions same = node_options(ca, 2);
  same.listen = one.address();
  const auto two = GrpcTransport::create(same);
  REQUIRE(two.is_ok());
  RecordingReceiver receiver;
  const Status status = (*two)->start(receiver);
  CHECK(status.code() == Code::kUnavailable);
  CHECK(status.message().find(one.address()) != std::string::npos);
}

TEST_CASE("a certificate without our own name is refused at start", "[raft][transport][net][G12]") {
  const KeyPair ca = new_ca();
  GrpcTransportOptions options = node_options(ca, 1);
  options.tls = issue_for(ca, NodeId{2});
  const Status status = GrpcTransport::create(options).status();
  CHECK(status.code() == Code::kInvalidArgument);
  CHECK(status.message().find("controller-1.quorate") != std::string::npos);
}

}  // namespace quorate::raft
