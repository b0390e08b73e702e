// The path that is measured: raft::Server with its loops.
#include <iomanip>
#include <sstream>

#include "bench/node.h"
#include "raft/server/server.h"

namespace quorate::bench {
namespace {

class Nothing final : public raft::StateMachine {
 public:
  void apply(std::span<const raft::Entry>, raft::ApplyResults&) override {}
};

// What one operation is: a proposal, or a read barrier of either kind.
enum class Operation : std::uint8_t { kPropose, kReadIndex, kLeaseRead };

Operation operation_of(const std::string& path) {
  if (path == "read-index") return Operation::kReadIndex;
  return path == "lease" ? Operation::kLeaseRead : Operation::kPropose;
}

class RaftNode final : public Node {
 public:
  Status start(const NodeOptions& options) {
    operation_ = operation_of(options.path);
    auto parts = open_parts(options);
    QUORATE_TRY(parts.status());
    raft::ServerOptions server_options;
    server_options.core.cluster = cluster_id();
    server_options.core.self = replica(options.at);
    server_options.core.election_timeout_ticks = options.election_ticks;
    server_options.core.election_jitter_ticks = options.election_ticks / 2;
    server_options.core.heartbeat_ticks = options.heartbeat_ticks;
    if (operation_ == Operation::kLeaseRead) {
      // Half of the election timeout, as docs/reads.md advises.
      server_options.core.lease_ns =
          options.election_ticks * static_cast<std::uint64_t>(server_options.tick_ns) / 2;
    }
    if (options.in_flight_max > 0) {
      server_options.core.in_flight_appends_max = options.in_flight_max;
    }
    if (options.poll_us >= 0) server_options.poll_ns = options.poll_us * 1000;
    raft::ServerParts server_parts;
    server_parts.log_store = std::move(parts->store);
    server_parts.transport = std::move(parts->transport);
    server_parts.state_machine = &machine_;
    auto server = raft::Server::start(server_options, std::move(server_parts));
    QUORATE_TRY(server.status());
    server_ = std::move(server).value();
    return Status::ok();
  }

  std::string role() override {
    return server_->status().core.role == raft::Role::kLeader ? "leader" : "follower";
  }

  void submit(raft::SharedBytes data, ClosedLoop::Done done) override {
    if (operation_ != Operation::kPropose) return read(std::move(done));
    // Only one of the two is called: the copy costs nothing, `done` fits into a function object.
    const Status queued =
        server_->propose(std::move(data), {}, [done](const raft::Proposed& proposed) {
          done(proposed.status.is_ok() ? Ended::kOk : Ended::kError);
        });
    if (!queued.is_ok()) done(Ended::kError);
  }

  std::string explain() override {
    const raft::MetricsSnapshot metrics = server_->metrics();
    std::ostringstream line;
    line << "turns=" << metrics.turns << " sent=" << metrics.messages_sent
         << " received=" << metrics.messages_received << " syncs=" << metrics.syncs
         << " batches=" << metrics.batches_persisted << " applied=" << metrics.entries_applied
         << " dropped=" << metrics.messages_dropped
         << " sync_p50_us=" << metrics.sync.quantile_ns(0.5) / 1000
         << " sync_p99_us=" << metrics.sync.quantile_ns(0.99) / 1000
         << " commit_p50_us=" << metrics.commit.quantile_ns(0.5) / 1000
         << " reads=" << metrics.reads_granted << " by_lease=" << metrics.reads_by_lease;
    return line.str();
  }

 private:
  void read(ClosedLoop::Done done) {
    const auto mode =
        operation_ == Operation::kLeaseRead ? raft::ReadMode::kLease : raft::ReadMode::kReadIndex;
    const Status queued = server_->read(
        mode, [done](const Status& status) { done(status.is_ok() ? Ended::kOk : Ended::kError); });
    if (!queued.is_ok()) done(Ended::kError);
  }

  Operation operation_ = Operation::kPropose;
  Nothing machine_;
  std::unique_ptr<raft::Server> server_;
};

}  // namespace

Result<std::unique_ptr<Node>> make_raft_node(const NodeOptions& options) {
  auto node = std::make_unique<RaftNode>();
  QUORATE_TRY(node->start(options));
  return std::unique_ptr<Node>(std::move(node));
}

}  // namespace quorate::bench
