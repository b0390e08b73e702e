// BeatLoop: what a host does at the beat: it says that it lives, hands out what others say, and
// wakes the groups that counted on whoever is lost.
//
// Queue: beats_waiting_max; what does not fit is dropped and counted: the next beat says it again.
// Owner: Host. Thread: post functions by any; the rest on the host's raft thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <variant>
#include <vector>

#include "raft/base/bounded_queue.h"
#include "raft/base/clock.h"
#include "raft/host/hosted_group.h"
#include "raft/host/node_watch.h"
#include "raft/host/outbox.h"
#include "raft/server/shared_thread.h"
#include "raft/server/ticker.h"

namespace quorate::raft {

class BeatLoop {
 public:
  struct Parts {
    Outbox& outbox;
    NodeWatch& watch;
    const Clock& clock;
    SharedThread& thread;
    Transport& transport;
    std::function<std::shared_ptr<HostedGroup>(GroupId)> find;
    std::function<std::vector<std::shared_ptr<HostedGroup>>()> all;
  };
  BeatLoop(const HostOptions& options, Parts parts);

  void start() { seat_.start(); }
  void stop();

  void post(NodeBeat beat) { post(Item(std::move(beat))); }
  void post_node_lost(NodeId node, PeerLoss loss) { post(Item(NodeLost{node, loss})); }
  // At the end of every round: what is urgent.
  void end_round() { send(parts_.outbox.take_urgent(parts_.watch.own())); }

  [[nodiscard]] std::uint64_t sent() const { return sent_.value(); }
  [[nodiscard]] std::uint64_t received() const { return received_.value(); }
  [[nodiscard]] std::uint64_t ignored() const { return ignored_.value(); }

 private:
  struct NodeLost {
    NodeId node;
    PeerLoss loss = PeerLoss::kDisconnected;
  };
  using Item = std::variant<NodeBeat, NodeLost>;

  void post(Item item);
  std::optional<std::chrono::nanoseconds> turn(std::chrono::nanoseconds timeout);
  void take(NodeBeat& beat);
  void take(const NodeLost& lost);
  void hand_out(const NodeBeat& beat);
  void tell_lost();
  void wake_groups();
  void send(std::vector<NodeBeat> beats);

  const ClusterId cluster_;
  const ReplicaId self_;
  const Parts parts_;
  SharedCounter sent_;
  SharedCounter received_;
  SharedCounter ignored_;
  BoundedQueue<Item> queue_;
  Ticker intervals_;
  std::vector<Item> items_;  // of this turn
  LoopSeat seat_;
};

}  // namespace quorate::raft
