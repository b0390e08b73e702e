// Three hosts of several groups with what users run: RocksDB on real directories, gRPC with mutual
// TLS on loopback.
#include <array>
#include <filesystem>
#include <map>
#include <memory>
#include <string>

#include <catch2/catch.hpp>
#include <stdlib.h>

#include "raft/host/host.h"
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
constexpr std::uint64_t kGroups = 8;
constexpr ClusterId kCluster{.high = 1, .low = 2};

ReplicaId replica(std::size_t at) {
  return {.node = NodeId{at + 1}, .incarnation = {.high = 9, .low = at + 1}};
}

Bootstrap first_state(std::uint64_t id) {
  Bootstrap group{.group = GroupId{id}, .membership = {}};
  for (std::size_t at = 0; at < kSize; ++at)
    group.membership.voters.push_back(replica(at));
  return group;
}

class RealHosts {
 public:
  RealHosts() {
    std::string name = (std::filesystem::temp_directory_path() / "quorate-host-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    dir_ = name;
    auto ca = make_ca("test");
    REQUIRE(ca.is_ok());
    for (std::size_t at = 0; at < kSize; ++at) {
      const Identity identity{
          .cluster = kCluster, .node = replica(at).node, .incarnation = replica(at).incarnation};
      REQUIRE(format_data_dir(dir_of(at), identity, first_state(1)).is_ok());
      const std::string dns = peer_dns_name(replica(at).node);
      auto pair = issue_certificate(*ca, {.common_name = dns, .dns_names = {dns, "localhost"}});
      REQUIRE(pair.is_ok());
      tls_[at] = {.ca_pem = ca->certificate_pem,
                  .certificate_pem = pair->certificate_pem,
                  .key_pem = pair->key_pem};
    }
  }
  ~RealHosts() {
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
    HostParts parts;
    parts.log_store = std::move(store).value();
    parts.transport = std::move(transport).value();
    auto host = Host::start({.cluster = kCluster, .self = replica(at)}, std::move(parts));
    INFO(host.status());
    REQUIRE(host.is_ok());
    hosts_[at] = std::move(host).value();
    ports_[at] = transports_[at]->port();
    introduce(at);
    for (std::uint64_t id = 1; id <= kGroups; ++id)
      add(at, id);
  }
  void stop(std::size_t at) { hosts_[at].reset(); }

  [[nodiscard]] const RecordingMachine& machine(std::size_t at, std::uint64_t group) const {
    return *machines_[at].at(group);
  }

  void commit(std::uint64_t id, const std::string& command) {
    REQUIRE(eventually([&] {
      for (std::size_t at = 0; at < kSize; ++at) {
        const auto group = hosts_[at] ? hosts_[at]->group(GroupId{id}) : nullptr;
        if (!group || group->status().core.role != Role::kLeader) continue;
        Answers answers;
        if (!group->propose(SharedBytes(command), {}, answers.proposal("p")).is_ok()) continue;
        if (!eventually([&] { return answers.total() == 1; })) continue;
        if (answers.of("p")->status.is_ok()) return true;
      }
      return false;
    }));
  }

 private:
  void add(std::size_t at, std::uint64_t id) {
    const Status made = hosts_[at]->bootstrap(first_state(id));
    REQUIRE((made.is_ok() || made.code() == Code::kAlreadyExists));
    machines_[at][id] = std::make_unique<RecordingMachine>();
    ServerOptions options;
    options.core.cluster = kCluster;
    options.core.self = replica(at);
    options.core.group = GroupId{id};
    options.flight_recorder_bytes = 0;
    HostGroupParts parts;
    parts.state_machine = machines_[at][id].get();
    const Status added = hosts_[at]->add_group(options, std::move(parts));
    INFO(added);
    REQUIRE(added.is_ok());
  }
  // Tells the running hosts where each other listens.
  void introduce(std::size_t at) {
    for (std::size_t other = 0; other < kSize; ++other) {
      if (other == at || !hosts_[other]) continue;
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
  std::array<std::map<std::uint64_t, std::unique_ptr<RecordingMachine>>, kSize> machines_;
  std::array<GrpcTransport*, kSize> transports_{};  // owned by the hosts
  std::array<std::unique_ptr<Host>, kSize> hosts_;
};

TEST_CASE("hosts on RocksDB and mutual TLS commit in every group and survive stops",
          "[host][net][P63]") {
  RealHosts hosts;
  for (std::size_t at = 0; at < kSize; ++at)
    hosts.start(at);
  for (std::uint64_t id = 1; id <= kGroups; ++id)
    hosts.commit(id, "a" + std::to_string(id));
  hosts.stop(0);
  for (std::uint64_t id = 1; id <= kGroups; ++id)
    hosts.commit(id, "b" + std::to_string(id));
  hosts.start(0);
  for (std::uint64_t id = 1; id <= kGroups; ++id) {
    const std::vector<std::string> expected{"a" + std::to_string(id), "b" + std::to_string(id)};
    for (std::size_t at = 0; at < kSize; ++at)
      CHECK(eventually([&] { return hosts.machine(at, id).commands() == expected; }));
  }
}

}  // namespace
}  // namespace quorate::raft
