// A replicated counter: three nodes on RocksDB and gRPC. They share a process here, so that one
// command shows it all; in a system of yours each is in a process of its own.
#include <array>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <future>
#include <memory>
#include <string>
#include <thread>

#include "raft/server/server.h"
#include "raft/storage/identity.h"
#include "raft/storage/rocksdb_log_store.h"
#include "raft/transport/grpc_transport.h"

using namespace quorate;
using namespace quorate::raft;

// 1. The state, and how an entry changes it: the same entries, in the same order, on every node.
struct CounterMachine : StateMachine {
  std::atomic<long> value = 0;

  Index open() override {
    value = 0;  // it is in memory only: after a restart every entry is applied again
    return Index{0};
  }
  void apply(std::span<const Entry> entries, ApplyResults& results) override {
    for (std::size_t i = 0; i < entries.size(); ++i) {
      if (entries[i].kind != EntryKind::kNormal) continue;  // the library's own
      value += std::stol(std::string(entries[i].data.view()));
      results.set(i, SharedBytes(std::to_string(value)));
    }
  }
};

// 2. A server is put together from a log store, a transport and a state machine.
struct Node {
  std::string dir;
  CounterMachine counter;
  GrpcTransport* transport = nullptr;
  std::unique_ptr<Server> server;

  Status start() {
    server.reset();  // gives the directory free
    auto store = RocksDbLogStore::open({.dir = dir, .expected = {}});
    QUORATE_TRY(store.status());
    const Identity self = (*store)->identity();
    GrpcTransportOptions address{.cluster = self.wire_cluster(), .self = self.replica()};
    address.security = TransportSecurity::kUnsafePlaintext;  // yours: certificates, mutual TLS
    auto grpc = GrpcTransport::create(address);
    QUORATE_TRY(grpc.status());
    transport = grpc->get();
    ServerOptions options;
    options.core.cluster = self.wire_cluster();
    options.core.self = self.replica();
    auto started = Server::start(
        options,
        {.log_store = *std::move(store), .transport = *std::move(grpc), .state_machine = &counter});
    QUORATE_TRY(started.status());
    server = *std::move(started);
    return Status::ok();
  }
};
using Nodes = std::array<Node, 3>;

// Tells everybody where the others listen.
void introduce(Nodes& nodes) {
  for (Node& node : nodes) {
    for (std::size_t i = 0; i < nodes.size(); ++i)
      node.transport->set_peer(NodeId{i + 1},
                               "127.0.0.1:" + std::to_string(nodes[i].transport->port()));
  }
}

// 3. A proposal ends committed, rejected (it never happens: ask another node) or unknown (it may
// have happened: repeat only what is harmless twice, which counting is not). Returns who took it.
Node& add(Nodes& nodes, long number) {
  for (std::size_t i = 0;; ++i) {
    Node& node = nodes[i % nodes.size()];
    std::promise<Proposed> end;
    const Status taken = node.server->propose(
        SharedBytes(std::to_string(number)), {}, [&](Proposed outcome) { end.set_value(outcome); });
    const Proposed outcome = taken.is_ok() ? end.get_future().get() : Proposed{taken, {}, {}};
    if (!outcome.status.is_rejected()) {
      const std::string result(outcome.result.view());
      std::printf("+%ld: %s, %s\n", number, to_string(outcome.status).c_str(), result.c_str());
      return node;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
}

Status run(const std::string& root) {
  // 4. Once per disk: whose it is, and who takes part at first.
  Nodes nodes;
  std::array<Identity, 3> identities;
  Bootstrap group{.group = GroupId{1}, .membership = {}};
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    identities[i] = {.cluster = {1, 2}, .node = NodeId{i + 1}, .incarnation = draw_uuid()};
    group.membership.voters.push_back(identities[i].replica());
  }
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    nodes[i].dir = root + "/" + std::to_string(i + 1);
    QUORATE_TRY(format_data_dir(nodes[i].dir, identities[i], group));
    QUORATE_TRY(nodes[i].start());
  }
  introduce(nodes);

  // 5. Count, stop the leader, go on counting, and let it come back.
  add(nodes, 1);
  Node& leader = add(nodes, 2);
  leader.server->stop();
  add(nodes, 3);
  QUORATE_TRY(leader.start());
  introduce(nodes);

  // 6. A read on any node: granted, the node has applied all that was committed before.
  for (Node& node : nodes) {
    Status granted{Code::kUnavailable, "not asked yet"};
    while (!granted.is_ok()) {
      std::promise<Status> end;
      granted = node.server->read([&](Status status) { end.set_value(status); });
      if (granted.is_ok()) granted = end.get_future().get();
    }
    std::printf("%s has %ld\n", node.dir.c_str(), node.counter.value.load());
  }
  return Status::ok();
}

int main() {
  const auto root = std::filesystem::temp_directory_path() / ("counter-" + to_string(draw_uuid()));
  std::filesystem::create_directory(root);
  const Status status = run(root.string());
  std::filesystem::remove_all(root);
  std::printf("%s\n", to_string(status).c_str());
  return status.is_ok() ? 0 : 1;
}
