// A group on RocksDB, gRPC and mutual TLS that grows from one server, replaces a lost disk and
// loses its leader, by the calls that users have.
#include <array>
#include <filesystem>
#include <future>
#include <memory>
#include <optional>
#include <string>

#include <catch2/catch.hpp>
#include <stdlib.h>

#include "raft/server/server.h"
#include "raft/storage/identity.h"
#include "raft/storage/rocksdb_log_store.h"
#include "raft/transport/dev_certificates.h"
#include "raft/transport/grpc_transport.h"
#include "tests/raft/server/answers.h"
#include "tests/raft/server/recording_machine.h"
#include "tests/raft/server/waiting.h"

namespace quorate::raft {
namespace {

constexpr std::size_t kMembers = 3;
constexpr ClusterId kCluster{.high = 1, .low = 2};

class RealGroup {
 public:
  RealGroup() {
    std::string name = (std::filesystem::temp_directory_path() / "quorate-member-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    dir_ = name;
    auto ca = make_ca("test");
    REQUIRE(ca.is_ok());
    for (std::size_t at = 0; at < kMembers; ++at) {
      const std::string dns = peer_dns_name(NodeId{at + 1});
      auto pair = issue_certificate(*ca, {.common_name = dns, .dns_names = {dns, "localhost"}});
      REQUIRE(pair.is_ok());
      nodes_[at].tls = {.ca_pem = ca->certificate_pem,
                        .certificate_pem = pair->certificate_pem,
                        .key_pem = pair->key_pem};
    }
  }
  ~RealGroup() {
    for (Node& node : nodes_)
      node.server.reset();
    std::filesystem::remove_all(dir_);
  }

  // Starts server `at` on a new disk: as a group of one, or waiting to be filled.
  ReplicaId found(std::size_t at) {
    const ReplicaId id = next_id(at);
    start(at, id, {.voters = {id}});
    return id;
  }
  ReplicaId join(std::size_t at) {
    const ReplicaId id = next_id(at);
    start(at, id, {});
    return id;
  }
  void stop(std::size_t at) { nodes_[at].server.reset(); }
  // Stops the server and starts it again on the same disk.
  void restart(std::size_t at) {
    stop(at);
    run(at);
  }

  [[nodiscard]] ReplicaId id(std::size_t at) const { return nodes_[at].id; }
  [[nodiscard]] std::vector<std::string> commands(std::size_t at) const {
    return nodes_[at].machine->commands();
  }
  [[nodiscard]] CoreStatus status(std::size_t at) const { return nodes_[at].server->status().core; }

  std::size_t leader() {
    std::size_t found = kMembers;
    REQUIRE(eventually([&] {
      for (found = 0; found < kMembers; ++found) {
        if (nodes_[found].server && status(found).role == Role::kLeader) return true;
      }
      return false;
    }));
    return found;
  }

  ChangeOutcome change(const MembershipChange& change) {
    std::optional<ChangeOutcome> ended;
    REQUIRE(eventually([&] {
      std::promise<ChangeOutcome> answered;
      const Status queued = nodes_[leader()].server->change_membership(
          change, [&](const ChangeOutcome& outcome) { answered.set_value(outcome); });
      if (!queued.is_ok()) return false;
      ended = answered.get_future().get();
      return ended->status.code() != Code::kBusy && ended->status.code() != Code::kNotLeader;
    }));
    return *ended;
  }

  void commit(const std::string& command) {
    REQUIRE(eventually([&] {
      Answers answers;
      const Status queued =
          nodes_[leader()].server->propose(SharedBytes(command), {}, answers.proposal(command));
      return queued.is_ok() && eventually([&] { return answers.total() == 1; }) &&
             answers.of(command)->status.is_ok();
    }));
  }

 private:
  struct Node {
    ReplicaId id;
    TlsOptions tls;
    std::uint16_t port = 0;
    std::string dir;
    std::unique_ptr<RecordingMachine> machine;
    GrpcTransport* transport = nullptr;  // owned by the server
    std::unique_ptr<Server> server;
  };

  ReplicaId next_id(std::size_t at) { return {NodeId{at + 1}, {.high = ++disks_, .low = 9}}; }

  void start(std::size_t at, const ReplicaId& id, const Membership& membership) {
    Node& node = nodes_[at];
    node.server.reset();
    node.id = id;
    node.dir = dir_ + "/disk-" + std::to_string(disks_);
    const Identity identity{.cluster = kCluster, .node = id.node, .incarnation = id.incarnation};
    const Status formatted = format_data_dir(node.dir, identity, {GroupId{1}, membership});
    INFO(formatted);
    REQUIRE(formatted.is_ok());
    run(at);
  }

  void run(std::size_t at) {
    Node& node = nodes_[at];
    auto store = RocksDbLogStore::open({.dir = node.dir, .expected = {}});
    INFO(store.status());
    REQUIRE(store.is_ok());
    GrpcTransportOptions options;
    options.cluster = kCluster;
    options.self = node.id;
    options.listen = "127.0.0.1:" + std::to_string(node.port);  // 0 the first time
    options.tls = node.tls;
    auto transport = GrpcTransport::create(options);
    INFO(transport.status());
    REQUIRE(transport.is_ok());
    node.transport = transport->get();
    node.machine = std::make_unique<RecordingMachine>();
    ServerOptions server_options;
    server_options.core.cluster = kCluster;
    server_options.core.self = node.id;
    ServerParts parts;
    parts.log_store = std::move(store).value();
    parts.transport = std::move(transport).value();
    parts.state_machine = node.machine.get();
    auto server = Server::start(server_options, std::move(parts));
    INFO(server.status());
    REQUIRE(server.is_ok());
    node.server = std::move(server).value();
    node.port = node.transport->port();
    for (std::size_t other = 0; other < kMembers; ++other) {
      if (other == at || !nodes_[other].server) continue;
      introduce(at, other);
      introduce(other, at);
    }
  }

  void introduce(std::size_t to, std::size_t whom) {
    nodes_[to].server->set_peer(NodeId{whom + 1}, "127.0.0.1:" + std::to_string(nodes_[whom].port));
  }

  std::string dir_;
  std::uint64_t disks_ = 0;
  std::array<Node, kMembers> nodes_;
};

TEST_CASE("a group on real disks grows and replaces a disk and loses its leader",
          "[server][net][membership][P51][P73][P76]") {
  RealGroup group;
  group.found(0);
  group.commit("alone");
  const ChangeOutcome grown = group.change({.add_voters = {group.join(1), group.join(2)}});
  INFO(grown.status);
  REQUIRE(grown.status.is_ok());
  group.commit("three");
  std::vector<std::string> expected{"alone", "three"};
  for (std::size_t at = 0; at < kMembers; ++at)
    CHECK(eventually([&] { return group.commands(at) == expected; }));

  // What was filled survives a restart, membership included.
  group.restart(1);
  CHECK(group.status(1).membership == grown.membership);

  const ReplicaId lost = group.id(2);
  const ReplicaId anew = group.join(2);
  const ChangeOutcome replaced = group.change({.add_voters = {anew}, .remove = {lost}});
  INFO(replaced.status);
  REQUIRE(replaced.status.is_ok());
  CHECK(eventually([&] { return group.commands(2) == expected; }));

  const std::size_t leader = group.leader();
  const ChangeOutcome removed = group.change({.remove = {group.id(leader)}});
  REQUIRE(removed.status.is_ok());
  REQUIRE(eventually([&] { return group.status(leader).role == Role::kFollower; }));
  group.stop(leader);
  group.commit("two");
  expected.emplace_back("two");
  for (std::size_t at = 0; at < kMembers; ++at) {
    if (at != leader) CHECK(eventually([&] { return group.commands(at) == expected; }));
  }
}

}  // namespace
}  // namespace quorate::raft
