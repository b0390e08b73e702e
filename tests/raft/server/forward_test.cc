// Followers that pass proposals on, with whole servers.
#include <catch2/catch.hpp>

#include "tests/raft/server/cluster.h"

namespace quorate::raft {
namespace {

TEST_CASE("a follower that passes a proposal on answers with its own result",
          "[server][forward][P64]") {
  ServerOptions options = Cluster::fast();
  options.core.forward_proposals = true;
  Cluster cluster(options);
  cluster.start_all();
  cluster.commit("first");
  const std::size_t follower = (cluster.leader() + 1) % Cluster::kSize;
  Answers answers;
  REQUIRE(eventually([&] { return cluster.server(follower).status().core.leader.has_value(); }));
  for (int i = 0; i < 200; ++i) {
    const std::string name = "c" + std::to_string(i);
    REQUIRE(
        cluster.server(follower).propose(SharedBytes(name), {}, answers.proposal(name)).is_ok());
  }
  REQUIRE(eventually([&] { return answers.total() == 200; }));
  for (int i = 0; i < 200; ++i) {
    const std::string name = "c" + std::to_string(i);
    INFO(name << ": " << answers.of(name)->status);
    REQUIRE(answers.of(name)->status.is_ok());
    CHECK(answers.of(name)->result.view() == "did " + name);
  }
  CHECK(cluster.converge(201));
}

}  // namespace
}  // namespace quorate::raft
