#include "controller/service/quorum_port.h"

#include <utility>

#include "raft/server/server.h"

namespace quorate::controller {
namespace {

Status not_started() {
  return {Code::kUnavailable, "the replicated log has not started yet"};
}

}  // namespace

void QuorumPort::take_snapshot(raft::SnapshotCallback done) {
  done(Status(Code::kUnsupported, "this log has no snapshots"));
}

Status QuorumPort::record_flight(raft::RecordingCallback /*done*/) {
  return {Code::kUnsupported, "nothing is recorded"};
}

Status QuorumPort::change_membership(raft::MembershipChange /*change*/,
                                     raft::ChangeCallback /*done*/) {
  return {Code::kUnsupported, "this log has fixed members"};
}

Status QuorumPort::transfer_leadership(std::optional<raft::NodeId> /*target*/) {
  return {Code::kUnsupported, "this log has one leader"};
}

void ServerPort::attach(raft::Server& server) {
  server_.store(&server);
}

Status ServerPort::propose(raft::SharedBytes data, raft::Term term, raft::ProposeCallback done) {
  raft::Server* server = server_.load();
  if (server == nullptr) return not_started();
  return server->propose(std::move(data), {.expected_term = term}, std::move(done));
}

Status ServerPort::read(raft::ReadCallback done) {
  raft::Server* server = server_.load();
  // By the lease, where one is configured and held.
  return server == nullptr ? not_started() : server->read(raft::ReadMode::kLease, std::move(done));
}

raft::ServerStatus ServerPort::status() const {
  const raft::Server* server = server_.load();
  return server == nullptr ? raft::ServerStatus{} : server->status();
}

void ServerPort::take_snapshot(raft::SnapshotCallback done) {
  raft::Server* server = server_.load();
  if (server == nullptr) return done(not_started());
  server->take_snapshot(std::move(done));
}

std::vector<raft::SnapshotMeta> ServerPort::snapshots() const {
  const raft::Server* server = server_.load();
  return server == nullptr ? std::vector<raft::SnapshotMeta>() : server->snapshots();
}

Status ServerPort::record_flight(raft::RecordingCallback done) {
  raft::Server* server = server_.load();
  return server == nullptr ? not_started() : server->record_flight(std::move(done));
}

Status ServerPort::change_membership(raft::MembershipChange change, raft::ChangeCallback done) {
  raft::Server* server = server_.load();
  if (server == nullptr) return not_started();
  return server->change_membership(std::move(change), std::move(done));
}

Status ServerPort::transfer_leadership(std::optional<raft::NodeId> target) {
  raft::Server* server = server_.load();
  if (server == nullptr) return not_started();
  return target ? server->transfer_leadership(*target) : server->transfer_leadership();
}

}  // namespace quorate::controller
