// One replica of a benchmark: a process that is told what to do by lines on its standard input and
// answers each with one line.
//
//   role                      -> leader | follower
//   load <outstanding> <bytes> -> ok         a closed loop begins, for as long as the process lives
//   mark                      -> <operations> <errors> <elapsed ns> <p50> <p99> <p99.9 ns>
//   put                       -> ok | <status>    one operation, waited for
//   explain                   -> counters, for people
//   port                      -> where it serves requests of others; 0: nowhere
//   (end of input)            the process ends
//
// It prints "ready" once it can be reached.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "bench/closed_loop.h"
#include "raft/core/types.h"
#include "raft/storage/log_store.h"
#include "raft/transport/transport.h"

namespace quorate::bench {

inline constexpr std::size_t kNodes = 3;
// Nodes of many groups, which may rest or may not.
inline constexpr std::string_view kHostPath = "host";
inline constexpr std::string_view kAwakeHostPath = "awake-host";

struct NodeOptions {
  // "raft": proposals; "read-index", "lease": read barriers; "bare": the writes and messages of
  // proposals without consensus.
  std::string path = "raft";
  std::size_t at = 0;  // which of the nodes
  std::string dir;     // formatted; also holds ca.pem, cert.pem and key.pem unless plaintext
  std::vector<std::uint16_t> ports;
  bool plaintext = false;
  std::uint32_t election_ticks = 100;
  std::uint32_t heartbeat_ticks = 10;
  std::uint32_t in_flight_max = 0;  // appends per peer; 0 is the library's default
  std::int64_t poll_us = -1;        // how long loops look before they sleep; -1 is the default
  std::size_t entry_bytes = 0;      // of what a served request appends, for a node that serves
  std::size_t groups = 1;           // of a host
};

[[nodiscard]] raft::ReplicaId replica(std::size_t at);
[[nodiscard]] raft::ClusterId cluster_id();

// What a path offers to the lines above.
class Node {
 public:
  virtual ~Node() = default;
  [[nodiscard]] virtual std::string role() = 0;
  virtual void submit(raft::SharedBytes data, ClosedLoop::Done done) = 0;
  [[nodiscard]] virtual std::string explain() = 0;
  [[nodiscard]] virtual std::uint16_t port() const { return 0; }
};

// The same store and transport for both paths.
struct NodeParts {
  std::unique_ptr<raft::LogStore> store;
  std::unique_ptr<raft::Transport> transport;
};
Result<NodeParts> open_parts(const NodeOptions& options);

Result<std::unique_ptr<Node>> make_raft_node(const NodeOptions& options);
Result<std::unique_ptr<Node>> make_bare_node(const NodeOptions& options);
// Its explain(): groups led, groups at rest, turns, syncs, batches written, beats.
Result<std::unique_ptr<Node>> make_host_node(const NodeOptions& options);

// Serves the lines until the input ends; the process's exit status.
int serve(const NodeOptions& options);
// The same for a node that was made otherwise.
int serve(const NodeOptions& options, Result<std::unique_ptr<Node>> node);

}  // namespace quorate::bench
