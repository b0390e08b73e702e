#include "cli/config.h"

#include <utility>

#include "quorate/controller/v1/admin.pb.h"
#include "quorate/controller/v1/query.pb.h"

#include "cli/failure.h"
#include "cli/item_errors.h"
#include "cli/plan.h"

namespace quorate::cli {
namespace {

namespace v1 = controller::v1;

constexpr std::int32_t kTopicType = 2;
constexpr std::int32_t kBrokerType = 4;

template <typename Resource>
void write_target(const ConfigTarget& target, Resource& wire) {
  wire.set_type(target.topic.empty() ? kBrokerType : kTopicType);
  wire.set_name(target.topic.empty() ? target.broker : target.topic);
}

bool is_given(const ConfigTarget& target) {
  return !target.topic.empty() || !target.broker.empty() || target.cluster;
}

// "topic 'orders'", as failures say it.
std::string text_of(const ConfigTarget& target) {
  if (!target.topic.empty()) return "topic '" + target.topic + "'";
  return target.broker.empty() ? "the cluster's default" : "broker " + target.broker;
}

std::string flag_of(const ConfigTarget& target) {
  if (!target.topic.empty()) return "--topic " + target.topic;
  return target.broker.empty() ? "--cluster" : "--broker " + target.broker;
}

Failure item_failure(const ConfigTarget& target, v1::ErrorCode error, const std::string& message) {
  Failure failure = failure_of(error, message, text_of(target));
  if (error == v1::INVALID_CONFIG) {
    failure.hint = "`quorate config explain KEY` tells what may be set";
    failure.attempt = "quorate config describe --all " + flag_of(target);
  }
  if (error == v1::UNKNOWN_TOPIC_OR_PARTITION) failure.attempt = "quorate topic list";
  if (error == v1::BROKER_ID_NOT_REGISTERED) failure.attempt = "quorate broker list";
  return failure;
}

std::string text_of(v1::ConfigSource source) {
  switch (static_cast<int>(source)) {
    case v1::CONFIG_SOURCE_TOPIC: return "topic";
    case v1::CONFIG_SOURCE_BROKER: return "broker";
    case v1::CONFIG_SOURCE_CLUSTER_DEFAULT: return "cluster";
    case v1::CONFIG_SOURCE_STATIC: return "file";
    case v1::CONFIG_SOURCE_BUILT_IN: return "built in";
    default: return "?";
  }
}

// "cluster 2, built in 1": what would hold without the winner, in this order.
std::string rest_text(const v1::ConfigValue& config) {
  std::string text;
  for (int i = 1; i < config.origins_size(); ++i) {
    text += (text.empty() ? "" : ", ") + text_of(config.origins(i).source()) + ' ' +
            config.origins(i).value();
  }
  return text.empty() ? "-" : text;
}

nlohmann::ordered_json origins_json(const v1::ConfigValue& config) {
  auto origins = nlohmann::ordered_json::array();
  for (const auto& origin : config.origins()) {
    origins.push_back(
        {{"name", origin.name()}, {"value", origin.value()}, {"source", text_of(origin.source())}});
  }
  return origins;
}

int alter(const GlobalOptions& options,
          const ConfigOptions& config,
          v1::AlterConfigsRequest request) {
  const auto client = connect(options);
  if (!client.is_ok()) return report(to_failure(client.status()));
  set_meta(options, *request.mutable_meta());
  request.set_replace(config.replace);
  const v1::AlterConfigsResource resource = request.resources(0);
  const auto response = (*client)->alter_configs(std::move(request), options.call());
  if (!response.is_ok()) return report(to_failure(response.status()));
  if (response->error() != v1::NONE) {
    return report(item_failure(config.target, response->error(), response->error_message()));
  }
  const auto& result = response->results(0);
  if (result.error() != v1::NONE) {
    return report(item_failure(config.target, result.error(), result.error_message()));
  }
  if (options.dry_run) return print_plan(response->meta(), options.format);
  Listing listing("ConfigAltered", {"KEY", "CHANGE", "VALUE"});
  listing.set_field("commitOffset", response->meta().commit_offset());
  const char* const changes[] = {"set", "deleted", "appended to", "subtracted from"};
  for (const auto& change : resource.changes()) {
    const char* what = changes[change.operation()];
    listing.add({change.name(), what, change.has_value() ? change.value() : "-"},
                {{"name", change.name()}, {"change", what}, {"value", change.value()}});
  }
  listing.print(options.format);
  return static_cast<int>(Exit::kOk);
}

v1::ConfigOperation operation_of(ListChange list) {
  switch (list) {
    case ListChange::kNone: return v1::CONFIG_OPERATION_SET;
    case ListChange::kAppend: return v1::CONFIG_OPERATION_APPEND;
    case ListChange::kSubtract: return v1::CONFIG_OPERATION_SUBTRACT;
  }
  return v1::CONFIG_OPERATION_SET;
}

Result<v1::ConfigsDescription> describe(const GlobalOptions& options, const ConfigOptions& config) {
  const auto client = connect(options);
  QUORATE_TRY(client.status());
  v1::DescribeConfigsRequest request;
  v1::DescribeConfigsResource& resource = *request.add_resources();
  write_target(config.target, resource);
  for (const std::string& key : config.words)
    resource.add_keys(key);
  const auto response = (*client)->describe_configs(std::move(request), options.call());
  QUORATE_TRY(response.status());
  return response->resources(0);
}

}  // namespace

int config_set(const GlobalOptions& options, const ConfigOptions& config) {
  v1::AlterConfigsRequest request;
  v1::AlterConfigsResource& resource = *request.add_resources();
  write_target(config.target, resource);
  for (const std::string& word : config.words) {
    const auto equals = word.find('=');
    if (equals == std::string::npos) {
      return report({Exit::kUsage,
                     "E_INVALID_ARGUMENT",
                     "key=value is wanted, not '" + word + "'",
                     {},
                     "quorate config set min.insync.replicas=2 " + flag_of(config.target)});
    }
    v1::ConfigChange& change = *resource.add_changes();
    change.set_name(word.substr(0, equals));
    change.set_operation(operation_of(config.list));
    change.set_value(word.substr(equals + 1));
  }
  return alter(options, config, std::move(request));
}

int config_delete(const GlobalOptions& options, const ConfigOptions& config) {
  v1::AlterConfigsRequest request;
  v1::AlterConfigsResource& resource = *request.add_resources();
  write_target(config.target, resource);
  for (const std::string& key : config.words) {
    v1::ConfigChange& change = *resource.add_changes();
    change.set_name(key);
    change.set_operation(v1::CONFIG_OPERATION_DELETE);
  }
  return alter(options, config, std::move(request));
}

int config_describe(const GlobalOptions& options, const ConfigOptions& config) {
  const auto described = describe(options, config);
  if (!described.is_ok()) return report(to_failure(described.status()));
  if (described->error() != v1::NONE) {
    return report(item_failure(config.target, described->error(), described->error_message()));
  }
  Listing listing("ConfigDescription", {"KEY", "VALUE", "FROM", "ELSE"});
  for (const auto& one : described->configs()) {
    const bool is_set = one.source() != v1::CONFIG_SOURCE_BUILT_IN;
    if (!is_set && !config.all && config.words.empty()) continue;
    listing.add({one.name(), one.value(), text_of(one.source()), rest_text(one)},
                {{"name", one.name()},
                 {"value", one.value()},
                 {"source", text_of(one.source())},
                 {"origins", origins_json(one)}});
  }
  listing.print(options.format);
  return static_cast<int>(Exit::kOk);
}

int config_explain(const GlobalOptions& options, const ConfigOptions& config) {
  if (is_given(config.target)) return config_describe(options, config);
  const auto client = connect(options);
  if (!client.is_ok()) return report(to_failure(client.status()));
  const std::string name = config.words.empty() ? "" : config.words.front();
  v1::ListConfigKeysRequest request;
  request.set_name(name);
  const auto response = (*client)->list_config_keys(std::move(request), options.call());
  if (!response.is_ok()) return report(to_failure(response.status()));
  if (response->keys().empty()) {
    return report({Exit::kNotFound,
                   "E_NOT_FOUND",
                   "there is no configuration key '" + name + "'",
                   "the nearest one is '" + response->nearest() + "'",
                   "quorate config explain " + response->nearest()});
  }
  Listing listing("ConfigKeys", {"KEY", "OF", "MAY BE", "DEFAULT", "MEANING"});
  for (const auto& key : response->keys()) {
    const char* of = key.type() == kTopicType ? "topic" : "broker, cluster";
    listing.add({key.name(), of, key.allowed(), key.default_value(), key.meaning()},
                {{"name", key.name()},
                 {"of", of},
                 {"brokerKey", key.broker_name()},
                 {"allowed", key.allowed()},
                 {"default", key.default_value()},
                 {"meaning", key.meaning()}});
  }
  listing.print(options.format);
  return static_cast<int>(Exit::kOk);
}

}  // namespace quorate::cli
