// Servers that take snapshots, compact their logs, send and restore snapshots.
#include <atomic>

#include <catch2/catch.hpp>

#include "tests/raft/server/cluster.h"

namespace quorate::raft {
namespace {

ServerOptions eager_cluster() {
  ServerOptions options = Cluster::fast();
  options.snapshot_every_entries = 20;
  options.snapshot_trailing_entries = 5;
  options.core.snapshot_chunk_bytes = 100;
  return options;
}

void commit_many(Cluster& cluster, int first, int last) {
  for (int i = first; i <= last; ++i)
    cluster.commit("c" + std::to_string(i));
}

Index first_of(Cluster& cluster, std::size_t at) {
  return cluster.server(at).status().core.first;
}

// The outcome of a snapshot that was asked for.
Status take(Server& server) {
  std::atomic<int> calls{0};
  Status outcome;
  server.take_snapshot([&](const Result<SnapshotMeta>& taken) {
    outcome = taken.status();
    ++calls;
  });
  REQUIRE(eventually([&] { return calls == 1; }));
  return outcome;
}

TEST_CASE("the log is compacted behind a snapshot but for the newest entries",
          "[server][snapshot][P17]") {
  Cluster cluster(eager_cluster());
  cluster.start_all();
  commit_many(cluster, 1, 60);
  for (std::size_t at = 0; at < Cluster::kSize; ++at) {
    REQUIRE(eventually([&] { return first_of(cluster, at) > Index{30}; }));
    const MetricsSnapshot metrics = cluster.server(at).metrics();
    CHECK(metrics.snapshots_taken >= 2);
    CHECK(metrics.snapshot_index + 1 >= first_of(cluster, at).value + 5);
    CHECK(metrics.snapshots_failed == 0);
    CHECK(cluster.disk(at).recover(GroupId{1})->snapshot.last.index >= Index{30});
  }
  CHECK(cluster.converge(60));
}

TEST_CASE("time alone makes a snapshot due and only if something was applied since the last",
          "[server][snapshot][P17]") {
  ServerOptions options = Cluster::fast();
  options.snapshot_interval_ns = 150'000'000;
  Cluster cluster(options);
  cluster.start_all();
  commit_many(cluster, 1, 3);
  for (std::size_t at = 0; at < Cluster::kSize; ++at) {
    REQUIRE(eventually([&] {
      const auto there = cluster.server(at).snapshots();
      return !there.empty() && there.front().last.index == cluster.server(at).status().applied;
    }));
  }
  const std::uint64_t taken = cluster.server(0).metrics().snapshots_taken;
  const MetricsSnapshot metrics = cluster.server(0).metrics();
  CHECK(metrics.snapshot_bytes == cluster.server(0).snapshots().front().bytes);
  CHECK(metrics.snapshot_age_ns > 0);
  CHECK(take(cluster.server(0)).code() == Code::kFailedPrecondition);
  CHECK(cluster.server(0).metrics().snapshots_taken == taken);
}

TEST_CASE("a volatile state machine starts from the newest snapshot and the log behind it",
          "[server][snapshot][P12]") {
  Cluster cluster(eager_cluster());
  cluster.start_all();
  commit_many(cluster, 1, 50);
  REQUIRE(eventually([&] { return first_of(cluster, 2) > Index{10}; }));
  cluster.stop(2);
  cluster.start(2);
  CHECK(cluster.machine(2).restores() == 1);
  CHECK(cluster.converge(50));
  commit_many(cluster, 51, 60);
  CHECK(cluster.converge(60));
}

TEST_CASE("a server that was away catches up by snapshot", "[server][snapshot][P60][P88]") {
  Cluster cluster(eager_cluster());
  cluster.start_all();
  const std::size_t away = (cluster.leader() + 1) % Cluster::kSize;
  cluster.stop(away);
  commit_many(cluster, 1, 80);
  REQUIRE(eventually([&] { return first_of(cluster, cluster.leader()) > Index{40}; }));
  cluster.start(away);
  CHECK(cluster.converge(80));
  CHECK(cluster.machine(away).restores() == 1);
  CHECK(cluster.server(away).metrics().snapshots_installed == 1);
  CHECK(cluster.server(away).metrics().snapshot_bytes_received > 0);
  const MetricsSnapshot leader = cluster.server(cluster.leader()).metrics();
  CHECK(leader.snapshots_sent == 1);
  CHECK(leader.snapshot_bytes_sent >= cluster.server(away).metrics().snapshot_bytes_received);
  commit_many(cluster, 81, 85);
  CHECK(cluster.converge(85));
  // And what it installed it starts from.
  cluster.stop(away);
  cluster.start(away);
  CHECK(cluster.converge(85));
}

TEST_CASE("a cut in mid-transfer is made up for", "[server][snapshot][P86][P90]") {
  ServerOptions options = eager_cluster();
  options.core.snapshot_chunk_bytes = 16;
  options.snapshot_send_bytes_per_second = 2000;
  Cluster cluster(options);
  cluster.start_all();
  const std::size_t away = (cluster.leader() + 1) % Cluster::kSize;
  cluster.stop(away);
  commit_many(cluster, 1, 80);
  cluster.start(away);
  REQUIRE(eventually([&] { return cluster.server(away).metrics().snapshot_bytes_received > 0; }));
  cluster.isolate(away);
  cluster.rejoin(away);
  cluster.stop(away);
  cluster.start(away);
  CHECK(cluster.converge(80));
  CHECK(cluster.machine(away).restores() >= 1);
}

TEST_CASE("a snapshot can be asked for", "[server][snapshot]") {
  Cluster cluster;
  cluster.start_all();
  commit_many(cluster, 1, 5);
  REQUIRE(cluster.converge(5));
  Server& server = cluster.server(0);
  CHECK(take(server).is_ok());
  CHECK(take(server).code() == Code::kFailedPrecondition);  // nothing new
  commit_many(cluster, 6, 6);
  REQUIRE(cluster.converge(6));
  CHECK(take(server).is_ok());
  CHECK(server.metrics().snapshots_taken == 2);
  CHECK(first_of(cluster, 0) == Index{1});  // so little is kept for peers that lag
}

TEST_CASE("a disk that cannot keep a snapshot leaves the log as it is", "[server][snapshot][P90]") {
  Cluster cluster(eager_cluster());
  cluster.start_all();
  cluster.disk(0).snapshots->stop_at(0);
  commit_many(cluster, 1, 50);
  REQUIRE(eventually([&] { return cluster.server(0).metrics().snapshots_failed > 0; }));
  CHECK(first_of(cluster, 0) == Index{1});
  CHECK_FALSE(cluster.server(0).status().fatal.has_value());
  cluster.disk(0).snapshots->stop_never();
  commit_many(cluster, 51, 100);
  CHECK(eventually([&] { return first_of(cluster, 0) > Index{40}; }));
}

TEST_CASE("a snapshot that the log does not cover is not started from", "[server][snapshot][P16]") {
  Cluster cluster(eager_cluster());
  cluster.start_all();
  commit_many(cluster, 1, 10);
  REQUIRE(cluster.converge(10));
  const std::size_t away = (cluster.leader() + 1) % Cluster::kSize;
  cluster.stop(away);
  {
    // As if the process had ended between receiving it and writing the log.
    auto store = FileSnapshotStore::open(cluster.disk(away).snapshots->share(), {});
    REQUIRE(testing::take(**store, 500, "500\nnever\n").is_ok());
  }
  cluster.start(away);
  CHECK(cluster.machine(away).restores() == 0);
  CHECK(cluster.converge(10));
  CHECK(cluster.disk(away).snapshots->list()->empty());
}

TEST_CASE("a compacted log without its snapshot is refused and says so",
          "[server][snapshot][P12][P92]") {
  Cluster cluster(eager_cluster());
  cluster.start_all();
  commit_many(cluster, 1, 60);
  REQUIRE(eventually([&] { return first_of(cluster, 0) > Index{20}; }));
  cluster.stop(0);
  const std::string name = cluster.disk(0).snapshots->list()->front();
  SECTION("it is gone") {
    REQUIRE(cluster.disk(0).snapshots->remove(name).is_ok());
    CHECK(cluster.try_start(0).code() == Code::kFailedPrecondition);
  }
  SECTION("it is damaged") {
    cluster.disk(0).snapshots->damage(name, cluster.disk(0).snapshots->size_of(name) / 2);
    CHECK(cluster.try_start(0).code() == Code::kCorruption);
  }
}

}  // namespace
}  // namespace quorate::raft
