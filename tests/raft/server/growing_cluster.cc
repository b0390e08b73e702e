#include "tests/raft/server/growing_cluster.h"

#include <future>
#include <optional>

#include <catch2/catch.hpp>

#include "tests/raft/server/answers.h"
#include "tests/raft/server/cluster.h"
#include "tests/raft/server/waiting.h"

namespace quorate::raft {

GrowingCluster::GrowingCluster() {
  members_[1].id = {.node = NodeId{1}, .incarnation = {.high = ++disks_, .low = 1}};
  start(1, {.voters = {members_[1].id}});
}

GrowingCluster::~GrowingCluster() {
  for (auto& [node, member] : members_)
    member.server.reset();
}

ReplicaId GrowingCluster::start_blank(std::uint64_t node) {
  members_[node].server.reset();
  members_[node].id = {.node = NodeId{node}, .incarnation = {.high = ++disks_, .low = node}};
  start(node, {});
  return members_[node].id;
}

void GrowingCluster::start(std::uint64_t node, const Membership& membership) {
  Member& member = members_[node];
  ServerOptions options = Cluster::fast();
  options.core.self = member.id;
  options.core.catch_up_ticks = 3000;
  options.seed = disks_;
  member.disk = std::make_shared<Disk>(Bootstrap{options.core.group, membership});
  member.machine = std::make_unique<RecordingMachine>();
  ServerParts parts;
  parts.log_store = std::make_unique<DiskStore>(member.disk);
  parts.transport = std::make_unique<LoopTransport>(network_, NodeId{node});
  parts.state_machine = member.machine.get();
  auto server = Server::start(options, std::move(parts));
  INFO(server.status());
  REQUIRE(server.is_ok());
  member.server = std::move(server).value();
}

void GrowingCluster::stop(std::uint64_t node) {
  members_.at(node).server.reset();
}

std::uint64_t GrowingCluster::leader() {
  std::uint64_t found = 0;
  REQUIRE(eventually([&] {
    Term newest;
    found = 0;
    for (const auto& [node, member] : members_) {
      if (!member.server) continue;
      const CoreStatus status = member.server->status().core;
      if (status.term < newest) continue;
      if (status.term > newest) found = 0;
      newest = status.term;
      if (status.role == Role::kLeader) found = node;
    }
    return found != 0;
  }));
  return found;
}

ChangeOutcome GrowingCluster::change(const MembershipChange& change) {
  std::optional<ChangeOutcome> ended;
  REQUIRE(eventually([&] {
    std::promise<ChangeOutcome> answered;
    const Status queued = members_.at(leader()).server->change_membership(
        change, [&](const ChangeOutcome& answer) { answered.set_value(answer); });
    if (!queued.is_ok()) return false;
    const ChangeOutcome outcome = answered.get_future().get();
    if (outcome.status.code() == Code::kBusy || outcome.status.code() == Code::kNotLeader) {
      return false;
    }
    ended = outcome;
    return true;
  }));
  return *ended;
}

void GrowingCluster::commit(const std::string& command) {
  REQUIRE(eventually([&] {
    Answers answers;
    const Status queued =
        members_.at(leader()).server->propose(SharedBytes(command), {}, answers.proposal(command));
    if (!queued.is_ok()) return false;
    REQUIRE(eventually([&] { return answers.total() == 1; }));
    return answers.of(command)->status.is_ok();
  }));
}

bool GrowingCluster::converge(const std::vector<std::uint64_t>& nodes, std::size_t count) {
  return eventually([&] {
    const Membership wanted = status(leader()).core.membership;
    const std::vector<std::string> all = commands(nodes.front());
    if (all.size() != count) return false;
    for (const std::uint64_t node : nodes) {
      if (commands(node) != all || status(node).core.membership != wanted) return false;
    }
    return true;
  });
}

}  // namespace quorate::raft
