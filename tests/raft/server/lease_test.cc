// Lease reads of whole servers on real clocks.
#include <catch2/catch.hpp>

#include "tests/raft/server/cluster.h"

namespace quorate::raft {
namespace {

ServerOptions leasing() {
  ServerOptions options = Cluster::fast();
  options.core.lease_ns = 80'000'000;
  return options;
}

Status read_at(Server& server, ReadMode mode) {
  Answers answers;
  const Status queued = server.read(mode, answers.read("read"));
  if (!queued.is_ok()) return queued;
  REQUIRE(eventually([&] { return answers.total() == 1; }));
  return answers.of("read")->status;
}

TEST_CASE("a leader with a lease answers by it and everyone else asks the leader",
          "[server][lease][P98]") {
  Cluster cluster(leasing());
  cluster.start_all();
  cluster.commit("written");
  const std::size_t leader = cluster.leader();
  REQUIRE(eventually([&] {
    return read_at(cluster.server(leader), ReadMode::kLease).is_ok() &&
           cluster.server(leader).metrics().reads_by_lease > 0;
  }));
  for (std::size_t at = 0; at < Cluster::kSize; ++at) {
    REQUIRE(eventually([&] { return read_at(cluster.server(at), ReadMode::kLease).is_ok(); }));
    CHECK(cluster.machine(at).commands() == std::vector<std::string>{"written"});
  }
}

TEST_CASE("a leader that was cut off reads by no lease once another leads",
          "[server][lease][P98][P101]") {
  Cluster cluster(leasing());
  cluster.start_all();
  cluster.commit("first");
  const std::size_t old = cluster.leader();
  cluster.isolate(old);
  static_cast<void>(cluster.leader(old));
  const std::uint64_t before = cluster.server(old).metrics().reads_by_lease;
  CHECK_FALSE(read_at(cluster.server(old), ReadMode::kLease).is_ok());
  CHECK(cluster.server(old).metrics().reads_by_lease == before);
}

TEST_CASE("a lease that makes no sense is refused at start", "[server][lease]") {
  ServerOptions options = leasing();
  options.core.cluster = {1, 1};
  options.core.self = {NodeId{1}, {1, 1}};
  REQUIRE(validate(options).is_ok());
  SECTION("longer than an election timeout") {
    options.core.lease_ns = 102'000'000;
  }
  SECTION("over before it is renewed") {
    options.core.lease_ns = 20'000'000;
  }
  SECTION("worth nothing with such clocks") {
    options.core.clock_drift_ppm = 700'000;
  }
  SECTION("clocks that may stand still") {
    options.core.clock_drift_ppm = 1'000'000;
  }
  CHECK(validate(options).code() == Code::kInvalidArgument);
}

}  // namespace
}  // namespace quorate::raft
