// LoopNetwork: an in-process network whose links can be cut and healed. LoopTransport is the
// Transport that a server gets; messages are delivered on the sender's thread.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <shared_mutex>
#include <utility>

#include "raft/transport/transport.h"

namespace quorate::raft {

class LoopNetwork {
 public:
  // Both ways; a later heal() of the same pair undoes it.
  void cut(NodeId a, NodeId b) {
    const std::unique_lock lock(mutex_);
    cuts_.insert({a, b});
    cuts_.insert({b, a});
  }
  void heal(NodeId a, NodeId b) {
    const std::unique_lock lock(mutex_);
    cuts_.erase({a, b});
    cuts_.erase({b, a});
  }

  void join(NodeId node, TransportReceiver& receiver) {
    const std::unique_lock lock(mutex_);
    receivers_[node] = &receiver;
  }
  // No call to its receiver begins after it returns. The others learn that the process is gone.
  void leave(NodeId node) {
    {
      const std::unique_lock lock(mutex_);
      if (receivers_.erase(node) == 0) return;
    }
    const std::shared_lock lock(mutex_);
    for (const auto& [peer, receiver] : receivers_)
      receiver->on_peer_lost(node, PeerLoss::kProcessGone);
  }

  void deliver(std::vector<Message> messages) {
    const std::shared_lock lock(mutex_);
    for (Message& message : messages) {
      const auto receiver = receivers_.find(message.to.node);
      if (receiver == receivers_.end()) continue;
      if (cuts_.contains({message.from.node, message.to.node})) continue;
      std::vector<Message> one;
      one.push_back(std::move(message));
      receiver->second->on_messages(std::move(one));
    }
  }

  void deliver(NodeBeat beat) {
    const std::shared_lock lock(mutex_);
    const auto receiver = receivers_.find(beat.to.node);
    if (receiver == receivers_.end()) return;
    if (cuts_.contains({beat.from.node, beat.to.node})) return;
    receiver->second->on_beat(std::move(beat));
  }

 private:
  std::shared_mutex mutex_;
  std::map<NodeId, TransportReceiver*> receivers_;
  std::set<std::pair<NodeId, NodeId>> cuts_;
};

class LoopTransport final : public Transport {
 public:
  LoopTransport(std::shared_ptr<LoopNetwork> network, NodeId self)
      : network_(std::move(network)), self_(self) {}
  ~LoopTransport() override { stop(); }

  Status start(TransportReceiver& receiver) override {
    network_->join(self_, receiver);
    return Status::ok();
  }
  void set_peer(NodeId, std::string) override {}
  void send(std::vector<Message> messages) override { network_->deliver(std::move(messages)); }
  void send_beat(NodeBeat beat) override { network_->deliver(std::move(beat)); }
  void stop() override { network_->leave(self_); }

 private:
  std::shared_ptr<LoopNetwork> network_;
  NodeId self_;
};

}  // namespace quorate::raft
