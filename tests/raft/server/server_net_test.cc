// Three servers with what users run: RocksDB on a real directory, gRPC with mutual TLS on loopback.
#include <array>
#include <filesystem>
#include <memory>
#include <string>

#include <catch2/catch.hpp>
#include <stdlib.h>

#include "raft/base/clock.h"
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

constexpr std::size_t kSize = 3;
constexpr ClusterId kCluster{.high = 1, .low = 2};

ReplicaId replica(std::size_t at) {
  return {.node = NodeId{at + 1}, .incarnation = {.high = 9, .low = at + 1}};
}

class RealCluster {
 public:
  RealCluster() {
    std::string name = (std::filesystem::temp_directory_path() / "quorate-server-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    dir_ = name;
    auto ca = make_ca("test");
    REQUIRE(ca.is_ok());
    Bootstrap group{.group = GroupId{1}, .membership = {}};
    for (std::size_t at = 0; at < kSize; ++at)
      group.membership.voters.push_back(replica(at));
    for (std::size_t at = 0; at < kSize; ++at) {
      const Identity identity{
          .cluster = kCluster, .node = replica(at).node, .incarnation = replica(at).incarnation};
      REQUIRE(format_data_dir(dir_of(at), identity, group).is_ok());
      const std::string dns = peer_dns_name(replica(at).node);
      auto pair = issue_certificate(*ca, {.common_name = dns, .dns_names = {dns, "localhost"}});
      REQUIRE(pair.is_ok());
      tls_[at] = {.ca_pem = ca->certificate_pem,
                  .certificate_pem = pair->certificate_pem,
                  .key_pem = pair->key_pem};
    }
  }
  ~RealCluster() {
    for (std::size_t at = 0; at < kSize; ++at)
      stop(at);
    std::filesystem::remove_all(dir_);
  }

  void start(std::size_t at) {
    auto store = RocksDbLogStore::open({.dir = dir_of(at), .expected = {}});
    INFO(store.status());
    REQUIRE(store.is_ok());
    GrpcTransportOptions options;
    options.cluster = kCluster;
    options.self = replica(at);
    options.listen = "127.0.0.1:" + std::to_string(ports_[at]);  // 0 the first time
    options.tls = tls_[at];
    auto transport = GrpcTransport::create(options);
    INFO(transport.status());
    REQUIRE(transport.is_ok());
    transports_[at] = transport->get();
    machines_[at] = std::make_unique<RecordingMachine>();
    ServerOptions server_options;
    server_options.core.cluster = kCluster;
    server_options.core.self = replica(at);
    ServerParts parts;
    parts.log_store = std::move(store).value();
    parts.transport = std::move(transport).value();
    parts.state_machine = machines_[at].get();
    auto server = Server::start(server_options, std::move(parts));
    INFO(server.status());
    REQUIRE(server.is_ok());
    servers_[at] = std::move(server).value();
    ports_[at] = transports_[at]->port();
    introduce(at);
  }
  void stop(std::size_t at) { servers_[at].reset(); }

  [[nodiscard]] const RecordingMachine& machine(std::size_t at) const { return *machines_[at]; }

  std::size_t leader() {
    std::size_t found = kSize;
    REQUIRE(eventually([&] {
      for (found = 0; found < kSize; ++found) {
        if (servers_[found] && servers_[found]->status().core.role == Role::kLeader) return true;
      }
      return false;
    }));
    return found;
  }

  void commit(const std::string& command) {
    REQUIRE(eventually([&] {
      Answers answers;
      const Status queued =
          servers_[leader()]->propose(SharedBytes(command), {}, answers.proposal(command));
      return queued.is_ok() && eventually([&] { return answers.total() == 1; }) &&
             answers.of(command)->status.is_ok();
    }));
  }

 private:
  // Tells the running servers where each other listens.
  void introduce(std::size_t at) {
    for (std::size_t other = 0; other < kSize; ++other) {
      if (other == at || !servers_[other]) continue;
      transports_[at]->set_peer(replica(other).node, "127.0.0.1:" + std::to_string(ports_[other]));
      transports_[other]->set_peer(replica(at).node, "127.0.0.1:" + std::to_string(ports_[at]));
    }
  }
  [[nodiscard]] std::string dir_of(std::size_t at) const {
    return dir_ + "/node-" + std::to_string(at);
  }

  std::string dir_;
  std::array<TlsOptions, kSize> tls_;
  std::array<std::uint16_t, kSize> ports_{};
  std::array<std::unique_ptr<RecordingMachine>, kSize> machines_;
  std::array<GrpcTransport*, kSize> transports_{};  // owned by the servers
  std::array<std::unique_ptr<Server>, kSize> servers_;
};

TEST_CASE("servers on RocksDB and mutual TLS commit and survive stops", "[server][net][P63]") {
  RealCluster cluster;
  for (std::size_t at = 0; at < kSize; ++at)
    cluster.start(at);
  std::vector<std::string> expected;
  for (int i = 0; i < 50; ++i) {
    expected.push_back("c" + std::to_string(i));
    cluster.commit(expected.back());
  }
  const std::size_t stopped = cluster.leader();
  cluster.stop(stopped);
  expected.emplace_back("after the leader stopped");
  cluster.commit(expected.back());
  cluster.start(stopped);
  for (std::size_t at = 0; at < kSize; ++at) {
    INFO("server " << at);
    CHECK(eventually([&] { return cluster.machine(at).commands() == expected; }));
  }
  for (std::size_t at = 0; at < kSize; ++at)
    cluster.stop(at);
  for (std::size_t at = 0; at < kSize; ++at)
    cluster.start(at);
  expected.emplace_back("after all were restarted");
  cluster.commit(expected.back());
  for (std::size_t at = 0; at < kSize; ++at)
    CHECK(eventually([&] { return cluster.machine(at).commands() == expected; }));
}

}  // namespace
}  // namespace quorate::raft
