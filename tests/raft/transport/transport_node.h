// A transport with a receiver that remembers, and waiting on conditions with a deadline.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>

#include "raft/base/mutex.h"
#include "raft/transport/grpc_transport.h"
#include "tests/raft/transport/certificates.h"
#include "tests/raft/transport/sample_messages.h"

namespace quorate::raft {

// Whether `condition` became true within ten seconds.
inline bool eventually(const std::function<bool()>& condition) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return true;
}

class RecordingReceiver final : public TransportReceiver {
 public:
  void on_messages(std::vector<Message> messages) override {
    const MutexLock lock(mutex_);
    for (Message& message : messages)
      messages_.push_back(std::move(message));
  }
  void on_peer_lost(NodeId peer, PeerLoss loss) override {
    const MutexLock lock(mutex_);
    losses_.emplace_back(peer, loss);
  }
  [[nodiscard]] std::vector<Message> messages() const {
    const MutexLock lock(mutex_);
    return messages_;
  }
  [[nodiscard]] std::size_t count() const {
    const MutexLock lock(mutex_);
    return messages_.size();
  }
  [[nodiscard]] std::vector<std::pair<NodeId, PeerLoss>> losses() const {
    const MutexLock lock(mutex_);
    return losses_;
  }

 private:
  mutable Mutex mutex_;
  std::vector<Message> messages_ QUORATE_GUARDED_BY(mutex_);
  std::vector<std::pair<NodeId, PeerLoss>> losses_ QUORATE_GUARDED_BY(mutex_);
};

// Node `node` of the test's cluster with a certificate of `ca`.
inline GrpcTransportOptions node_options(const KeyPair& ca, std::uint64_t node) {
  GrpcTransportOptions options;
  options.cluster = kCluster;
  options.self = replica(node);
  options.tls = issue_for(ca, NodeId{node});
  return options;
}

class TransportNode {
 public:
  explicit TransportNode(const GrpcTransportOptions& options) {
    Result<std::unique_ptr<GrpcTransport>> made = GrpcTransport::create(options);
    INFO(to_string(made.status()));
    REQUIRE(made.is_ok());
    transport_ = *std::move(made);
    const Status started = transport_->start(receiver_);
    INFO(to_string(started));
    REQUIRE(started.is_ok());
  }
  TransportNode(const KeyPair& ca, std::uint64_t node) : TransportNode(node_options(ca, node)) {}

  [[nodiscard]] GrpcTransport& transport() { return *transport_; }
  [[nodiscard]] const RecordingReceiver& receiver() const { return receiver_; }
  [[nodiscard]] std::string address() const {
    return "127.0.0.1:" + std::to_string(transport_->port());
  }
  void send(Message message) {
    std::vector<Message> one;
    one.push_back(std::move(message));
    transport_->send(std::move(one));
  }
  // Makes `peer` known and waits until our stream to it is open.
  void connect_to(std::uint64_t node, const TransportNode& peer) {
    const std::uint64_t before = transport_->stats().connects;
    transport_->set_peer(NodeId{node}, peer.address());
    REQUIRE(eventually([&] { return transport_->stats().connects > before; }));
  }
  [[nodiscard]] std::uint64_t refused(const std::string& reason) const {
    const TransportStats stats = transport_->stats();
    const auto found = stats.refused.find(reason);
    return found == stats.refused.end() ? 0 : found->second;
  }
  [[nodiscard]] std::uint64_t refused_by_peers(const std::string& reason) const {
    const TransportStats stats = transport_->stats();
    const auto found = stats.refused_by_peers.find(reason);
    return found == stats.refused_by_peers.end() ? 0 : found->second;
  }

 private:
  RecordingReceiver receiver_;
  std::unique_ptr<GrpcTransport> transport_;  // first to go
};

}  // namespace quorate::raft
