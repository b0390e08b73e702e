// The path of many groups: raft::Host, every group on all three nodes.
#include <atomic>
#include <mutex>
#include <sstream>

#include "bench/node.h"
#include "raft/host/host.h"

namespace quorate::bench {
namespace {

class NoMachine final : public raft::StateMachine {
 public:
  void apply(std::span<const raft::Entry>, raft::ApplyResults&) override {}
};

class HostNode final : public Node {
 public:
  Status start(const NodeOptions& options) {
    auto parts = open_parts(options);
    QUORATE_TRY(parts.status());
    raft::HostOptions host_options{.cluster = cluster_id(), .self = replica(options.at)};
    if (options.path == kAwakeHostPath) host_options.rest_after_ns = 0;
    raft::HostParts host_parts;
    host_parts.log_store = std::move(parts->store);
    host_parts.transport = std::move(parts->transport);
    auto host = raft::Host::start(host_options, std::move(host_parts));
    QUORATE_TRY(host.status());
    host_ = std::move(host).value();
    for (std::uint64_t group = 1; group <= options.groups; ++group)
      QUORATE_TRY(add(options, raft::GroupId{group}));
    return Status::ok();
  }

  std::string role() override { return led().empty() ? "follower" : "leader"; }

  // At the groups that were led here when the first was submitted, in turn.
  void submit(raft::SharedBytes data, ClosedLoop::Done done) override {
    std::call_once(chosen_, [this] { targets_ = led(); });
    if (targets_.empty()) return done(Ended::kError);
    const std::size_t at = next_.fetch_add(1, std::memory_order_relaxed) % targets_.size();
    const Status queued =
        targets_[at]->propose(std::move(data), {}, [done](const raft::Proposed& proposed) {
          done(proposed.status.is_ok() ? Ended::kOk : Ended::kError);
        });
    if (!queued.is_ok()) done(Ended::kError);
  }

  std::string explain() override {
    const raft::HostMetrics metrics = host_->metrics();
    std::ostringstream line;
    line << led().size() << ' ' << metrics.groups_resting << ' ' << metrics.turns << ' '
         << metrics.rounds << ' ' << metrics.syncs << ' ' << metrics.batches_persisted;
    return line.str();
  }

 private:
  Status add(const NodeOptions& options, raft::GroupId group) {
    raft::Bootstrap first{.group = group, .membership = {}};
    for (std::size_t at = 0; at < kNodes; ++at)
      first.membership.voters.push_back(replica(at));
    const Status made = host_->bootstrap(first);
    if (!made.is_ok() && made.code() != Code::kAlreadyExists) return made;
    raft::ServerOptions server_options;
    server_options.core.cluster = cluster_id();
    server_options.core.self = replica(options.at);
    server_options.core.group = group;
    server_options.core.election_timeout_ticks = options.election_ticks;
    server_options.core.election_jitter_ticks = options.election_ticks / 2;
    server_options.core.heartbeat_ticks = options.heartbeat_ticks;
    server_options.flight_recorder_bytes = 0;
    raft::HostGroupParts parts;
    parts.state_machine = &machine_;
    return host_->add_group(server_options, std::move(parts));
  }

  [[nodiscard]] std::vector<std::shared_ptr<raft::HostGroup>> led() const {
    std::vector<std::shared_ptr<raft::HostGroup>> groups;
    for (const raft::GroupId id : host_->groups()) {
      auto group = host_->group(id);
      if (group->status().core.role == raft::Role::kLeader) groups.push_back(std::move(group));
    }
    return groups;
  }

  NoMachine machine_;  // of all groups: it keeps nothing
  std::unique_ptr<raft::Host> host_;
  std::once_flag chosen_;
  std::vector<std::shared_ptr<raft::HostGroup>> targets_;
  std::atomic<std::size_t> next_{0};
};

}  // namespace

Result<std::unique_ptr<Node>> make_host_node(const NodeOptions& options) {
  auto node = std::make_unique<HostNode>();
  QUORATE_TRY(node->start(options));
  return std::unique_ptr<Node>(std::move(node));
}

}  // namespace quorate::bench
