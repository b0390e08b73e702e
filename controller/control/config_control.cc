#include "controller/control/config_control.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "quorate/controller/v1/common.pb.h"

#include "controller/control/election.h"
#include "controller/image/config_origin.h"
#include "controller/image/record_fields.h"

namespace quorate::controller {
namespace {

ConfigFault invalid(const char* rule, std::string why) {
  return {v1::INVALID_CONFIG, rule, std::move(why)};
}

std::string name_of(const ConfigResource& resource) {
  if (resource.type == ConfigResourceType::kTopic) return "topic '" + resource.name + "'";
  return resource.name.empty() ? "the cluster's default" : "broker " + resource.name;
}

// What would hold for a known key if the resource's own values were `own`.
std::string value_with(const MetadataImage& image,
                       const ConfigResource& resource,
                       const ConfigMap& own,
                       std::string_view key) {
  if (const auto found = own.find(key); found != own.end()) return found->second;
  const ConfigKey& known = *find_config_key(resource.type, key);
  const bool is_topic = resource.type == ConfigResourceType::kTopic;
  if (!is_topic && resource.name.empty()) return std::string(known.default_value);
  return effective_broker_config({image.configs}, is_topic ? known.broker_name : key).value;
}

// The list without the given items, or with them behind it; each item once (CFG-1).
std::string changed_list(const std::string& before, ConfigOp op, const std::string& value) {
  std::vector<std::string> items = list_items(before);
  for (const std::string& item : list_items(value)) {
    const auto found = std::find(items.begin(), items.end(), item);
    if (op == ConfigOp::kSubtract && found != items.end()) items.erase(found);
    if (op == ConfigOp::kAppend && found == items.end()) items.push_back(item);
  }
  std::string text;
  for (const std::string& item : items)
    text += (text.empty() ? "" : ",") + item;
  return text;
}

// Makes one change in `own`, the resource's values so far.
ConfigFault apply_change(const MetadataImage& image,
                         const ConfigResource& resource,
                         const ConfigChange& change,
                         ConfigMap& own) {
  const ConfigKey* key = find_config_key(resource.type, change.name);
  const bool is_deleted = change.op == ConfigOp::kDelete;
  const bool was_set = is_deleted && own.erase(change.name) > 0;
  if (key == nullptr && !was_set) {
    return invalid("CFG-5", unknown_config_key(resource.type, change.name).message());
  }
  if (is_deleted) return {};
  const bool is_known = change.op == ConfigOp::kSet || change.op == ConfigOp::kAppend ||
                        change.op == ConfigOp::kSubtract;
  if (!is_known) {
    return {v1::INVALID_REQUEST,
            "CFG-1",
            "operation " + std::to_string(static_cast<std::int32_t>(change.op)) + " on config '" +
                change.name.substr(0, 64) + "' is unknown"};
  }
  if (!change.value.has_value()) {
    return invalid("CFG-1", "config '" + change.name.substr(0, 64) + "' has no value");
  }
  if (change.op == ConfigOp::kSet) {
    own[change.name] = *change.value;
    return {};
  }
  if (key->type != ConfigType::kList) {
    return invalid("CFG-1", "config '" + change.name + "' is not a list");
  }
  own[change.name] =
      changed_list(value_with(image, resource, own, key->name), change.op, *change.value);
  return {};
}

// Every value of the resource, not only what changes (CFG-5).
ConfigFault fault_of_values(const MetadataImage& image,
                            const ConfigResource& resource,
                            const ConfigMap& own) {
  for (const auto& [name, value] : own) {
    const Status status = validate_config(resource.type, name, value);
    if (!status.is_ok()) return invalid("CFG-5", status.message());
  }
  const Status together = validate_together(
      resource.type, [&](std::string_view key) { return value_with(image, resource, own, key); });
  return together.is_ok() ? ConfigFault{} : invalid("CFG-5", together.message());
}

// With eligible leaders min.insync.replicas has one value per topic, the cluster's or its own.
ConfigFault fault_of_min_insync(const MetadataImage& image,
                                const ConfigResource& resource,
                                const std::set<std::string_view>& named,
                                const ConfigMap& own) {
  const bool is_free = image.features.level(kEligibleLeadersFeature) == 0 ||
                       resource.type == ConfigResourceType::kTopic;
  if (is_free) return {};
  if (resource.name.empty()) {
    if (own.contains(kMinInsyncKey)) return {};
    return invalid("CFG-6",
                   "the cluster's min.insync.replicas may change but not go: eligible "
                   "leaders rest on it");
  }
  if (!named.contains(kMinInsyncKey)) return {};
  return invalid("CFG-6",
                 "with eligible leaders no broker has a min.insync.replicas of its own: "
                 "set the cluster's or the topic's");
}

// What one resource is to become.
struct Planned {
  ConfigFault fault;
  ConfigMap own;
  std::set<std::string> written;  // keys that get a record
};

Planned plan(const MetadataImage& image,
             const ConfigResource& resource,
             const AlterResource& asked,
             AlterConfigs::Style style) {
  Planned planned;
  const ConfigMap& before = image.configs.of(resource);
  const bool replaces = style == AlterConfigs::Style::kReplace;
  if (!replaces) planned.own = before;
  std::set<std::string_view> named;
  for (const ConfigChange& change : asked.changes) {
    if (!named.insert(change.name).second) {
      planned.fault = {v1::INVALID_REQUEST,
                       "CFG-1",
                       "config '" + change.name.substr(0, 64) + "' is named twice"};
    }
    if (!planned.fault) planned.fault = apply_change(image, resource, change, planned.own);
    if (planned.fault) return planned;
  }
  planned.fault = fault_of_min_insync(image, resource, named, planned.own);
  if (!planned.fault) planned.fault = fault_of_values(image, resource, planned.own);
  if (planned.fault) return planned;
  const auto is_same = [&](const std::string& key) {
    const auto was = before.find(key);
    const auto is = planned.own.find(key);
    const bool was_set = was != before.end();
    return was_set == (is != planned.own.end()) && (!was_set || was->second == is->second);
  };
  const bool is_read_anew = resource.type == ConfigResourceType::kBroker;
  for (const std::string_view key : named) {
    if (is_read_anew || !is_same(std::string(key))) planned.written.emplace(key);
  }
  for (const auto& [key, value] : before) {
    if (replaces && !planned.own.contains(key)) planned.written.insert(key);
  }
  return planned;
}

// Whether somebody outside an ISR is eligible where the resource's min.insync.replicas holds.
bool has_eligible(const MetadataImage& image, const ConfigResource& resource) {
  const bool is_topic = resource.type == ConfigResourceType::kTopic;
  const Topic* topic = is_topic ? image.topics.find(resource.name) : nullptr;
  return !image.topics.with_eligible_beside_isr(topic == nullptr ? Uuid{} : topic->id).empty();
}

void append_clear(Draft& draft, const ConfigResource& resource) {
  draft.explain("CFG-6",
                "min.insync.replicas of " + name_of(resource) + " changes: who is not in " +
                    "an ISR is no eligible leader any more");
  v1::Record record;
  v1::ClearEligibleLeaders& clear = *record.mutable_clear_eligible_leaders();
  if (resource.type == ConfigResourceType::kTopic) {
    write_uuid(draft.image().topics.find(resource.name)->id, *clear.mutable_topic_id());
  }
  draft.append(std::move(record));
}

void carry_out(Draft& draft, const ConfigResource& resource, const Planned& planned) {
  const auto min_insync = [&](const ConfigMap& own) {
    return value_with(draft.image(), resource, own, kMinInsyncKey);
  };
  const bool is_kept = draft.image().features.level(kEligibleLeadersFeature) > 0;
  const bool clears = is_kept &&
                      min_insync(draft.image().configs.of(resource)) != min_insync(planned.own) &&
                      has_eligible(draft.image(), resource);
  for (const std::string& key : planned.written) {
    const auto found = planned.own.find(key);
    const bool is_set = found != planned.own.end();
    draft.explain(
        "CFG-1", name_of(resource) + ": " + key + (is_set ? " = " + found->second : " is deleted"));
    append_config(draft, resource, key, is_set ? std::optional(found->second) : std::nullopt);
  }
  if (clears) append_clear(draft, resource);
}

ConfigFault alter_resource(Draft& draft,
                           const AlterResource& asked,
                           AlterConfigs::Style style,
                           const ControlOptions& options) {
  if (ConfigFault fault = fault_of_resource(draft.image(), asked.resource)) return fault;
  const ConfigResource resource{static_cast<ConfigResourceType>(asked.resource.type),
                                asked.resource.name};
  const Planned planned = plan(draft.image(), resource, asked, style);
  if (planned.fault) return planned.fault;
  if (draft.record_count() + planned.written.size() + 1 > options.request_records_max) {
    return {v1::POLICY_VIOLATION,
            "CFG-3",
            "the request would write more than " + std::to_string(options.request_records_max) +
                " records; ask for less at a time"};
  }
  carry_out(draft, resource, planned);
  return {};
}

}  // namespace

ConfigFault fault_of_resource(const MetadataImage& image, const ConfigResourceRef& asked) {
  const ConfigResource resource{static_cast<ConfigResourceType>(asked.type), asked.name};
  if (asked.type == static_cast<std::int32_t>(ConfigResourceType::kTopic)) {
    if (image.topics.find(asked.name) != nullptr) return {};
    return {v1::UNKNOWN_TOPIC_OR_PARTITION, "CFG-3", "there is no such topic"};
  }
  if (asked.type != static_cast<std::int32_t>(ConfigResourceType::kBroker)) {
    return {v1::UNSUPPORTED_VERSION,
            "CFG-3",
            "resources of kind " + std::to_string(asked.type) + " have no configuration here"};
  }
  if (asked.name.empty()) return {};
  const std::optional<BrokerId> id = broker_of(resource);
  if (!id) {
    return {v1::INVALID_REQUEST, "CFG-3", "'" + asked.name.substr(0, 64) + "' is no broker id"};
  }
  if (image.cluster.find(*id) != nullptr) return {};
  return {v1::BROKER_ID_NOT_REGISTERED, "CFG-3", name_of(resource) + " is not registered"};
}

void append_config(Draft& draft,
                   const ConfigResource& resource,
                   std::string_view key,
                   const std::optional<std::string>& value) {
  v1::Record record;
  v1::Config& config = *record.mutable_config();
  const bool is_topic = resource.type == ConfigResourceType::kTopic;
  config.set_resource(is_topic ? v1::CONFIG_RESOURCE_TOPIC : v1::CONFIG_RESOURCE_BROKER);
  config.set_resource_name(resource.name);
  config.set_name(std::string(key));
  if (value.has_value()) config.set_value(*value);
  draft.append(std::move(record));
}

AlterConfigsAnswer alter_configs(Draft& draft,
                                 const AlterConfigs& command,
                                 const ControlOptions& options) {
  std::map<std::pair<std::int32_t, std::string_view>, std::size_t> times_named;
  for (const AlterResource& one : command.resources)
    ++times_named[{one.resource.type, one.resource.name}];
  AlterConfigsAnswer answer;
  for (const AlterResource& one : command.resources) {
    ConfigFault fault;
    if (times_named[{one.resource.type, one.resource.name}] > 1) {
      fault = {v1::INVALID_REQUEST, "CFG-3", "the request names this resource twice"};
    } else {
      fault = alter_resource(draft, one, command.style, options);
    }
    if (fault) draft.explain(fault.rule, one.resource.name.substr(0, 64) + ": " + fault.message);
    answer.resources.push_back({one.resource, fault.error, std::move(fault.message)});
  }
  return answer;
}

}  // namespace quorate::controller
