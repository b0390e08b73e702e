#include "controller/service/request_codec.h"

#include <algorithm>
#include <limits>
#include <string>
#include <utility>

#include "controller/image/record_fields.h"
#include "controller/service/request_checks.h"

namespace quorate::controller {
namespace {

Status check_broker_id(std::int32_t id) {
  if (id >= 0) return Status::ok();
  return refused("broker_id " + std::to_string(id) + " is negative");
}

Result<NewTopic> to_topic(const v1::NewTopic& wire, const RequestLimits& limits) {
  QUORATE_TRY(check_text(wire.name(), limits, "a topic's name"));
  QUORATE_TRY(check_count(wire.assignments_size(), limits.assignments_max, "assignments"));
  QUORATE_TRY(check_count(wire.configs_size(), limits.configs_max, "configs"));
  NewTopic topic;
  topic.name = wire.name();
  topic.partitions = wire.partitions();
  topic.replication_factor = wire.replication_factor();
  for (const v1::ReplicaAssignment& assignment : wire.assignments()) {
    QUORATE_TRY(check_count(assignment.broker_ids_size(), limits.replicas_max, "replicas"));
    topic.assignments.push_back(
        {assignment.partition(), {assignment.broker_ids().begin(), assignment.broker_ids().end()}});
  }
  for (const v1::ConfigEntry& config : wire.configs()) {
    QUORATE_TRY(check_text(config.name(), limits, "a config's name"));
    QUORATE_TRY(check_text(config.value(), limits, "a config's value"));
    ConfigSetting setting{config.name(), std::nullopt};
    if (config.has_value()) setting.value = config.value();
    topic.configs.push_back(std::move(setting));
  }
  return topic;
}

template <typename Response, typename Answer>
std::string serialized(const Answer& answer) {
  Response response;
  write_answer(answer, response);
  return response.SerializeAsString();
}

}  // namespace

Result<RegisterBroker> to_command(const v1::RegisterBrokerRequest& request,
                                  const RequestLimits& limits) {
  QUORATE_TRY(check_broker_id(request.broker_id()));
  QUORATE_TRY(check_count(request.endpoints_size(), limits.endpoints_max, "endpoints"));
  QUORATE_TRY(check_count(request.log_dirs_size(), limits.log_dirs_max, "log dirs"));
  QUORATE_TRY(check_text(request.rack(), limits, "rack"));
  RegisterBroker command;
  command.cluster_id = uuid_from(request.cluster_id());
  command.broker_id = request.broker_id();
  command.incarnation = uuid_from(request.incarnation());
  command.rack = request.rack();
  for (const v1::Endpoint& endpoint : request.endpoints()) {
    QUORATE_TRY(check_text(endpoint.host(), limits, "an endpoint's host"));
    QUORATE_TRY(check_text(endpoint.listener(), limits, "an endpoint's listener"));
    if (endpoint.port() < 1 || endpoint.port() > std::numeric_limits<std::uint16_t>::max()) {
      return refused("endpoint port " + std::to_string(endpoint.port()) +
                     " is not within 1 to 65535");
    }
    command.endpoints.push_back({endpoint.listener(),
                                 endpoint.host(),
                                 static_cast<std::uint16_t>(endpoint.port()),
                                 endpoint.security_protocol()});
  }
  for (const v1::Uuid& dir : request.log_dirs())
    command.log_dirs.push_back(uuid_from(dir));
  QUORATE_TRY(check_count(request.features_size(), limits.features_max, "features"));
  for (const v1::FeatureRange& range : request.features()) {
    QUORATE_TRY(check_text(range.name(), limits, "a feature's name"));
    command.features.push_back({range.name(), range.min_level(), range.max_level()});
  }
  if (request.has_previous_broker_epoch()) {
    command.previous_broker_epoch = request.previous_broker_epoch();
  }
  return command;
}

Result<Heartbeat> to_command(const v1::BrokerHeartbeat& request) {
  QUORATE_TRY(check_broker_id(request.broker_id()));
  Heartbeat command;
  command.broker_id = request.broker_id();
  command.broker_epoch = request.broker_epoch();
  command.metadata_offset = request.metadata_offset();
  command.want_fence = request.want_fence();
  command.want_shutdown = request.want_shutdown();
  return command;
}

Result<CreateTopics> to_command(const v1::CreateTopicsRequest& request,
                                const RequestLimits& limits,
                                const std::function<Uuid()>& draw_id) {
  if (request.topics().empty()) return refused("no topic is named");
  QUORATE_TRY(check_count(request.topics_size(), limits.topics_max, "topics"));
  CreateTopics command;
  if (request.allow_cordoned()) command.cordons = Cordons::kOverridden;
  for (const v1::NewTopic& wire : request.topics()) {
    Result<NewTopic> topic = to_topic(wire, limits);
    QUORATE_TRY(topic.status());
    topic->id = draw_id();
    command.topics.push_back(*std::move(topic));
  }
  return command;
}

Result<DeleteTopics> to_command(const v1::DeleteTopicsRequest& request,
                                const RequestLimits& limits) {
  if (request.topics().empty()) return refused("no topic is named");
  QUORATE_TRY(check_count(request.topics_size(), limits.topics_max, "topics"));
  DeleteTopics command;
  for (const v1::TopicRef& wire : request.topics()) {
    QUORATE_TRY(check_text(wire.name(), limits, "a topic's name"));
    command.topics.push_back({wire.name(), uuid_from(wire.id())});
  }
  return command;
}

Result<ElectLeaders> to_command(const v1::ElectLeadersRequest& request,
                                const RequestLimits& limits) {
  QUORATE_TRY(check_count(request.partitions_size(), limits.elections_max, "partitions"));
  if (request.all() != request.partitions().empty()) {
    return refused("give either partitions or `all`");
  }
  ElectLeaders command;
  // Any other type is not for asking: the engine says so.
  command.type = ElectionType::kOnline;
  if (request.type() == v1::ELECTION_TYPE_PREFERRED) command.type = ElectionType::kPreferred;
  if (request.type() == v1::ELECTION_TYPE_UNCLEAN) command.type = ElectionType::kUnclean;
  if (request.all()) return command;
  command.partitions.emplace();
  for (const v1::ElectionItem& item : request.partitions()) {
    QUORATE_TRY(check_text(item.topic(), limits, "a topic's name"));
    command.partitions->push_back({item.topic(), item.partition()});
  }
  return command;
}

Result<AlterConfigs> to_command(const v1::AlterConfigsRequest& request,
                                const RequestLimits& limits) {
  QUORATE_TRY(check_count(request.resources_size(), limits.resources_max, "resources"));
  AlterConfigs command;
  if (request.replace()) command.style = AlterConfigs::Style::kReplace;
  for (const v1::AlterConfigsResource& wire : request.resources()) {
    QUORATE_TRY(check_text(wire.name(), limits, "a resource's name"));
    QUORATE_TRY(check_count(wire.changes_size(), limits.configs_max, "configs"));
    AlterResource& resource = command.resources.emplace_back();
    resource.resource = {wire.type(), wire.name()};
    for (const v1::ConfigChange& change : wire.changes()) {
      QUORATE_TRY(check_text(change.name(), limits, "a config's name"));
      QUORATE_TRY(check_text(change.value(), limits, "a config's value"));
      ConfigChange& to = resource.changes.emplace_back();
      to.name = change.name();
      if (!request.replace()) to.op = static_cast<ConfigOp>(change.operation());
      if (change.has_value()) to.value = change.value();
    }
  }
  return command;
}

Result<UpdateFeatures> to_command(const v1::UpdateFeaturesRequest& request,
                                  const RequestLimits& limits) {
  QUORATE_TRY(check_count(request.updates_size(), limits.features_max, "features"));
  UpdateFeatures command;
  for (const v1::FeatureUpdate& wire : request.updates()) {
    QUORATE_TRY(check_text(wire.name(), limits, "a feature's name"));
    command.updates.push_back(
        {wire.name(), wire.level(), static_cast<FeatureChange>(wire.change())});
  }
  return command;
}

Result<UnregisterBroker> to_command(const v1::UnregisterBrokerRequest& request) {
  QUORATE_TRY(check_broker_id(request.broker_id()));
  return UnregisterBroker{request.broker_id()};
}

Result<AlterBroker> to_command(const v1::AlterBrokerRequest& request) {
  QUORATE_TRY(check_broker_id(request.broker_id()));
  AlterBroker command{request.broker_id(), {}};
  if (request.force()) command.guard = Guard::kOverridden;
  switch (static_cast<int>(request.action())) {
    case v1::BROKER_ACTION_CORDON: command.action = BrokerAction::kCordon; return command;
    case v1::BROKER_ACTION_UNCORDON: command.action = BrokerAction::kUncordon; return command;
    case v1::BROKER_ACTION_DRAIN: command.action = BrokerAction::kDrain; return command;
    case v1::BROKER_ACTION_RESUME: command.action = BrokerAction::kResume; return command;
    case v1::BROKER_ACTION_DECOMMISSION:
      command.action = BrokerAction::kDecommission;
      return command;
    case v1::BROKER_ACTION_RECOMMISSION:
      command.action = BrokerAction::kRecommission;
      return command;
    default: return refused("an action of an unknown kind");
  }
}

Result<AlterPartition> to_command(const v1::AlterPartitionRequest& request,
                                  const RequestLimits& limits) {
  QUORATE_TRY(check_broker_id(request.broker_id()));
  QUORATE_TRY(check_count(request.partitions_size(), limits.partitions_max, "partitions"));
  AlterPartition command{request.broker_id(), request.broker_epoch(), {}};
  for (const v1::AlterPartitionItem& wire : request.partitions()) {
    QUORATE_TRY(check_count(wire.new_isr_size(), limits.replicas_max, "ISR members"));
    AlterPartitionItem item;
    item.id = {uuid_from(wire.topic_id()), wire.partition()};
    item.leader_epoch = wire.leader_epoch();
    item.partition_epoch = wire.partition_epoch();
    item.recovering = wire.recovering();
    for (const v1::IsrMember& member : wire.new_isr()) {
      IsrMember isr{member.broker_id(), std::nullopt};
      if (member.has_broker_epoch()) isr.broker_epoch = member.broker_epoch();
      item.new_isr.push_back(isr);
    }
    command.partitions.push_back(std::move(item));
  }
  return command;
}

Result<AllocateProducerIds> to_command(const v1::AllocateProducerIdsRequest& request) {
  QUORATE_TRY(check_broker_id(request.broker_id()));
  return AllocateProducerIds{request.broker_id(), request.broker_epoch()};
}

void write_answer(const RegisterBrokerAnswer& answer, v1::RegisterBrokerResponse& response) {
  response.set_error(answer.error);
  response.set_error_message(answer.error_message);
  response.set_broker_epoch(answer.broker_epoch);
}

void write_answer(const HeartbeatAnswer& answer, v1::BrokerHeartbeatResponse& response) {
  response.set_error(answer.error);
  response.set_fenced(answer.fenced);
  response.set_caught_up(answer.caught_up);
  response.set_should_shutdown(answer.should_shutdown);
}

void write_answer(const CreateTopicsAnswer& answer, v1::CreateTopicsResponse& response) {
  response.set_error(answer.error);
  response.set_error_message(answer.error_message);
  for (const CreateTopicAnswer& topic : answer.topics) {
    v1::CreateTopicResult& result = *response.add_topics();
    result.set_name(topic.name);
    result.set_error(topic.error);
    result.set_error_message(topic.error_message);
    if (!topic.topic_id.is_none()) write_uuid(topic.topic_id, *result.mutable_topic_id());
    result.set_partitions(topic.partitions);
    result.set_replication_factor(topic.replication_factor);
  }
}

void write_answer(const DeleteTopicsAnswer& answer, v1::DeleteTopicsResponse& response) {
  response.set_error(answer.error);
  response.set_error_message(answer.error_message);
  for (const DeleteTopicAnswer& topic : answer.topics) {
    v1::DeleteTopicResult& result = *response.add_topics();
    result.set_name(topic.name);
    if (!topic.id.is_none()) write_uuid(topic.id, *result.mutable_id());
    result.set_error(topic.error);
    result.set_error_message(topic.error_message);
  }
}

void write_answer(const AlterPartitionAnswer& answer, v1::AlterPartitionResponse& response) {
  response.set_error(answer.error);
  for (const AlterPartitionItemAnswer& item : answer.partitions) {
    v1::AlterPartitionResult& result = *response.add_partitions();
    write_uuid(item.id.topic, *result.mutable_topic_id());
    result.set_partition(item.id.partition);
    result.set_error(item.error);
    result.set_leader(item.leader);
    result.set_leader_epoch(item.leader_epoch);
    for (const BrokerId id : item.isr)
      result.add_isr(id);
    result.set_partition_epoch(item.partition_epoch);
    result.set_recovering(item.recovering);
  }
}

void write_answer(const AllocateProducerIdsAnswer& answer,
                  v1::AllocateProducerIdsResponse& response) {
  response.set_error(answer.error);
  response.set_first(answer.first);
  response.set_count(answer.count);
}

void write_answer(const ElectLeadersAnswer& answer, v1::ElectLeadersResponse& response) {
  response.set_error(answer.error);
  response.set_error_message(answer.error_message);
  response.set_finished(answer.finished);
  for (const ElectionItemAnswer& one : answer.partitions) {
    v1::ElectLeadersResult& result = *response.add_results();
    result.set_topic(one.item.topic);
    result.set_partition(one.item.partition);
    result.set_error(one.error);
    result.set_error_message(one.error_message);
  }
}

void write_answer(const AlterConfigsAnswer& answer, v1::AlterConfigsResponse& response) {
  response.set_error(answer.error);
  response.set_error_message(answer.error_message);
  for (const AlterResourceAnswer& one : answer.resources) {
    v1::AlterConfigsResult& result = *response.add_results();
    result.set_type(one.resource.type);
    result.set_name(one.resource.name);
    result.set_error(one.error);
    result.set_error_message(one.error_message);
  }
}

void write_answer(const UpdateFeaturesAnswer& answer, v1::UpdateFeaturesResponse& response) {
  response.set_error(answer.error);
  response.set_error_message(answer.error_message);
  for (const FeatureUpdateAnswer& one : answer.updates) {
    v1::FeatureUpdateResult& result = *response.add_updates();
    result.set_name(one.name);
    result.set_from_level(one.from_level);
    result.set_level(one.level);
    result.set_error(one.error);
    result.set_error_message(one.error_message);
  }
}

void write_answer(const UnregisterBrokerAnswer& answer, v1::UnregisterBrokerResponse& response) {
  response.set_error(answer.error);
  response.set_error_message(answer.error_message);
  response.set_finished(answer.finished);
}

void write_answer(const AlterBrokerAnswer& answer, v1::AlterBrokerResponse& response) {
  response.set_error(answer.error);
  response.set_error_message(answer.error_message);
}

void write_answer(const AppendNoOpAnswer& answer, v1::AppendNoOpResponse& response) {
  response.set_error(answer.error);
}

AnswerCodec answer_codec() {
  return {
      .register_broker = serialized<v1::RegisterBrokerResponse, RegisterBrokerAnswer>,
      .create_topics = serialized<v1::CreateTopicsResponse, CreateTopicsAnswer>,
      .delete_topics = serialized<v1::DeleteTopicsResponse, DeleteTopicsAnswer>,
      .alter_partition = serialized<v1::AlterPartitionResponse, AlterPartitionAnswer>,
      .allocate_producer_ids =
          serialized<v1::AllocateProducerIdsResponse, AllocateProducerIdsAnswer>,
      .unregister_broker = serialized<v1::UnregisterBrokerResponse, UnregisterBrokerAnswer>,
      .alter_broker = serialized<v1::AlterBrokerResponse, AlterBrokerAnswer>,
      .elect_leaders = serialized<v1::ElectLeadersResponse, ElectLeadersAnswer>,
      .alter_configs = serialized<v1::AlterConfigsResponse, AlterConfigsAnswer>,
      .alter_reassignments =
          serialized<v1::AlterPartitionReassignmentsResponse, AlterReassignmentsAnswer>,
      .create_partitions = serialized<v1::CreatePartitionsResponse, CreatePartitionsAnswer>,
      .update_features = serialized<v1::UpdateFeaturesResponse, UpdateFeaturesAnswer>,
      .alter_client_quotas = serialized<v1::AlterClientQuotasResponse, AlterClientQuotasAnswer>,
      .alter_scram = serialized<v1::AlterUserScramCredentialsResponse, AlterScramAnswer>,
      .create_acls = serialized<v1::CreateAclsResponse, CreateAclsAnswer>,
      .delete_acls = serialized<v1::DeleteAclsResponse, DeleteAclsAnswer>,
  };
}

}  // namespace quorate::controller
