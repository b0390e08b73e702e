#include "broker-stub/server/broker_report.h"

#include <string>

namespace quorate::broker {
namespace {

std::string_view kind_of(PartitionEvent::Kind kind) {
  switch (kind) {
    case PartitionEvent::Kind::kLeads: return "partition_leads";
    case PartitionEvent::Kind::kFollows: return "partition_follows";
    case PartitionEvent::Kind::kIsr: return "partition_isr";
    case PartitionEvent::Kind::kTruncated: return "partition_truncated";
    case PartitionEvent::Kind::kRefused: return "partition_refused";
    case PartitionEvent::Kind::kOffline: return "partition_offline";
  }
  return "partition_unknown";
}

}  // namespace

BrokerReport::BrokerReport(Log& log, EventStream& events, Metrics& metrics)
    : log_(log),
      events_(events),
      metrics_(metrics),
      isr_changes_(metrics.counter("kafka_server_replicamanager_isr_changes_total",
                                   "Changes of in-sync replicas of partitions led here.")),
      truncations_(
          metrics.counter("kafka_log_truncations_total", "Times a follower cut its log.")) {}

void BrokerReport::on_partition(const PartitionEvent& event) {
  const std::string_view kind = kind_of(event.kind);
  if (event.kind == PartitionEvent::Kind::kIsr) isr_changes_.add();
  if (event.kind == PartitionEvent::Kind::kTruncated) truncations_.add();
  events_.emit(kind,
               {{"topic", event.topic},
                {"partition", event.partition},
                {"leader", event.leader},
                {"leader_epoch", event.leader_epoch},
                {"offset", event.offset},
                {"detail", event.detail}});
  const auto fields = {Field("topic", event.topic),
                       Field("partition", event.partition),
                       Field("leader", event.leader),
                       Field("leader_epoch", event.leader_epoch),
                       Field("offset", event.offset),
                       Field("detail", event.detail)};
  switch (event.kind) {
    case PartitionEvent::Kind::kOffline: return log_.error(kind, fields);
    case PartitionEvent::Kind::kRefused: return log_.warn(kind, fields);
    case PartitionEvent::Kind::kLeads:
    case PartitionEvent::Kind::kFollows:
    case PartitionEvent::Kind::kIsr:
    case PartitionEvent::Kind::kTruncated: return log_.info(kind, fields);
  }
}

void BrokerReport::on_link(const LeaderAddress& leader, const Status& link) {
  const std::string why = link.is_ok() ? "" : to_string(link);
  const std::string_view kind = link.is_ok() ? "leader_link_up" : "leader_link_down";
  events_.emit(kind, {{"leader", leader.broker}, {"reason", why}});
  log_.info(
      kind,
      {{"leader", leader.broker}, {"host", leader.host}, {"port", leader.port}, {"reason", why}});
}

void BrokerReport::on_net(const NetEvent& event) {
  log_.warn(to_string(event.kind), {{"client", event.client}, {"detail", event.detail}});
}

void BrokerReport::on_registered(std::uint64_t epoch) {
  events_.emit("broker_registered", {{"broker_epoch", epoch}});
  log_.info("registered", {{"broker_epoch", epoch}});
}

void BrokerReport::on_registration_failed(const Status& why) {
  const std::string reason = to_string(why);
  events_.emit("registration_failed", {{"reason", reason}});
  log_.warn("not registered yet", {{"reason", reason}});
}

void BrokerReport::on_state(std::string_view state) {
  events_.emit("broker_state", {{"state", state}});
  log_.info("broker state", {{"state", state}});
}

void BrokerReport::on_metadata(const controller::MetadataImage& image, std::size_t planned) {
  events_.emit(
      "metadata_applied",
      {{"offset", image.end_offset}, {"partitions_changed", static_cast<std::uint64_t>(planned)}});
}

void BrokerReport::count(std::string_view name, std::string_view doc, std::uint64_t now) {
  std::uint64_t& before = counted_[std::string(name)];
  metrics_.counter(name, doc).add(now - before);
  before = now;
}

void BrokerReport::update(const Replicas& replicas,
                          const ServingCounters& serving,
                          const NetCounters& net,
                          std::uint64_t metadata_offset) {
  const auto gauge = [this](std::string_view name, std::string_view doc, std::size_t value) {
    metrics_.gauge(name, doc).set(static_cast<double>(value));
  };
  const ReplicaCounts counts = replicas.counts();
  gauge("kafka_server_replicamanager_partitioncount", "Replicas here.", counts.partitions);
  gauge("kafka_server_replicamanager_leadercount", "Partitions led here.", counts.leaders);
  gauge("kafka_server_replicamanager_offlinereplicacount",
        "Replicas whose log failed.",
        counts.offline);
  gauge("kafka_server_replicamanager_underreplicatedpartitions",
        "Partitions led here with fewer in sync than replicas.",
        counts.under_replicated);
  gauge("kafka_server_replicamanager_reassigningpartitions",
        "Partitions led here that are being moved.",
        counts.reassigning);
  gauge("kafka_server_replicamanager_underminisrpartitioncount",
        "Partitions led here that refuse acks=all.",
        counts.under_min_isr);
  gauge("quorate_broker_metadata_offset", "Every record below it is applied.", metadata_offset);
  gauge("quorate_broker_connections", "Open Kafka connections.", net.connections_open.load());
  count("kafka_server_brokertopicmetrics_messagesin_total",
        "Records appended for producers.",
        serving.records_in);
  count("kafka_server_brokertopicmetrics_bytesin_total",
        "Bytes appended for producers.",
        serving.bytes_in);
  count("kafka_server_brokertopicmetrics_bytesout_total",
        "Bytes fetched by consumers.",
        serving.bytes_out_clients);
  count("kafka_server_brokertopicmetrics_replicationbytesout_total",
        "Bytes fetched by followers.",
        serving.bytes_out_followers);
  count("kafka_server_brokertopicmetrics_failedproducerequests_total",
        "Partitions of Produce requests that were refused.",
        serving.produce_refused);
  count(
      "quorate_broker_requests_refused_total",
      "Frames and requests that could not be read.",
      net.frames_refused.load() + net.requests_malformed.load() + net.requests_unsupported.load());
  replicas.for_each([this](const Partition& partition) {
    if (!partition.is_online()) return;
    const std::pair now{partition.high_watermark(), partition.log().end_offset()};
    auto& before = told_[partition.name().id];
    if (now == before) return;
    before = now;
    events_.emit("partition_position",
                 {{"topic", partition.name().topic},
                  {"partition", partition.name().id.partition},
                  {"leader_epoch", partition.leader_epoch()},
                  {"high_watermark", now.first},
                  {"log_end", now.second}});
  });
}

}  // namespace quorate::broker
