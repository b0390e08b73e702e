#include "cli/topic.h"

#include <algorithm>

#include "quorate/controller/v1/admin.pb.h"
#include "quorate/controller/v1/query.pb.h"

#include "cli/identifiers.h"
#include "cli/item_errors.h"
#include "cli/plan.h"

namespace quorate::cli {
namespace {

namespace v1 = controller::v1;

// An item's error under Kafka's name, with what the controller said about it.
Failure item_failure(v1::ErrorCode error, const std::string& topic, const std::string& message) {
  Failure failure = failure_of(error, message, "topic '" + topic + "'");
  if (failure.exit == Exit::kNotFound) failure.hint = "`quorate topic list` shows what is there";
  if (error == v1::THROTTLING_QUOTA_EXCEEDED) {
    failure.hint = "`quorate quota describe` shows what clients may do";
    failure.attempt = "quorate quota describe";
  }
  if (error == v1::TOPIC_ALREADY_EXISTS) failure.attempt = "quorate topic describe " + topic;
  if (error == v1::INVALID_REPLICATION_FACTOR) {
    failure.hint = "replicas go to registered brokers";
    failure.attempt = "quorate broker list";
  }
  return failure;
}

v1::TopicRef reference(const std::string& name) {
  v1::TopicRef topic;
  topic.set_name(name);
  return topic;
}

nlohmann::ordered_json partition_json(const v1::Partition& partition) {
  return {
      {"partition", partition.partition()},
      {"leader", partition.leader()},
      {"leaderEpoch", partition.leader_epoch()},
      {"partitionEpoch", partition.partition_epoch()},
      {"replicas", ids_list(partition.replicas())},
      {"isr", ids_list(partition.isr())},
      {"adding",
       std::vector<int>(partition.adding_replicas().begin(), partition.adding_replicas().end())},
      {"removing",
       std::vector<int>(partition.removing_replicas().begin(),
                        partition.removing_replicas().end())},
      {"eligibleLeaders", ids_list(partition.eligible_leader_replicas())}};
}

}  // namespace

int topic_create(const GlobalOptions& options, const NewTopicOptions& topic) {
  const auto client = connect(options);
  if (!client.is_ok()) return report(to_failure(client.status()));
  v1::CreateTopicsRequest request;
  set_meta(options, *request.mutable_meta());
  auto* wanted = request.add_topics();
  wanted->set_name(topic.name);
  wanted->set_partitions(topic.partitions);
  wanted->set_replication_factor(topic.replication_factor);
  for (const auto& config : topic.configs) {
    const auto equals = config.find('=');
    if (equals == std::string::npos) {
      return report({Exit::kUsage,
                     "E_INVALID_ARGUMENT",
                     "--config wants key=value, not '" + config + "'",
                     {},
                     "quorate topic create " + topic.name + " --config min.insync.replicas=2"});
    }
    auto* entry = wanted->add_configs();
    entry->set_name(config.substr(0, equals));
    entry->set_value(config.substr(equals + 1));
  }
  const auto response = (*client)->create_topics(std::move(request), options.call());
  if (!response.is_ok()) return report(to_failure(response.status()));
  const auto& result = response->topics(0);
  if (result.error() != v1::NONE) {
    return report(item_failure(result.error(), topic.name, result.error_message()));
  }
  if (options.dry_run) return print_plan(response->meta(), options.format);
  Listing listing("TopicCreated", {"TOPIC", "ID", "PARTITIONS", "REPLICATION", "COMMIT OFFSET"});
  listing.add({result.name(),
               uuid_text(result.topic_id()),
               std::to_string(result.partitions()),
               std::to_string(result.replication_factor()),
               std::to_string(response->meta().commit_offset())},
              {{"name", result.name()},
               {"id", uuid_text(result.topic_id())},
               {"partitions", result.partitions()},
               {"replicationFactor", result.replication_factor()},
               {"commitOffset", response->meta().commit_offset()}});
  listing.print(options.format);
  return static_cast<int>(Exit::kOk);
}

int topic_alter(const GlobalOptions& options, const NewTopicOptions& topic) {
  const auto client = connect(options);
  if (!client.is_ok()) return report(to_failure(client.status()));
  v1::CreatePartitionsRequest request;
  set_meta(options, *request.mutable_meta());
  v1::MorePartitions& more = *request.add_topics();
  more.set_topic(topic.name);
  more.set_total(topic.partitions);
  const auto response = (*client)->create_partitions(std::move(request), options.call());
  if (!response.is_ok()) return report(to_failure(response.status()));
  const bool is_refused = response->error() != v1::NONE;
  const v1::ErrorCode error = is_refused ? response->error() : response->results(0).error();
  if (error != v1::NONE) {
    return report(item_failure(
        error,
        topic.name,
        is_refused ? response->error_message() : response->results(0).error_message()));
  }
  if (options.dry_run) return print_plan(response->meta(), options.format);
  Listing listing("TopicAltered", {"TOPIC", "PARTITIONS", "COMMIT OFFSET"});
  listing.add({topic.name,
               std::to_string(topic.partitions),
               std::to_string(response->meta().commit_offset())},
              {{"name", topic.name},
               {"partitions", topic.partitions},
               {"commitOffset", response->meta().commit_offset()}});
  listing.print(options.format);
  return static_cast<int>(Exit::kOk);
}

int topic_list(const GlobalOptions& options) {
  const auto client = connect(options);
  if (!client.is_ok()) return report(to_failure(client.status()));
  const auto response = (*client)->list_topics({}, options.call());
  if (!response.is_ok()) return report(to_failure(response.status()));
  Listing listing("TopicList",
                  {"TOPIC", "ID", "PARTITIONS", "REPLICATION", "UNDER-REPLICATED", "OFFLINE"});
  for (const auto& topic : response->topics()) {
    listing.add({topic.name(),
                 uuid_text(topic.id()),
                 std::to_string(topic.partitions()),
                 std::to_string(topic.replication_factor()),
                 std::to_string(topic.under_replicated()),
                 std::to_string(topic.offline())},
                {{"name", topic.name()},
                 {"id", uuid_text(topic.id())},
                 {"partitions", topic.partitions()},
                 {"replicationFactor", topic.replication_factor()},
                 {"underReplicated", topic.under_replicated()},
                 {"offline", topic.offline()}});
  }
  listing.print(options.format);
  return static_cast<int>(Exit::kOk);
}

int topic_describe(const GlobalOptions& options, const std::vector<std::string>& names) {
  const auto client = connect(options);
  if (!client.is_ok()) return report(to_failure(client.status()));
  v1::DescribeTopicsRequest request;
  for (const auto& name : names)
    request.add_topics()->set_name(name);
  const auto response = (*client)->describe_topics(std::move(request), options.call());
  if (!response.is_ok()) return report(to_failure(response.status()));
  Listing listing("TopicDescription", {"TOPIC", "PARTITION", "LEADER", "EPOCH", "REPLICAS", "ISR"});
  for (int i = 0; i < response->topics_size(); ++i) {
    const auto& topic = response->topics(i);
    if (topic.error() != v1::NONE) {
      return report(
          item_failure(topic.error(), names[static_cast<std::size_t>(i)], "it does not exist"));
    }
    nlohmann::ordered_json configs = nlohmann::ordered_json::object();
    for (const auto& config : topic.configs())
      configs[config.name()] = config.value();
    for (const auto& partition : topic.partitions()) {
      auto item = partition_json(partition);
      item["topic"] = topic.name();
      item["topicId"] = uuid_text(topic.id());
      item["configs"] = configs;
      listing.add({topic.name(),
                   std::to_string(partition.partition()),
                   partition.leader() < 0 ? "none" : std::to_string(partition.leader()),
                   std::to_string(partition.leader_epoch()),
                   ids_text(partition.replicas()),
                   ids_text(partition.isr())},
                  std::move(item));
    }
  }
  listing.print(options.format);
  return static_cast<int>(Exit::kOk);
}

int topic_delete(const GlobalOptions& options, const std::vector<std::string>& names) {
  const auto client = connect(options);
  if (!client.is_ok()) return report(to_failure(client.status()));
  v1::DeleteTopicsRequest request;
  set_meta(options, *request.mutable_meta());
  for (const auto& name : names)
    *request.add_topics() = reference(name);
  const auto response = (*client)->delete_topics(std::move(request), options.call());
  if (!response.is_ok()) return report(to_failure(response.status()));
  Listing listing("TopicsDeleted", {"TOPIC", "ID", "RESULT"});
  int exit = static_cast<int>(Exit::kOk);
  for (const auto& result : response->topics()) {
    const bool done = result.error() == v1::NONE;
    listing.add({result.name(),
                 uuid_text(result.id()),
                 done ? "deleted" : v1::ErrorCode_Name(result.error())},
                {{"name", result.name()},
                 {"id", uuid_text(result.id())},
                 {"error", v1::ErrorCode_Name(result.error())}});
    if (done) continue;
    exit = report(item_failure(result.error(), result.name(), result.error_message()));
  }
  if (options.dry_run) {
    print_plan(response->meta(), options.format);
  } else {
    listing.print(options.format);
  }
  return exit;
}

}  // namespace quorate::cli
