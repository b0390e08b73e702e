// Where replicas go: racks are spread, load is even, the same seed gives the same answer.
#include "controller/control/placement.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "tests/controller/control/cluster.h"

namespace quorate::controller {
namespace {

using namespace testing;

// `fenced` of the brokers 0..n-1 are fenced, from the last one down.
MetadataImage brokers_in_racks(const std::vector<std::string>& racks, std::size_t fenced = 0) {
  MetadataImage image;
  for (std::size_t i = 0; i < racks.size(); ++i) {
    BrokerRegistration broker;
    broker.id = static_cast<BrokerId>(i);
    broker.incarnation = {1, i + 1};
    broker.epoch = i;
    broker.rack = racks[i];
    broker.fenced = i + fenced >= racks.size();
    image.cluster.put(broker);
  }
  return image;
}

std::vector<std::string> equal_racks(int brokers, int racks) {
  std::vector<std::string> names;
  for (int i = 0; i < brokers; ++i)
    names.push_back("rack" + std::to_string(i % racks));
  return names;
}

struct Load {
  std::map<BrokerId, int> leaders;
  std::map<BrokerId, int> replicas;
};

Load place_all(const MetadataImage& image, std::uint64_t seed, int topics, int partitions, int rf) {
  Load load;
  const auto racks_of = [&](const BrokerList& list) {
    std::set<std::string> racks;
    for (const BrokerId id : list)
      racks.insert(image.cluster.find(id)->rack);
    return racks.size();
  };
  std::set<std::string> racks;
  for (const auto& [id, broker] : image.cluster.brokers())
    racks.insert(broker->rack);
  ReplicaPlacer placer(image, seed);
  for (int i = 0; i < topics * partitions; ++i) {
    const Result<BrokerList> placed = placer.place(static_cast<std::size_t>(rf));
    REQUIRE(placed.is_ok());
    REQUIRE(placed->size() == static_cast<std::size_t>(rf));
    REQUIRE_FALSE(placed->has_duplicates());
    REQUIRE(racks_of(*placed) == std::min(racks.size(), static_cast<std::size_t>(rf)));
    ++load.leaders[(*placed)[0]];
    for (const BrokerId id : *placed)
      ++load.replicas[id];
  }
  return load;
}

// At most 1.01 times the mean; where the mean is small, the next whole number.
void check_even(const std::map<BrokerId, int>& load, int brokers, int total) {
  const double mean = static_cast<double>(total) / brokers;
  int most = 0;
  for (const auto& [id, count] : load)
    most = std::max(most, count);
  INFO("most " << most << ", mean " << mean);
  CHECK(most <= std::max(std::ceil(mean), 1.01 * mean));
}

TEST_CASE("leaders and replicas are even over racks of equal size",
          "[control][placement][TOP-2][C18]") {
  struct Row {
    int brokers;
    int racks;
    int topics;
    int partitions;
  };
  // The rows of the design, the larger ones with a fifth of the topics.
  const Row rows[] = {{60, 3, 200, 10},
                      {60, 3, 1000, 1},
                      {60, 3, 40, 50},
                      {30, 3, 200, 10},
                      {100, 1, 200, 10},
                      {6, 3, 100, 1},
                      {12, 4, 100, 7}};
  for (const Row& row : rows) {
    for (std::uint64_t seed = 1; seed <= 3; ++seed) {
      INFO("brokers " << row.brokers << " racks " << row.racks << " topics " << row.topics
                      << " seed " << seed);
      const MetadataImage image = brokers_in_racks(equal_racks(row.brokers, row.racks));
      const int total = row.topics * row.partitions;
      const Load load = place_all(image, seed, row.topics, row.partitions, 3);
      check_even(load.leaders, row.brokers, total);
      check_even(load.replicas, row.brokers, total * 3);
    }
  }
}

TEST_CASE("topics created one by one end as even as those of one request",
          "[control][placement][TOP-2]") {
  Cluster cluster;
  cluster.start_brokers(12, 3);
  for (int i = 0; i < 100; ++i) {
    cluster.ctx.seed = static_cast<std::uint64_t>(i);
    REQUIRE(cluster.create("t" + std::to_string(i), 1 + i % 5, 3).error == v1::NONE);
  }
  const PartitionIndex& index = cluster.control.pending().topics.index();
  std::map<BrokerId, int> leaders;
  std::map<BrokerId, int> replicas;
  for (BrokerId id = 0; id < 12; ++id) {
    leaders[id] = static_cast<int>(index.of(id).leaders);
    replicas[id] = static_cast<int>(index.of(id).replicas.size());
  }
  check_even(leaders, 12, 300);
  check_even(replicas, 12, 900);
}

TEST_CASE("a new empty broker is filled first", "[control][placement]") {
  Cluster cluster;
  cluster.start_brokers(3);
  REQUIRE(cluster.create("old", 12, 2).error == v1::NONE);
  cluster.start_brokers(4);
  REQUIRE(cluster.create("new", 4, 1).error == v1::NONE);
  for (std::int32_t i = 0; i < 4; ++i)
    CHECK(cluster.partition("new", i).leader == 3);
}

TEST_CASE("unfenced brokers come first and only they lead", "[control][placement][TOP-2]") {
  const MetadataImage image = brokers_in_racks(equal_racks(6, 3), 3);
  ReplicaPlacer placer(image, 1);
  for (int i = 0; i < 50; ++i) {
    const Result<BrokerList> three = placer.place(3);
    REQUIRE(three.is_ok());
    for (const BrokerId id : *three)
      CHECK(id < 3);
    const Result<BrokerList> five = placer.place(5);
    REQUIRE(five.is_ok());
    for (std::size_t at = 0; at < 5; ++at)
      CHECK(((*five)[at] < 3) == (at < 3));
  }
}

TEST_CASE("racks of unequal size are still all used by each partition", "[control][placement]") {
  std::vector<std::string> racks(10, "a");
  racks.insert(racks.end(), 10, "b");
  racks.push_back("c");
  const Load load = place_all(brokers_in_racks(racks), 5, 20, 10, 3);
  CHECK(load.replicas.at(20) == 200);
  for (BrokerId id = 0; id < 20; ++id) {
    CHECK(load.replicas.at(id) == 20);
    CHECK(load.leaders.at(id) >= 9);
  }
}

TEST_CASE("the same seed places the same and another seed otherwise", "[control][placement]") {
  const MetadataImage image = brokers_in_racks(equal_racks(9, 3));
  const auto placed = [&](std::uint64_t seed) {
    std::string text;
    ReplicaPlacer placer(image, seed);
    for (int i = 0; i < 20; ++i)
      text += to_string(placer.place(3).value());
    return text;
  };
  CHECK(placed(7) == placed(7));
  CHECK(placed(7) != placed(8));
}

TEST_CASE("what cannot be placed is refused", "[control][placement][TOP-3]") {
  ReplicaPlacer all_fenced(brokers_in_racks(equal_racks(3, 1), 3), 1);
  CHECK(all_fenced.place(1).status().code() == Code::kFailedPrecondition);
  ReplicaPlacer three(brokers_in_racks(equal_racks(3, 1)), 1);
  CHECK(three.place(4).status().code() == Code::kInvalidArgument);
  CHECK(three.place(0).status().code() == Code::kInvalidArgument);
  ReplicaPlacer nobody(MetadataImage{}, 1);
  CHECK(nobody.place(1).status().code() == Code::kInvalidArgument);
}

}  // namespace
}  // namespace quorate::controller
