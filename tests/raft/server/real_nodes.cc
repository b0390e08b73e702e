#include "tests/raft/server/real_nodes.h"

#include <utility>

#include <catch2/catch.hpp>

#include "raft/storage/identity.h"
#include "raft/storage/rocksdb_log_store.h"
#include "raft/transport/dev_certificates.h"

namespace quorate::raft {

RealNodes::RealNodes() {
  auto ca = make_ca("test");
  REQUIRE(ca.is_ok());
  for (std::size_t at = 0; at < kSize; ++at) {
    const Identity identity{
        .cluster = kCluster, .node = replica(at).node, .incarnation = replica(at).incarnation};
    REQUIRE(format_data_dir(data_of(at), identity, first_state(1)).is_ok());
    const std::string dns = peer_dns_name(replica(at).node);
    auto pair = issue_certificate(*ca, {.common_name = dns, .dns_names = {dns, "localhost"}});
    REQUIRE(pair.is_ok());
    tls_[at] = {.ca_pem = ca->certificate_pem,
                .certificate_pem = pair->certificate_pem,
                .key_pem = pair->key_pem};
  }
}

Bootstrap RealNodes::first_state(std::uint64_t group) {
  Bootstrap first{.group = GroupId{group}, .membership = {}};
  for (std::size_t at = 0; at < kSize; ++at)
    first.membership.voters.push_back(replica(at));
  return first;
}

std::unique_ptr<LogStore> RealNodes::open_store(std::size_t at) const {
  auto store = RocksDbLogStore::open({.dir = data_of(at), .expected = {}});
  INFO(store.status());
  REQUIRE(store.is_ok());
  return std::move(store).value();
}

std::unique_ptr<Transport> RealNodes::open_transport(std::size_t at) {
  GrpcTransportOptions options;
  options.cluster = kCluster;
  options.self = replica(at);
  options.listen = "127.0.0.1:" + std::to_string(ports_[at]);
  options.tls = tls_[at];
  auto transport = GrpcTransport::create(options);
  INFO(transport.status());
  REQUIRE(transport.is_ok());
  transports_[at] = transport->get();
  return std::move(transport).value();
}

void RealNodes::introduce(std::size_t at) {
  ports_[at] = transports_[at]->port();
  for (std::size_t other = 0; other < kSize; ++other) {
    if (other == at || transports_[other] == nullptr) continue;
    transports_[at]->set_peer(replica(other).node, "127.0.0.1:" + std::to_string(ports_[other]));
    transports_[other]->set_peer(replica(at).node, "127.0.0.1:" + std::to_string(ports_[at]));
  }
}

}  // namespace quorate::raft
