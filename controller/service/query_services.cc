#include "controller/service/query_services.h"

#include <algorithm>
#include <set>
#include <utility>

#include "controller/control/feature_control.h"
#include "controller/control/operator_progress.h"
#include "controller/control/reassignment.h"
#include "controller/control/what_if.h"
#include "controller/image/record_fields.h"
#include "controller/service/config_queries.h"
#include "controller/service/plan_codec.h"

namespace quorate::controller {
namespace {

void write_broker(const MetadataImage& image,
                  const BrokerRegistration& broker,
                  v1::BrokerDescription& wire) {
  wire.set_broker_id(broker.id);
  wire.set_broker_epoch(broker.epoch);
  write_uuid(broker.incarnation, *wire.mutable_incarnation());
  for (const Endpoint& endpoint : broker.endpoints) {
    v1::Endpoint& to = *wire.add_endpoints();
    to.set_listener(endpoint.listener);
    to.set_host(endpoint.host);
    to.set_port(endpoint.port);
    to.set_security_protocol(endpoint.security_protocol);
  }
  wire.set_rack(broker.rack);
  wire.set_fenced(broker.fenced);
  wire.set_in_controlled_shutdown(broker.in_controlled_shutdown);
  wire.set_departure(static_cast<v1::BrokerDeparture>(departure_to(broker.departure)));
  write_intent(broker.intent, *wire.mutable_intent());
  const BrokerHoldings& holdings = image.topics.index().of(broker.id);
  wire.set_leaders(holdings.leaders);
  wire.set_replicas(static_cast<std::uint32_t>(holdings.replicas.size()));
}

void write_one_broker(const MetadataImage& image, BrokerId id, v1::DescribeBrokerResponse& wire) {
  const BrokerRegistration* broker = image.cluster.find(id);
  if (broker == nullptr) {
    wire.set_error(v1::BROKER_ID_NOT_REGISTERED);
    wire.set_error_message("broker " + std::to_string(id) + " is not registered");
    return;
  }
  write_broker(image, *broker, *wire.mutable_broker());
  const OperatorProgress progress = operator_progress(image, id);
  wire.set_leaving(progress.leaving);
  wire.set_obstructed(progress.obstructed);
  for (const Obstacle& one : progress.first) {
    v1::BrokerObstacle& to = *wire.add_obstacles();
    to.set_topic(image.topics.find(one.id.topic)->name);
    to.set_partition(one.id.partition);
    to.set_reason(one.reason);
  }
}

void write_summary(const Topic& topic, v1::TopicSummary& wire) {
  wire.set_name(topic.name);
  write_uuid(topic.id, *wire.mutable_id());
  wire.set_partitions(static_cast<std::uint32_t>(topic.partitions.size()));
  std::uint32_t under_replicated = 0;
  std::uint32_t offline = 0;
  for (std::size_t at = 0; at < topic.partitions.size(); ++at) {
    const Partition& partition = topic.partitions[at];
    // Those that are being added are not missed yet.
    const std::size_t added = partition.movement().adding.size();
    if (partition.isr.size() + added < partition.replicas.size()) ++under_replicated;
    if (partition.leader == kNoBroker) ++offline;
  }
  wire.set_under_replicated(under_replicated);
  wire.set_offline(offline);
  if (topic.partitions.size() > 0) {
    wire.set_replication_factor(
        static_cast<std::uint32_t>(topic.partitions[0].target_replicas().size()));
  }
}

void write_topic(const MetadataImage& image, const Topic& topic, v1::TopicDescription& wire) {
  wire.set_name(topic.name);
  write_uuid(topic.id, *wire.mutable_id());
  for (std::size_t at = 0; at < topic.partitions.size(); ++at) {
    write_partition(
        {topic.id, static_cast<std::int32_t>(at)}, topic.partitions[at], *wire.add_partitions());
  }
  for (const auto& [name, value] : image.configs.of({ConfigResourceType::kTopic, topic.name})) {
    v1::Config& config = *wire.add_configs();
    config.set_resource(v1::CONFIG_RESOURCE_TOPIC);
    config.set_resource_name(topic.name);
    config.set_name(name);
    config.set_value(value);
  }
}

void describe(const MetadataImage& image,
              const v1::TopicRefQuery& asked,
              v1::TopicDescription& wire) {
  const bool by_name = !asked.name().empty();
  const Uuid id = uuid_from(asked.id());
  const Topic* topic = by_name ? image.topics.find(asked.name()) : image.topics.find(id);
  if (topic != nullptr) return write_topic(image, *topic, wire);
  wire.set_name(asked.name());
  if (!by_name) write_uuid(id, *wire.mutable_id());
  wire.set_error(by_name ? v1::UNKNOWN_TOPIC_OR_PARTITION : v1::UNKNOWN_TOPIC_ID);
}

void write_reassignment(const MetadataImage& image,
                        const TopicPartition& id,
                        v1::OngoingReassignment& wire) {
  const Topic& topic = *image.topics.find(id.topic);
  const Partition& partition = *topic.find(id.partition);
  wire.set_topic(topic.name);
  wire.set_partition(id.partition);
  write_broker_list(partition.replicas, *wire.mutable_replicas());
  write_broker_list(partition.movement().adding, *wire.mutable_adding());
  write_broker_list(partition.movement().removing, *wire.mutable_removing());
  write_broker_list(partition.movement().original, *wire.mutable_original());
  write_broker_list(partition.isr, *wire.mutable_isr());
  wire.set_leader(partition.leader);
}

void write_reassignments(const MetadataImage& image,
                         const v1::ListPartitionReassignmentsRequest& request,
                         v1::ListPartitionReassignmentsResponse& response) {
  std::set<std::pair<std::string_view, std::int32_t>> asked;
  for (const v1::ReassignmentQuery& query : request.topics()) {
    for (const std::int32_t partition : query.partitions())
      asked.emplace(query.topic(), partition);
  }
  for (const TopicPartition& id : reassignments_under_way(image)) {
    const std::string& name = image.topics.find(id.topic)->name;
    const bool is_wanted = request.topics().empty() || asked.contains({name, id.partition});
    if (is_wanted) write_reassignment(image, id, *response.add_partitions());
  }
}

void write_loss(const Result<LossReport>& report, v1::WhatIfLostResponse& wire) {
  if (!report.is_ok()) {
    const bool is_unknown = report.status().code() == Code::kNotFound;
    wire.set_error(is_unknown ? v1::BROKER_ID_NOT_REGISTERED : v1::INVALID_REQUEST);
    wire.set_error_message(report.status().message());
    return;
  }
  for (const BrokerId id : report->brokers)
    wire.add_broker_ids(id);
  wire.set_remaining(report->remaining);
  wire.set_safe(report->effects.is_harmless());
  write_effects(report->effects, *wire.mutable_effects());
}

void write_feature(const MetadataImage& image,
                   const KnownFeature& feature,
                   v1::FeatureDescription& wire) {
  wire.set_name(feature.name);
  wire.set_level(feature_level(image.features, feature));
  wire.set_finalized(image.features.levels().contains(feature.name));
  wire.set_min_level(feature.min_level);
  wire.set_max_level(feature.max_level);
  for (const auto& [id, broker] : image.cluster.brokers()) {
    v1::BrokerFeature& to = *wire.add_brokers();
    to.set_broker_id(id);
    const auto range = std::ranges::find(broker->features, feature.name, &FeatureRange::name);
    if (range == broker->features.end()) continue;
    to.set_min_level(range->min_level);
    to.set_max_level(range->max_level);
  }
}

std::int32_t leader_of(const raft::CoreStatus& core) {
  return core.leader ? static_cast<std::int32_t>(core.leader->node.value) : -1;
}

}  // namespace

grpc::ServerUnaryReactor* QueryService::read(grpc::CallbackServerContext& context,
                                             v1::ReadMode mode,
                                             v1::ResponseMeta& meta,
                                             std::function<void(const MetadataImage&)> write) {
  grpc::ServerUnaryReactor* reactor = context.DefaultReactor();
  const Status allowed = authorize(caller_of(context), ServiceName::kQuery);
  if (!allowed.is_ok()) {
    reactor->Finish(parts_.refusals->refuse(context, allowed));
    return reactor;
  }
  auto finish = [this, &context, &meta, reactor, write = std::move(write)](const Status& status) {
    if (!status.is_ok()) {
      // Nothing was to change: whatever became of the read, it did not happen.
      const Status why(status.code() == Code::kUnknownOutcome ? Code::kUnavailable : status.code(),
                       status.message());
      reactor->Finish(parts_.refusals->refuse(context, why));
      return;
    }
    const Status taken = thread_.submit([this, &meta, reactor, write] {
      const ImagePointer image = parts_.metadata->image();
      write(*image);
      write_meta(parts_, {parts_.port->status().core.term, image->end_offset}, meta);
      reactor->Finish(grpc::Status::OK);
    });
    if (!taken.is_ok()) reactor->Finish(parts_.refusals->refuse(context, taken));
  };
  if (mode == v1::READ_LOCAL) {
    finish(Status::ok());
    return reactor;
  }
  const Status taken = parts_.port->read(finish);
  if (!taken.is_ok()) finish(taken);
  return reactor;
}

grpc::ServerUnaryReactor* QueryService::DescribeCluster(grpc::CallbackServerContext* context,
                                                        const v1::DescribeClusterRequest* request,
                                                        v1::DescribeClusterResponse* response) {
  const bool active = parts_.loop->active_term() != raft::Term{};
  if (request->mode() == v1::READ_LINEARIZABLE && !active) {
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    reactor->Finish(parts_.refusals->refuse(
        *context, {Code::kNotLeader, "the active controller knows its brokers"}));
    return reactor;
  }
  return read(*context,
              request->mode(),
              *response->mutable_meta(),
              [this, response, active](const MetadataImage& image) {
                write_uuid(parts_.cluster_id, *response->mutable_cluster_id());
                response->set_active_controller(leader_of(parts_.port->status().core));
                const std::int64_t now_ns = parts_.clock->monotonic_ns();
                for (const auto& [id, broker] : image.cluster.brokers()) {
                  v1::BrokerDescription& wire = *response->add_brokers();
                  write_broker(image, *broker, wire);
                  wire.set_last_contact_ms(active ? parts_.contacts->age_ms(id, now_ns) : -1);
                }
              });
}

grpc::ServerUnaryReactor* QueryService::DescribeBroker(grpc::CallbackServerContext* context,
                                                       const v1::DescribeBrokerRequest* request,
                                                       v1::DescribeBrokerResponse* response) {
  return read(*context,
              request->mode(),
              *response->mutable_meta(),
              [this, request, response](const MetadataImage& image) {
                write_one_broker(image, request->broker_id(), *response);
                response->mutable_broker()->set_last_contact_ms(
                    parts_.contacts->age_ms(request->broker_id(), parts_.clock->monotonic_ns()));
              });
}

grpc::ServerUnaryReactor* QueryService::ListTopics(grpc::CallbackServerContext* context,
                                                   const v1::ListTopicsRequest* request,
                                                   v1::ListTopicsResponse* response) {
  return read(
      *context, request->mode(), *response->mutable_meta(), [response](const MetadataImage& image) {
        for (const auto& [name, id] : image.topics.by_name()) {
          write_summary(*image.topics.find(id), *response->add_topics());
        }
      });
}

grpc::ServerUnaryReactor* QueryService::DescribeTopics(grpc::CallbackServerContext* context,
                                                       const v1::DescribeTopicsRequest* request,
                                                       v1::DescribeTopicsResponse* response) {
  return read(*context,
              request->mode(),
              *response->mutable_meta(),
              [request, response](const MetadataImage& image) {
                for (const v1::TopicRefQuery& asked : request->topics()) {
                  describe(image, asked, *response->add_topics());
                }
              });
}

grpc::ServerUnaryReactor* QueryService::DescribeConfigs(grpc::CallbackServerContext* context,
                                                        const v1::DescribeConfigsRequest* request,
                                                        v1::DescribeConfigsResponse* response) {
  if (request->resources_size() > parts_.limits.resources_max) {
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    reactor->Finish(parts_.refusals->refuse(
        *context, {Code::kInvalidArgument, "more resources than one request may have"}));
    return reactor;
  }
  return read(*context,
              request->mode(),
              *response->mutable_meta(),
              [this, request, response](const MetadataImage& image) {
                for (const v1::DescribeConfigsResource& asked : request->resources()) {
                  *response->add_resources() = describe_configs(image, parts_.statics, asked);
                }
              });
}

grpc::ServerUnaryReactor* QueryService::DescribeFeatures(grpc::CallbackServerContext* context,
                                                         const v1::DescribeFeaturesRequest* request,
                                                         v1::DescribeFeaturesResponse* response) {
  return read(*context,
              request->mode(),
              *response->mutable_meta(),
              [this, response](const MetadataImage& image) {
                for (const KnownFeature& feature : parts_.features)
                  write_feature(image, feature, *response->add_features());
              });
}

grpc::ServerUnaryReactor* QueryService::ListConfigKeys(grpc::CallbackServerContext* context,
                                                       const v1::ListConfigKeysRequest* request,
                                                       v1::ListConfigKeysResponse* response) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  const Status allowed = authorize(caller_of(*context), ServiceName::kQuery);
  if (!allowed.is_ok()) {
    reactor->Finish(parts_.refusals->refuse(*context, allowed));
    return reactor;
  }
  *response = list_config_keys(request->name());
  reactor->Finish(grpc::Status::OK);
  return reactor;
}

grpc::ServerUnaryReactor* QueryService::ListPartitionReassignments(
    grpc::CallbackServerContext* context,
    const v1::ListPartitionReassignmentsRequest* request,
    v1::ListPartitionReassignmentsResponse* response) {
  return read(*context,
              request->mode(),
              *response->mutable_meta(),
              [request, response](const MetadataImage& image) {
                write_reassignments(image, *request, *response);
              });
}

grpc::ServerUnaryReactor* QueryService::WhatIfLost(grpc::CallbackServerContext* context,
                                                   const v1::WhatIfLostRequest* request,
                                                   v1::WhatIfLostResponse* response) {
  return read(*context,
              request->mode(),
              *response->mutable_meta(),
              [this, request, response](const MetadataImage& image) {
                const Loss loss{{request->broker_ids().begin(), request->broker_ids().end()},
                                {request->racks().begin(), request->racks().end()}};
                write_loss(what_if_lost(image, loss, control_), *response);
              });
}

grpc::ServerUnaryReactor* QuorumService::Describe(grpc::CallbackServerContext* context,
                                                  const v1::DescribeQuorumRequest* /*request*/,
                                                  v1::DescribeQuorumResponse* response) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  const Status allowed = authorize(caller_of(*context), ServiceName::kQuorum);
  if (!allowed.is_ok()) {
    reactor->Finish(parts_.refusals->refuse(*context, allowed));
    return reactor;
  }
  constexpr std::int64_t kNsPerUs = 1000;
  const raft::ServerStatus status = parts_.port->status();
  const raft::CoreStatus& core = status.core;
  const ImagePointer image = parts_.metadata->image();
  write_uuid(parts_.cluster_id, *response->mutable_cluster_id());
  response->set_node_id(parts_.node_id);
  response->set_role(std::string(raft::to_string(core.role)));
  response->set_term(core.term.value);
  response->set_leader_id(leader_of(core));
  response->set_last_index(core.last.index.value);
  response->set_persisted_index(core.persisted.value);
  response->set_commit_index(core.commit.value);
  response->set_applied_index(status.applied.value);
  response->set_metadata_offset(image->end_offset);
  response->set_state_hash(state_hash(*image));
  response->set_sync_p50_us(static_cast<std::uint64_t>(status.sync_p50_ns / kNsPerUs));
  response->set_sync_p99_us(static_cast<std::uint64_t>(status.sync_p99_ns / kNsPerUs));
  response->set_leader_changes(status.leader_changes);
  response->set_version(version_);
  write_peers(core, *response);
  reactor->Finish(grpc::Status::OK);
  return reactor;
}

void QuorumService::write_peers(const raft::CoreStatus& core,
                                v1::DescribeQuorumResponse& response) const {
  const auto text_at = [](const std::map<std::uint64_t, std::string>& addresses,
                          std::uint64_t node) {
    const auto found = addresses.find(node);
    return found == addresses.end() ? std::string() : found->second;
  };
  for (const raft::ReplicaId& replica : core.membership.all()) {
    v1::QuorumPeer& peer = *response.add_peers();
    peer.set_node_id(static_cast<std::int32_t>(replica.node.value));
    write_uuid({replica.incarnation.high, replica.incarnation.low}, *peer.mutable_incarnation());
    peer.set_raft_address(text_at(addresses_.raft, replica.node.value));
    peer.set_controller_address(text_at(addresses_.services, replica.node.value));
    peer.set_voter(core.membership.is_voter(replica));
    const auto seen = std::ranges::find(core.peers, replica, &raft::PeerStatus::replica);
    if (seen == core.peers.end()) continue;
    peer.set_match_index(seen->match.value);
    peer.set_last_contact_ms(seen->ticks_since_contact * static_cast<std::uint64_t>(tick_ms_));
    peer.set_state(std::string(seen->state));
  }
}

}  // namespace quorate::controller
