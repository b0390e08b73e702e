// Transport: carries messages between replicas, and may lose, repeat, delay or reorder them.
//
// It authenticates: a message is handed up only if the connection's certificate belongs to the node
// id that `from` names. Nothing else is promised; the core checks the rest.
//
// Thread: send(), send_beat() and set_peer() by any thread, never blocking; the receiver is called
// on transport threads, concurrently.
#pragma once

#include <string>
#include <vector>

#include "raft/base/status.h"
#include "raft/core/consensus.h"
#include "raft/core/message.h"
#include "raft/transport/node_beat.h"

namespace quorate::raft {

// Implemented by the server. Calls return quickly and may come from several threads at once.
class TransportReceiver {
 public:
  virtual ~TransportReceiver() = default;
  // Messages of one read, in the order in which the peer sent them.
  virtual void on_messages(std::vector<Message> messages) = 0;
  virtual void on_peer_lost(NodeId peer, PeerLoss loss) = 0;
  // Of a host of many groups; whoever has one group is sent none, and ignores it.
  virtual void on_beat(NodeBeat beat) { static_cast<void>(beat); }
};

// Where messages leave.
class MessageSink {
 public:
  virtual ~MessageSink() = default;
  // Hands messages over for sending. What does not fit into a peer's bounded queue is dropped and
  // counted: the core repeats what matters.
  virtual void send(std::vector<Message> messages) = 0;
};

class Transport : public MessageSink {
 public:
  // Begins to listen and to connect; `receiver` must outlive stop().
  virtual Status start(TransportReceiver& receiver) = 0;

  // Where `peer` listens, "host:port". A later call moves it.
  virtual void set_peer(NodeId peer, std::string address) = 0;

  // As send(); in order with other beats alone.
  virtual void send_beat(NodeBeat beat) = 0;

  // No call to the receiver begins after it returns. Idempotent.
  virtual void stop() = 0;
};

}  // namespace quorate::raft
