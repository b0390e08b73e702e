#include "controller/testing/cluster_admins.h"

#include <algorithm>
#include <array>
#include <utility>

#include "quorate/controller/v1/common.pb.h"

#include "controller/control/feature_table.h"

namespace quorate::controller::testing {
namespace {

constexpr int kRepeatsMax = 3;

// The service draws ids for each attempt of a request.
template <typename Question>
void draw_ids(Question& /*question*/, ClusterWorld& /*world*/) {}
void draw_ids(CreateTopics& question, ClusterWorld& world) {
  for (NewTopic& topic : question.topics)
    topic.id = {0x70, ++world.ids};
}
void draw_ids(CreateAcls& question, ClusterWorld& world) {
  for (NewAcl& entry : question.acls)
    entry.id = {0xac, ++world.ids};
}

}  // namespace

void ClusterAdmins::start() {
  create_topic();
  act_again();
}

void ClusterAdmins::act_again() {
  const SimTime mean = world_.options.administrators.act_every;
  world_.heap.after(random_.between(mean / 2, mean * 3 / 2), [this] {
    if (is_over_) return;
    const auto kind = random_.below(kAdminActs);
    const bool is_on = (world_.options.administrators.kinds >> kind & 1U) != 0;
    const bool has_few = seen().topics.size() == 0;
    act(is_on && !has_few ? static_cast<AdminAct>(kind) : AdminAct::kCreateTopic);
    act_again();
  });
}

void ClusterAdmins::act(AdminAct what) {
  switch (what) {
    case AdminAct::kCreateTopic: return create_topic();
    case AdminAct::kDeleteTopic: return ask(DeleteTopics{{{some_name(), {}}}});
    case AdminAct::kMorePartitions: return more_partitions();
    case AdminAct::kReassign: return reassign();
    case AdminAct::kCancelMove: {
      if (auto place = some_place()) ask(AlterReassignments{.partitions = {*std::move(place)}});
      return;
    }
    case AdminAct::kElect: return elect();
    case AdminAct::kConfigureTopic: return configure_topic();
    case AdminAct::kConfigureBroker: return configure_broker();
    case AdminAct::kFeature: return update_feature();
    case AdminAct::kWish: return wish();
    case AdminAct::kUnregister: {
      if (random_.chance(1, 4)) ask(UnregisterBroker{some_broker()});
      return;
    }
    case AdminAct::kQuota:
    case AdminAct::kUser:
    case AdminAct::kAcl: return change_security(what);
  }
}

// --- asking ---

std::size_t ClusterAdmins::some_controller() {
  for (std::size_t at = 0; at < quorum_.size(); ++at) {
    if (quorum_.at(at).is_active() && random_.chance(4, 5)) return at;
  }
  return random_.below(quorum_.size());
}

template <typename Question>
void ClusterAdmins::ask(Question question) {
  Caller caller{"admin-" + std::to_string(random_.below(3)), {}, Mode::kCommit};
  if (random_.chance(1, 2)) caller.request_id = "r" + std::to_string(++world_.ids);
  if (random_.chance(1, 12)) caller.mode = Mode::kPlan;
  ask_at(some_controller(), std::move(question), caller, kRepeatsMax);
}

// Without an answer the same may be asked again, under the same id if it has one.
template <typename Question>
void ClusterAdmins::ask_at(std::size_t to, Question question, const Caller& caller, int repeats) {
  draw_ids(question, world_);
  quorum_.call(
      kAdministrators, to, question, caller, [this, question, caller, repeats](const auto& reply) {
        if (reply.status.is_ok() || repeats == 0 || is_over_) return;
        const auto again = world_.options.administrators.repeat_percent;
        if (!random_.chance(again, 100)) return;
        ask_at(some_controller(), question, caller, repeats - 1);
      });
}

// --- drawing ---

std::string ClusterAdmins::some_name() {
  return "t" + std::to_string(random_.below(world_.options.topics_max));
}

BrokerId ClusterAdmins::some_broker() {
  return static_cast<BrokerId>(random_.below(world_.options.brokers));
}

std::vector<BrokerId> ClusterAdmins::some_brokers() {
  std::vector<BrokerId> ids;
  const std::uint64_t count = random_.between(1, 3);
  while (ids.size() < count) {
    const BrokerId id = some_broker();
    if (std::find(ids.begin(), ids.end(), id) == ids.end()) ids.push_back(id);
  }
  return ids;
}

std::optional<ReassignmentItem> ClusterAdmins::some_place() {
  const std::string name = some_name();
  const Topic* topic = seen().topics.find(std::string_view(name));
  if (topic == nullptr) return std::nullopt;
  std::int32_t partitions = 0;
  while (topic->find(partitions) != nullptr)
    ++partitions;
  const auto partition =
      static_cast<std::int32_t>(random_.below(static_cast<std::uint64_t>(partitions)));
  return ReassignmentItem{name, partition, std::nullopt};
}

// --- what is asked for ---

void ClusterAdmins::create_topic() {
  NewTopic topic;
  topic.name = some_name();
  topic.partitions = static_cast<std::int32_t>(random_.between(1, 4));
  topic.replication_factor = static_cast<std::int32_t>(random_.between(1, 3));
  if (random_.chance(1, 3)) {
    topic.configs.push_back({"min.insync.replicas", std::to_string(random_.between(1, 3))});
  }
  if (random_.chance(1, 6)) topic.configs.push_back({"unclean.leader.election.enable", "true"});
  ask(CreateTopics{{topic}});
}

void ClusterAdmins::more_partitions() {
  const auto total = static_cast<std::int32_t>(random_.between(2, 5));
  ask(CreatePartitions{{{some_name(), total, std::nullopt}}});
}

void ClusterAdmins::reassign() {
  auto place = some_place();
  if (!place) return;
  place->target = some_brokers();
  ask(AlterReassignments{.partitions = {*std::move(place)}});
}

void ClusterAdmins::elect() {
  ElectLeaders command;
  if (random_.chance(1, 8)) command.type = ElectionType::kUnclean;
  if (const auto place = some_place(); place && random_.chance(2, 3)) {
    command.partitions = {{place->topic, place->partition}};
  }
  ask(command);
}

void ClusterAdmins::configure_topic() {
  AlterResource change;
  change.resource = {2, some_name()};
  const bool deletes = random_.chance(1, 4);
  const auto set = [&](const char* name, std::string value) {
    change.changes.push_back({name,
                              deletes ? ConfigOp::kDelete : ConfigOp::kSet,
                              deletes ? std::nullopt : std::optional(std::move(value))});
  };
  switch (random_.below(3)) {
    case 0: set("min.insync.replicas", std::to_string(random_.between(1, 3))); break;
    case 1: set("unclean.leader.election.enable", random_.chance(1, 3) ? "true" : "false"); break;
    default: set("cleanup.policy", random_.chance(1, 5) ? "nonsense" : "compact"); break;
  }
  ask(AlterConfigs{.resources = {change}});
}

void ClusterAdmins::configure_broker() {
  AlterResource change;
  change.resource = {4, random_.chance(1, 2) ? "" : std::to_string(some_broker())};
  const bool is_min = random_.chance(1, 2);
  const std::string value =
      is_min ? std::to_string(random_.between(1, 2)) : (random_.chance(1, 3) ? "true" : "false");
  change.changes.push_back(
      {is_min ? "min.insync.replicas" : "unclean.leader.election.enable", ConfigOp::kSet, value});
  ask(AlterConfigs{.resources = {change}});
}

void ClusterAdmins::update_feature() {
  FeatureUpdate update;
  update.name = kEligibleLeadersFeature;
  update.level = static_cast<std::int32_t>(random_.below(3));
  if (random_.chance(1, 3)) update.change = FeatureChange::kSafeDowngrade;
  ask(UpdateFeatures{{update}});
}

void ClusterAdmins::wish() {
  constexpr std::array kActions{BrokerAction::kCordon,
                                BrokerAction::kUncordon,
                                BrokerAction::kDrain,
                                BrokerAction::kResume,
                                BrokerAction::kResume,
                                BrokerAction::kDecommission,
                                BrokerAction::kRecommission,
                                BrokerAction::kRecommission};
  const Guard guard = random_.chance(1, 3) ? Guard::kOverridden : Guard::kHeld;
  ask(AlterBroker{some_broker(), kActions[random_.below(kActions.size())], guard});
}

void ClusterAdmins::change_security(AdminAct what) {
  const std::string user = "u" + std::to_string(random_.below(3));
  if (what == AdminAct::kQuota) {
    const double rate = 1000.0 * static_cast<double>(random_.between(1, 9));
    ask(AlterClientQuotas{
        {{{{"user", user}},
          {{"producer_byte_rate", random_.chance(1, 3) ? std::nullopt : std::optional(rate)}}}}});
  } else if (what == AdminAct::kUser) {
    AlterScram command;
    if (random_.chance(1, 3)) {
      command.deletions.push_back({user, 1});
    } else {
      ScramCredential credential;
      credential.salt = "salt" + std::to_string(random_.below(100));
      credential.stored_key = std::string(32, 's');
      credential.server_key = std::string(32, 'k');
      credential.iterations = 4096;
      command.upsertions.push_back({user, 1, credential});
    }
    ask(command);
  } else if (random_.chance(1, 3)) {
    ask(DeleteAcls{{AclFilter{}}});
  } else {
    NewAcl entry;
    entry.binding = {AclResourceType::kTopic,
                     some_name(),
                     AclPatternType::kLiteral,
                     "User:" + user,
                     "*",
                     AclOperation::kRead,
                     AclPermission::kAllow};
    ask(CreateAcls{{entry}});
  }
}

// --- after the heal ---

void ClusterAdmins::release_brokers() {
  for (const auto& [id, broker] : seen().cluster.brokers()) {
    const BrokerIntent& intent = broker->intent;
    const auto say = [&, broker_id = id](BrokerAction action) {
      const AlterBroker command{broker_id, action, Guard::kOverridden};
      ask_at(some_controller(), command, {"admin-0", {}, Mode::kCommit}, 0);
    };
    if (intent.maintenance) say(BrokerAction::kResume);
    if (intent.decommission) say(BrokerAction::kRecommission);
    if (intent.cordoned) say(BrokerAction::kUncordon);
  }
}

void ClusterAdmins::probe() {
  if (is_probing_ || is_probe_done_) return;
  is_probing_ = true;
  quorum_.call(kAdministrators,
               some_controller(),
               AppendNoOp{},
               {},
               [this](const Reply<AppendNoOpAnswer>& reply) {
                 is_probing_ = false;
                 is_probe_done_ = reply.status.is_ok();
               });
}

}  // namespace quorate::controller::testing
