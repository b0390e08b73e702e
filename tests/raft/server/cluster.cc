#include "tests/raft/server/cluster.h"

#include <algorithm>
#include <sstream>

#include <catch2/catch.hpp>

namespace quorate::raft {

ServerOptions Cluster::fast() {
  ServerOptions options;
  options.core.cluster = {.high = 7, .low = 7};
  options.core.election_timeout_ticks = 100;
  options.core.election_jitter_ticks = 100;
  options.core.heartbeat_ticks = 10;
  options.tick_ns = 1'000'000;
  options.storage_slow_ns = 50'000'000;
  options.storage_hung_ns = 200'000'000;
  return options;
}

Cluster::Cluster() : Cluster(fast()) {}

Cluster::Cluster(ServerOptions options) : options_(options) {
  Membership membership;
  for (std::size_t at = 0; at < kSize; ++at)
    membership.voters.push_back(replica(at));
  for (auto& disk : disks_)
    disk = std::make_shared<Disk>(Bootstrap{options.core.group, membership});
}

Cluster::~Cluster() {
  for (std::size_t at = 0; at < kSize; ++at) {
    disk(at).release();  // a server waits for its sync
    stop(at);
  }
}

ReplicaId Cluster::replica(std::size_t at) {
  return {.node = NodeId{at + 1}, .incarnation = {.high = 1, .low = at + 1}};
}

void Cluster::start(std::size_t at) {
  const Status started = try_start(at);
  INFO(started);
  REQUIRE(started.is_ok());
}

Status Cluster::try_start(std::size_t at) {
  machines_[at] = std::make_unique<RecordingMachine>();
  ServerOptions options = options_;
  options.core.self = replica(at);
  options.seed = at + 1;
  ServerParts parts;
  parts.log_store = std::make_unique<DiskStore>(disks_[at]);
  parts.transport = std::make_unique<LoopTransport>(network_, NodeId{at + 1});
  parts.state_machine = machines_[at].get();
  auto snapshots = FileSnapshotStore::open(disks_[at]->snapshots->share(), {GroupId{1}, 64});
  REQUIRE(snapshots.is_ok());
  parts.snapshot_store = *std::move(snapshots);
  parts.on_fatal = [this, at](const Status&) { ++fatal_calls_[at]; };
  auto server = Server::start(options, std::move(parts));
  if (server.is_ok()) servers_[at] = std::move(server).value();
  return server.status();
}

void Cluster::stop(std::size_t at) {
  servers_[at].reset();
}

void Cluster::start_all() {
  for (std::size_t at = 0; at < kSize; ++at)
    start(at);
}

void Cluster::isolate(std::size_t at) {
  for (std::size_t other = 0; other < kSize; ++other) {
    if (other != at) network_->cut(NodeId{at + 1}, NodeId{other + 1});
  }
}

void Cluster::rejoin(std::size_t at) {
  for (std::size_t other = 0; other < kSize; ++other) {
    if (other != at) network_->heal(NodeId{at + 1}, NodeId{other + 1});
  }
}

std::optional<std::size_t> Cluster::find_leader(std::optional<std::size_t> without) const {
  std::optional<std::size_t> found;
  Term newest;
  for (std::size_t at = 0; at < kSize; ++at) {
    if (!is_running(at) || at == without) continue;
    const ServerStatus status = servers_[at]->status();
    if (status.fatal || status.core.term < newest) continue;
    if (status.core.term > newest) found.reset();
    newest = status.core.term;
    if (status.core.role == Role::kLeader) found = at;
  }
  return found;
}

std::size_t Cluster::leader(std::optional<std::size_t> without) {
  std::optional<std::size_t> found;
  const bool in_time = eventually([&] {
    found = find_leader(without);
    return found.has_value();
  });
  INFO(describe());
  REQUIRE(in_time);
  return *found;
}

std::string Cluster::describe() const {
  std::ostringstream text;
  for (std::size_t at = 0; at < kSize; ++at) {
    text << "server " << at << ": ";
    if (!is_running(at)) {
      text << "not running\n";
      continue;
    }
    const ServerStatus status = servers_[at]->status();
    const CoreStatus& core = status.core;
    text << to_string(core.role) << " term " << core.term.value << ", last "
         << core.last.index.value << " of " << core.last.term.value << ", commit "
         << core.commit.value << ", applied " << status.applied.value << ", voters "
         << core.membership.voters.size() << " and " << core.membership.outgoing.size()
         << " outgoing" << (status.fatal ? ", " + status.fatal->message() : "") << '\n';
  }
  return text.str();
}

void Cluster::commit(const std::string& command) {
  REQUIRE(eventually([&] {
    Answers answers;
    const Status queued =
        server(leader()).propose(SharedBytes(command), {}, answers.proposal(command));
    if (!queued.is_ok()) return false;
    REQUIRE(eventually([&] { return answers.total() == 1; }));
    return answers.of(command)->status.is_ok();
  }));
}

bool Cluster::converge(std::size_t count) {
  return eventually([&] {
    std::optional<std::vector<std::string>> all;
    for (std::size_t at = 0; at < kSize; ++at) {
      if (!is_running(at)) continue;
      const auto commands = machine(at).commands();
      if (commands.size() != count || (all && *all != commands)) return false;
      all = commands;
    }
    return all.has_value();
  });
}

}  // namespace quorate::raft
