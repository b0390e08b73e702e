#include "cli/plan.h"

#include <google/protobuf/util/json_util.h>

#include "quorate/controller/v1/query.pb.h"
#include "quorate/controller/v1/record.pb.h"

#include "cli/identifiers.h"
#include "cli/item_errors.h"

namespace quorate::cli {
namespace {

namespace v1 = controller::v1;
using Json = nlohmann::ordered_json;
using Ids = google::protobuf::RepeatedField<std::int32_t>;

std::string text_of(const Ids& ids) {
  return ids.empty() ? "none" : ids_text(ids);
}

std::string leader_text(std::int32_t leader) {
  return leader < 0 ? "none" : std::to_string(leader);
}

void add_step(std::string& text, const std::string& name, const std::string& from, std::string to) {
  if (from == to) return;
  if (!text.empty()) text += "; ";
  text += name + " " + from + " -> " + std::move(to);
}

// "leader 1 -> 2; isr 1,2 -> 2"
std::string text_of(const v1::PartitionEffect& effect) {
  const v1::PartitionState& after = effect.after();
  if (!effect.has_before()) {
    return "created: leader " + leader_text(after.leader()) + ", replicas " +
           text_of(after.replicas());
  }
  const v1::PartitionState& before = effect.before();
  std::string text;
  add_step(text, "leader", leader_text(before.leader()), leader_text(after.leader()));
  add_step(text, "isr", text_of(before.isr()), text_of(after.isr()));
  add_step(text, "replicas", text_of(before.replicas()), text_of(after.replicas()));
  add_step(text,
           "eligible leaders",
           text_of(before.eligible_leaders()),
           text_of(after.eligible_leaders()));
  return text.empty() ? "epochs only" : text;
}

Json json_of(const v1::PartitionState& state) {
  return {{"leader", state.leader()},
          {"replicas", ids_list(state.replicas())},
          {"isr", ids_list(state.isr())},
          {"eligibleLeaders", ids_list(state.eligible_leaders())}};
}

// "2 leaders would move, 1 partition would lose its leader"
std::string summary_of(const v1::Effects& effects) {
  std::string text;
  const auto add = [&text](std::uint64_t count, const std::string& one, const std::string& many) {
    if (count == 0) return;
    text += (text.empty() ? "" : ", ") + std::to_string(count) + " " + (count == 1 ? one : many);
  };
  add(effects.topics_created(), "topic created", "topics created");
  add(effects.topics_removed(), "topic removed", "topics removed");
  add(effects.partitions_changed(), "partition changed", "partitions changed");
  add(effects.leaders_moved(), "leader moves", "leaders move");
  add(effects.leaders_lost(), "partition loses its leader", "partitions lose their leader");
  add(effects.leaders_found(), "partition gets a leader again", "partitions get a leader again");
  add(effects.below_min_isr(),
      "partition falls below min.insync.replicas",
      "partitions fall below min.insync.replicas");
  add(effects.replicas_added(), "replica to copy", "replicas to copy");
  add(effects.replicas_removed(), "replica removed", "replicas removed");
  return text.empty() ? "no partition is touched" : text;
}

void add_effects(const v1::Effects& effects, Listing& listing) {
  listing.set_field("effects",
                    {{"topicsCreated", effects.topics_created()},
                     {"topicsRemoved", effects.topics_removed()},
                     {"partitionsChanged", effects.partitions_changed()},
                     {"leadersMoved", effects.leaders_moved()},
                     {"leadersLost", effects.leaders_lost()},
                     {"leadersFound", effects.leaders_found()},
                     {"belowMinIsr", effects.below_min_isr()},
                     {"replicasAdded", effects.replicas_added()},
                     {"replicasRemoved", effects.replicas_removed()}});
  for (const v1::PartitionEffect& effect : effects.partitions()) {
    Json item = {{"topic", effect.topic()}, {"partition", effect.partition()}};
    item["before"] = effect.has_before() ? json_of(effect.before()) : Json();
    item["after"] = json_of(effect.after());
    listing.add({effect.topic(), std::to_string(effect.partition()), text_of(effect)},
                std::move(item));
  }
}

Json records_json(const std::string& bytes) {
  v1::RecordBatch batch;
  Json records = Json::array();
  if (!batch.ParseFromString(bytes)) return records;
  for (const v1::Record& record : batch.records()) {
    std::string text;
    if (!google::protobuf::util::MessageToJsonString(record, &text).ok()) continue;
    records.push_back(Json::parse(text));
  }
  return records;
}

std::vector<std::string> columns() {
  return {"TOPIC", "PARTITION", "WOULD BECOME"};
}

}  // namespace

void set_meta(const GlobalOptions& options, v1::RequestMeta& meta) {
  meta.set_plan(options.dry_run);
  meta.mutable_client()->set_client_id(options.client_id);
}

int print_plan(const v1::ResponseMeta& meta, Format format) {
  const v1::Plan& plan = meta.plan();
  // What touches no partition is told by the rules that spoke.
  const bool is_told_by_rules = plan.effects().partitions().empty();
  Listing listing("Plan",
                  is_told_by_rules ? std::vector<std::string>{"RULE", "WOULD DO"} : columns());
  const Json records = records_json(plan.batch());
  listing.set_title("dry run: nothing was changed; " + std::to_string(records.size()) +
                    " records would follow offset " + std::to_string(plan.base_offset()) + ": " +
                    summary_of(plan.effects()));
  listing.set_field("baseOffset", plan.base_offset());
  Json steps = Json::array();
  for (const v1::PlanStep& step : plan.steps()) {
    steps.push_back({{"rule", step.rule()}, {"text", step.text()}});
    if (is_told_by_rules) listing.add_row({step.rule(), step.text()});
  }
  listing.set_field("steps", std::move(steps));
  listing.set_field("records", records);
  add_effects(plan.effects(), listing);
  listing.print(format);
  return static_cast<int>(Exit::kOk);
}

int broker_safe_to_stop(const GlobalOptions& options, const LossOptions& loss) {
  const auto client = connect(options);
  if (!client.is_ok()) return report(to_failure(client.status()));
  v1::WhatIfLostRequest request;
  for (const std::int32_t id : loss.brokers)
    request.add_broker_ids(id);
  for (const std::string& rack : loss.racks)
    request.add_racks(rack);
  const auto response = (*client)->what_if_lost(std::move(request), options.call());
  if (!response.is_ok()) return report(to_failure(response.status()));
  if (response->error() != v1::NONE) {
    Failure failure = failure_of(response->error(), response->error_message());
    failure.hint = "`quorate broker list` shows who is registered, and in which rack";
    failure.attempt = "quorate broker list";
    return report(failure);
  }
  Listing listing("SafeToStop", columns());
  listing.set_title(std::string(response->safe() ? "safe" : "not safe") + " to stop brokers " +
                    text_of(response->broker_ids()) + ", " + std::to_string(response->remaining()) +
                    " would remain: " + summary_of(response->effects()));
  listing.set_field("safe", response->safe());
  listing.set_field("brokers", ids_list(response->broker_ids()));
  listing.set_field("remaining", response->remaining());
  listing.set_field("metadataOffset", response->meta().commit_offset());
  add_effects(response->effects(), listing);
  listing.print(options.format);
  return static_cast<int>(response->safe() ? Exit::kOk : Exit::kPrecondition);
}

}  // namespace quorate::cli
