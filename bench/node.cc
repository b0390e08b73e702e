#include "bench/node.h"

#include <algorithm>
#include <future>
#include <iostream>
#include <sstream>

#include "bench/figures.h"
#include "raft/base/clock.h"
#include "raft/storage/rocksdb_log_store.h"
#include "raft/transport/grpc_transport.h"

namespace quorate::bench {
namespace {

std::string describe(Mark mark) {
  std::sort(mark.latencies.begin(), mark.latencies.end());
  std::ostringstream line;
  line << mark.operations << ' ' << mark.errors << ' ' << mark.elapsed_ns;
  for (const double q : {0.5, 0.99, 0.999})
    line << ' ' << static_cast<std::uint64_t>(quantile_ns(mark.latencies, q));
  return line.str();
}

std::string put(Node& node) {
  std::promise<Ended> ended;
  node.submit(raft::SharedBytes(std::string(128, 'p')),
              [&ended](Ended how) { ended.set_value(how); });
  return ended.get_future().get() == Ended::kOk ? "ok" : "error";
}

Result<std::unique_ptr<Node>> make_node(const NodeOptions& options) {
  const bool is_raft =
      options.path == "raft" || options.path == "read-index" || options.path == "lease";
  if (is_raft) return make_raft_node(options);
  if (options.path == "bare") return make_bare_node(options);
  return Status(Code::kInvalidArgument, "no such path: " + options.path);
}

}  // namespace

raft::ReplicaId replica(std::size_t at) {
  return {.node = {at + 1}, .incarnation = {.high = 0x62656e6368, .low = at + 1}};
}

raft::ClusterId cluster_id() {
  return {.high = 0x62656e6368, .low = 1};
}

Result<NodeParts> open_parts(const NodeOptions& options) {
  NodeParts parts;
  raft::RocksDbLogStoreOptions store_options;
  store_options.dir = options.dir + "/data";
  auto store = raft::RocksDbLogStore::open(store_options);
  QUORATE_TRY(store.status());
  parts.store = std::move(store).value();

  raft::GrpcTransportOptions transport_options;
  transport_options.cluster = cluster_id();
  transport_options.self = replica(options.at);
  transport_options.listen = "127.0.0.1:" + std::to_string(options.ports[options.at]);
  if (options.plaintext) {
    transport_options.security = raft::TransportSecurity::kUnsafePlaintext;
  } else {
    auto tls = raft::load_tls({.ca = options.dir + "/ca.pem",
                               .certificate = options.dir + "/cert.pem",
                               .key = options.dir + "/key.pem"},
                              system_clock().wall_ms());
    QUORATE_TRY(tls.status());
    transport_options.tls = *tls;
  }
  auto transport = raft::GrpcTransport::create(transport_options);
  QUORATE_TRY(transport.status());
  for (std::size_t at = 0; at < kNodes; ++at) {
    if (at == options.at) continue;
    (*transport)->set_peer(replica(at).node, "127.0.0.1:" + std::to_string(options.ports[at]));
  }
  parts.transport = std::move(transport).value();
  return parts;
}

int serve(const NodeOptions& options) {
  return serve(options, make_node(options));
}

int serve(const NodeOptions& options, Result<std::unique_ptr<Node>> node) {
  if (!node.is_ok()) {
    std::cerr << "node " << options.at << ": " << node.status() << '\n';
    return 1;
  }
  ClosedLoop loop([&node](raft::SharedBytes data, ClosedLoop::Done done) {
    (*node)->submit(std::move(data), std::move(done));
  });
  std::cout << "ready" << std::endl;
  std::string line;
  while (std::getline(std::cin, line)) {
    std::istringstream words(line);
    std::string verb;
    words >> verb;
    std::string answer = "what?";
    if (verb == "role") answer = (*node)->role();
    if (verb == "mark") answer = describe(loop.mark());
    if (verb == "put") answer = put(**node);
    if (verb == "explain") answer = (*node)->explain();
    if (verb == "port") answer = std::to_string((*node)->port());
    if (verb == "load") {
      std::size_t outstanding = 0;
      std::size_t bytes = 0;
      words >> outstanding >> bytes;
      loop.start(outstanding, bytes);
      answer = "ok";
    }
    std::cout << answer << std::endl;
  }
  std::cout.flush();
  std::_Exit(0);  // the loop still runs: there is nothing to be kept
}

}  // namespace quorate::bench
