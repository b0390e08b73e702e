#include "controller/service/controller_metrics.h"

#include <string>
#include <string_view>

#include "raft/base/clock.h"

namespace quorate::controller {
namespace {

constexpr double kNsPerSecond = 1e9;
constexpr std::uint64_t kLagEntriesMax = 1000;  // more than that behind is not ready

double to_double(std::uint64_t value) {
  return static_cast<double>(value);
}

void gauge(MetricsText& text, std::string_view name, std::string_view doc, double value) {
  text.family(name, MetricType::kGauge, doc);
  text.sample(value);
}

void counter(MetricsText& text, std::string_view name, std::string_view doc, std::uint64_t value) {
  text.family(name, MetricType::kCounter, doc);
  text.sample(to_double(value));
}

// Cumulative buckets of what raft/server counts in finer ones.
void latency(MetricsText& text,
             std::string_view name,
             std::string_view doc,
             const raft::LatencySnapshot& snapshot) {
  text.family(name, MetricType::kGauge, doc);
  for (const double quantile : {0.5, 0.9, 0.99, 1.0}) {
    std::string label = std::to_string(quantile);
    label.resize(4);
    text.sample(static_cast<double>(snapshot.quantile_ns(quantile)) / kNsPerSecond,
                {{"quantile", label}});
  }
}

double leader_id(const raft::CoreStatus& core) {
  return core.leader ? to_double(core.leader->node.value) : -1.0;
}

}  // namespace

void write_raft_metrics(const raft::ServerStatus& status,
                        const raft::MetricsSnapshot& counters,
                        MetricsText& text) {
  const raft::CoreStatus& core = status.core;
  const std::string role(raft::to_string(core.role));
  text.family("kafka_server_raftmetrics_current_state", MetricType::kGauge, "1 for the role held.");
  text.sample(1, {{"current_state", role}});
  gauge(text, "kafka_server_raftmetrics_current_epoch", "Raft term.", to_double(core.term.value));
  gauge(text, "kafka_server_raftmetrics_current_leader", "Node id, -1: unknown.", leader_id(core));
  gauge(text,
        "kafka_server_raftmetrics_current_vote",
        "Node id voted for, -1: none.",
        core.voted_for ? to_double(core.voted_for->node.value) : -1.0);
  gauge(text,
        "kafka_server_raftmetrics_high_watermark",
        "Commit index.",
        to_double(core.commit.value));
  gauge(text,
        "kafka_server_raftmetrics_log_end_offset",
        "Last index.",
        to_double(core.last.index.value));
  const double average_ms =
      counters.commit.count == 0
          ? 0
          : to_double(counters.commit.sum_ns) / to_double(counters.commit.count) / kNsPerMs;
  gauge(text, "kafka_server_raftmetrics_commit_latency_avg", "Milliseconds.", average_ms);
  gauge(text,
        "kafka_server_raftmetrics_commit_latency_max",
        "Milliseconds.",
        static_cast<double>(counters.commit.quantile_ns(1.0)) / kNsPerMs);

  text.family("raft_role", MetricType::kGauge, "1 for the role held.");
  text.sample(1, {{"role", role}});
  gauge(text, "raft_has_leader", "Whether a leader is known.", core.leader ? 1 : 0);
  gauge(text, "raft_term", "Current term.", to_double(core.term.value));
  gauge(text, "raft_commit_index", "Committed.", to_double(core.commit.value));
  gauge(text, "raft_persisted_index", "Durable here.", to_double(core.persisted.value));
  gauge(text, "raft_applied_index", "Applied here.", to_double(status.applied.value));
  counter(text, "raft_leader_changes_total", "Leaders seen.", status.leader_changes);
  counter(text, "raft_proposals_committed_total", "Proposals.", status.proposals_committed);
  counter(text, "raft_proposals_rejected_total", "Proposals.", status.proposals_rejected);
  counter(text, "raft_proposals_unknown_total", "Proposals.", status.proposals_unknown);
  gauge(text, "raft_proposals_pending", "Without an answer.", to_double(counters.requests_pending));
  counter(text, "raft_messages_sent_total", "To peers.", counters.messages_sent);
  counter(text, "raft_messages_received_total", "From peers.", counters.messages_received);
  counter(text, "raft_messages_dropped_total", "The inbox was full.", counters.messages_dropped);
  counter(text, "raft_messages_ignored_total", "Late, repeated or foreign.", core.messages_ignored);
  counter(text, "raft_syncs_total", "Synced writes.", counters.syncs);
  counter(text, "raft_snapshots_taken_total", "Of the own state.", counters.snapshots_taken);
  counter(text, "raft_snapshots_installed_total", "Received.", counters.snapshots_installed);
  counter(text, "raft_snapshots_sent_total", "And installed there.", counters.snapshots_sent);
  counter(text, "raft_snapshots_failed_total", "Tried again later.", counters.snapshots_failed);
  counter(text, "raft_snapshot_sent_bytes_total", "To peers.", counters.snapshot_bytes_sent);
  counter(text, "raft_snapshot_received_bytes_total", "Written.", counters.snapshot_bytes_received);
  gauge(text, "raft_snapshot_index", "Of the newest one here.", to_double(counters.snapshot_index));
  gauge(text, "raft_log_first_index", "Not compacted.", to_double(core.first.value));
  latency(text, "raft_commit_seconds", "Proposal to commit.", counters.commit);
  latency(text, "raft_fsync_seconds", "One synced write.", counters.sync);
  text.family(
      "raft_peer_match_index", MetricType::kGauge, "What a peer holds, as the leader knows.");
  for (const raft::PeerStatus& peer : core.peers) {
    text.sample(to_double(peer.match.value), {{"peer", std::to_string(peer.replica.node.value)}});
  }
}

void write_image_metrics(const MetadataImage& image, Leadership leadership, MetricsText& text) {
  constexpr std::string_view kPrefix = "kafka_controller_kafkacontroller_";
  const auto show = [&](std::string_view name, std::string_view doc, double value) {
    gauge(text, std::string(kPrefix) + std::string(name), doc, value);
  };
  double fenced = 0;
  double active = 0;
  double leaving = 0;
  for (const auto& [id, broker] : image.cluster.brokers()) {
    (broker->fenced ? fenced : active) += 1;
    if (broker->in_controlled_shutdown) leaving += 1;
  }
  show("activecontrollercount",
       "1 on the active controller.",
       leadership == Leadership::kActive ? 1 : 0);
  show("fencedbrokercount", "Registered and fenced.", fenced);
  show("activebrokercount", "Registered and not fenced.", active);
  show("controlledshutdownbrokercount", "On their way out.", leaving);
  show("globaltopiccount", "Topics.", to_double(image.topics.size()));
  show("globalpartitioncount", "Partitions.", to_double(image.topics.partition_count()));
  show("offlinepartitionscount",
       "Partitions without a leader.",
       to_double(image.topics.index().leaderless().size()));
  show("lastappliedrecordoffset",
       "End of the committed image, in records.",
       to_double(image.end_offset));
  show("lastappliedrecordtimestamp",
       "Of its newest batch, milliseconds since 1970.",
       static_cast<double>(image.timestamp_ms));
}

void write_snapshot_metrics(const raft::MetricsSnapshot& counters,
                            std::uint64_t loaded,
                            MetricsText& text) {
  gauge(text,
        "kafka_server_snapshotemitter_latestsnapshotgeneratedbytes",
        "Length of the snapshot that was taken last since the start.",
        to_double(counters.snapshot_bytes));
  gauge(text,
        "kafka_server_snapshotemitter_latestsnapshotgeneratedagems",
        "Milliseconds since then; 0: none was taken since the start.",
        static_cast<double>(counters.snapshot_age_ns) / kNsPerMs);
  counter(text,
          "kafka_server_metadataloader_handleloadsnapshotcount",
          "Snapshots that replaced the image, the one at the start included.",
          loaded);
}

std::vector<ReadyCheck> controller_ready_checks(const raft::ServerStatus& status) {
  const raft::CoreStatus& core = status.core;
  const std::uint64_t lag =
      core.commit.value > status.applied.value ? core.commit.value - status.applied.value : 0;
  const bool voter = core.membership.is_voter(core.self);
  return {
      {"alive", status.fatal ? to_string(*status.fatal) : ""},
      {"knows_leader", core.leader ? "" : "no leader is known"},
      {"applied", lag <= kLagEntriesMax ? "" : std::to_string(lag) + " entries are not applied"},
      {"voter", voter ? "" : "this replica is not a voter"},
      {"storage", status.storage == raft::StorageHealth::kHung ? "the disk does not answer" : ""},
  };
}

}  // namespace quorate::controller
