// QuorumPort: what the service needs of the replicated log. raft::Server stands behind it in a
// controller, a few lines of memory in tests, which have no snapshots and record nothing.
//
// Thread: any.
#pragma once

#include <atomic>
#include <optional>
#include <vector>

#include "raft/base/status.h"
#include "raft/core/membership_change.h"
#include "raft/server/callbacks.h"
#include "raft/server/server_status.h"

namespace quorate::raft {
class Server;
}

namespace quorate::controller {

class QuorumPort {
 public:
  virtual ~QuorumPort() = default;
  // As raft::Server::propose() with `term` expected.
  virtual Status propose(raft::SharedBytes data, raft::Term term, raft::ProposeCallback done) = 0;
  // As raft::Server::read() by the leader's lease.
  virtual Status read(raft::ReadCallback done) = 0;
  [[nodiscard]] virtual raft::ServerStatus status() const = 0;
  // As raft::Server's of the same names.
  virtual void take_snapshot(raft::SnapshotCallback done);
  [[nodiscard]] virtual std::vector<raft::SnapshotMeta> snapshots() const { return {}; }
  virtual Status record_flight(raft::RecordingCallback done);
  virtual Status change_membership(raft::MembershipChange change, raft::ChangeCallback done);
  // To `target`, or to whom knows most.
  virtual Status transfer_leadership(std::optional<raft::NodeId> target);
};

// Before attach() nobody leads and everything is refused with kUnavailable.
class ServerPort : public QuorumPort {
 public:
  // `server` must outlive every later call. Once, before anything leads.
  void attach(raft::Server& server);

  Status propose(raft::SharedBytes data, raft::Term term, raft::ProposeCallback done) override;
  Status read(raft::ReadCallback done) override;
  [[nodiscard]] raft::ServerStatus status() const override;
  void take_snapshot(raft::SnapshotCallback done) override;
  [[nodiscard]] std::vector<raft::SnapshotMeta> snapshots() const override;
  Status record_flight(raft::RecordingCallback done) override;
  Status change_membership(raft::MembershipChange change, raft::ChangeCallback done) override;
  Status transfer_leadership(std::optional<raft::NodeId> target) override;

 private:
  std::atomic<raft::Server*> server_{nullptr};
};

}  // namespace quorate::controller
