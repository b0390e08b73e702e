// GrpcPeer: the stream that we send on to one peer, and the queue in front of it.
//
//   kWaiting ──(due)──▶ kConnecting ──(welcome)──▶ kOpen
//      ▲                    │                        │
//      └────(failed, refused, broken: backoff)───────┘
//
// Messages queue in kConnecting and kOpen; in kWaiting they are dropped. One frame is in flight at
// a time; what comes meanwhile makes the next one, so batches grow with load and no timer is
// needed.
//
// Owner: GrpcTransport. Thread: push() and flush() by any; tend() by the transport's dialling
// thread; gRPC's threads call the rest. Internal: names gRPC.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <grpcpp/grpcpp.h>

#include "raft/base/mutex.h"
#include "raft/transport/backoff.h"
#include "raft/transport/frame_codec.h"
#include "raft/transport/send_queue.h"
#include "raft/transport/transport_counters.h"

namespace quorate::raft {

// What a peer needs of its transport; outlives it.
struct PeerSurroundings {
  const GrpcTransportOptions& options;
  const std::shared_ptr<grpc::ChannelCredentials>& credentials;
  TransportCounters& counters;
  std::function<void()> wake;  // makes the dialling thread call tend() soon
};

class GrpcPeer {
 public:
  GrpcPeer(NodeId node, std::string address, PeerSurroundings surroundings, Random random);
  ~GrpcPeer();
  GrpcPeer(const GrpcPeer&) = delete;
  GrpcPeer& operator=(const GrpcPeer&) = delete;

  void push(SendQueue::Item item);
  // Sends what was pushed, unless a frame is in flight: its end will.
  void flush();

  // Reports a loss and connects, when it is time to; returns when it wants to be called next.
  std::int64_t tend(std::int64_t now_ns, TransportReceiver& receiver);
  // The peer was heard: no need to wait before connecting.
  void hasten();
  void move_to(std::string address);
  // Ends the stream; no gRPC thread is in this object when it returns.
  void stop();

 private:
  class Stream;
  enum class State : std::uint8_t { kWaiting, kConnecting, kOpen };

  void connect();
  void on_welcome(Stream& stream, const v1::Welcome& welcome);
  void on_written(Stream& stream);
  void on_done(std::shared_ptr<Stream> stream, const grpc::Status& status);
  std::optional<PeerLoss> loss_to_report();

  const NodeId node_;
  const PeerSurroundings around_;
  Mutex mutex_;
  CondVar ended_;
  std::string address_ QUORATE_GUARDED_BY(mutex_);
  SendQueue queue_ QUORATE_GUARDED_BY(mutex_);
  Backoff backoff_ QUORATE_GUARDED_BY(mutex_);
  State state_ QUORATE_GUARDED_BY(mutex_) = State::kWaiting;
  std::shared_ptr<Stream> stream_ QUORATE_GUARDED_BY(mutex_);             // null in kWaiting
  std::vector<std::shared_ptr<Stream>> done_ QUORATE_GUARDED_BY(mutex_);  // to be given up
  bool writing_ QUORATE_GUARDED_BY(mutex_) = false;
  bool stopping_ QUORATE_GUARDED_BY(mutex_) = false;
  bool lost_ QUORATE_GUARDED_BY(mutex_) = false;         // an open stream broke: to be reported
  bool gone_unsaid_ QUORATE_GUARDED_BY(mutex_) = false;  // lost, but not yet said to be gone
  bool backing_off_ QUORATE_GUARDED_BY(mutex_) = false;  // due_ns_ is still to be drawn
  std::int64_t due_ns_ QUORATE_GUARDED_BY(mutex_) = 0;   // of the next attempt, in kWaiting
};

}  // namespace quorate::raft
