#include "tests/controller/control/naive_compare.h"

#include <map>
#include <string>

#include <catch2/catch.hpp>

namespace quorate::controller::testing {

std::vector<int> ints(const BrokerList& list) {
  return {list.begin(), list.end()};
}

std::string text_of(const NaivePartition& one) {
  std::string text;
  for (const auto* list :
       {&one.replicas, &one.isr, &one.elr, &one.adding, &one.removing, &one.origin}) {
    text += "[";
    for (const int id : *list)
      text += std::to_string(id) + " ";
    text += "] ";
  }
  return text + "leader " + std::to_string(one.leader) + " epochs " +
         std::to_string(one.leader_epoch) + "/" + std::to_string(one.partition_epoch) +
         (one.recovering ? " recovering" : "") + " last " + std::to_string(one.last_known);
}

namespace {

void require_equal(const MetadataImage& image, const NaiveSecurity& model) {
  std::map<std::string, std::map<std::string, double>> quotas;
  for (const auto& [entity, values] : image.quotas.entities()) {
    NaiveClient client;
    for (const QuotaEntityPart& part : entity)
      client.emplace_back(to_string(part.type), part.name);
    quotas[client_text(client)] = {values->begin(), values->end()};
  }
  auto expected = model.quotas;
  std::erase_if(expected, [](const auto& one) { return one.second.empty(); });
  REQUIRE(quotas == expected);
  std::map<std::pair<std::string, int>, std::pair<std::string, int>> credentials;
  for (const auto& [key, credential] : image.scram.credentials()) {
    credentials[{key.user, static_cast<int>(key.mechanism)}] = {credential->salt,
                                                                credential->iterations};
  }
  REQUIRE(credentials == model.credentials);
  std::set<NaiveAcl> acls;
  for (const auto& [binding, id] : image.acls.bindings()) {
    acls.insert({static_cast<int>(binding.resource_type),
                 binding.resource_name,
                 static_cast<int>(binding.pattern_type),
                 binding.principal,
                 static_cast<int>(binding.operation),
                 static_cast<int>(binding.permission)});
  }
  REQUIRE(acls == model.acls);
}

}  // namespace

void require_equal(const MetadataImage& image, const NaiveModel& model) {
  REQUIRE(image.end_offset == model.end);
  REQUIRE(image.cluster.brokers().size() == model.brokers.size());
  for (const auto& [id, broker] : image.cluster.brokers()) {
    CHECK(broker->departure == Departure::kNone);
    const NaiveBroker found{broker->incarnation.low,
                            broker->epoch,
                            broker->fenced,
                            broker->in_controlled_shutdown,
                            broker->intent.cordoned,
                            broker->intent.maintenance,
                            broker->intent.decommission};
    REQUIRE(found == model.brokers.at(id));
  }
  REQUIRE(image.topics.size() == model.topics.size());
  for (const auto& [name, partitions] : model.topics) {
    const Topic* topic = image.topics.find(name);
    REQUIRE(topic != nullptr);
    REQUIRE(topic->partitions.size() == partitions.size());
    for (std::size_t i = 0; i < partitions.size(); ++i) {
      const Partition& one = topic->partitions[i];
      const NaivePartition found{ints(one.replicas),
                                 ints(one.isr),
                                 one.leader,
                                 one.leader_epoch,
                                 one.partition_epoch,
                                 one.recovering,
                                 ints(one.eligible()),
                                 one.last_known_leader(),
                                 ints(one.movement().adding),
                                 ints(one.movement().removing),
                                 ints(one.movement().original)};
      INFO(name << "-" << i << "\nproduct " << text_of(found) << "\nmodel   "
                << text_of(partitions[i]));
      REQUIRE(found == partitions[i]);
    }
  }
  std::map<std::string, std::map<std::string, std::string>> configs;
  for (const auto& [resource, values] : image.configs.resources()) {
    const bool is_topic = resource.type == ConfigResourceType::kTopic;
    configs[(is_topic ? "topic/" : "broker/") + resource.name] = {values->begin(), values->end()};
  }
  auto expected = model.configs;
  std::erase_if(expected, [](const auto& one) { return one.second.empty(); });
  REQUIRE(configs == expected);
  REQUIRE(image.producer_ids.next() == model.next_producer_id);
  require_equal(image, model.security);
}

}  // namespace quorate::controller::testing
