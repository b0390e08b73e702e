#include "controller/service/quorum_port.h"

#include <utility>

#include "raft/server/server.h"

namespace quorate::controller {
namespace {

Status not_started() {
  return {Code::kUnavailable, "the replicated log has not started yet"};
}

}  // namespace

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
  return server == nullptr ? not_started() : server->read(std::move(done));
}

raft::ServerStatus ServerPort::status() const {
  const raft::Server* server = server_.load();
  return server == nullptr ? raft::ServerStatus{} : server->status();
}

}  // namespace quorate::controller
