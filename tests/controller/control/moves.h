// A cluster whose partition "t"-0 is moved about, in few words.
//
// Owner and thread: one test.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "tests/controller/control/cluster.h"

namespace quorate::controller::testing {

struct Moves : Cluster {
  // Brokers 0 to 6, of which `replicas` hold the partition.
  explicit Moves(const std::vector<BrokerId>& replicas,
                 const std::vector<ConfigSetting>& configs = {}) {
    start_brokers(7);
    NewTopic topic = new_topic("t", -1, -1);
    topic.assignments = {{0, replicas}};
    topic.configs = configs;
    REQUIRE(decide(CreateTopics{{topic}}).answer.topics.at(0).error == v1::NONE);
  }

  v1::ErrorCode ask(const AlterReassignments& command) {
    return decide(command).answer.partitions.at(0).error;
  }
  v1::ErrorCode move_to(const std::vector<BrokerId>& target) {
    return ask({.partitions = {{"t", 0, target}}});
  }
  v1::ErrorCode cancel() { return ask({.partitions = {{"t", 0, std::nullopt}}}); }
  // The leader says who is in sync.
  v1::ErrorCode sync(const std::vector<BrokerId>& isr) {
    return decide(proposal("t", 0, isr)).answer.partitions.at(0).error;
  }

  [[nodiscard]] const Partition& now() const { return partition("t", 0); }
  // "replicas +adding -removing of original", as far as there are such.
  [[nodiscard]] std::string text() const {
    const auto& [adding, removing, original] = now().movement();
    std::string to = to_string(now().replicas);
    if (!adding.empty()) to += " +" + to_string(adding);
    if (!removing.empty()) to += " -" + to_string(removing);
    if (!original.empty()) to += " of " + to_string(original);
    return to;
  }
};

}  // namespace quorate::controller::testing
