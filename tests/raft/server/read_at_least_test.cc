// Reads at a place of the log, at whole servers.
#include <catch2/catch.hpp>

#include "tests/raft/server/cluster.h"

namespace quorate::raft {
namespace {

constexpr std::int64_t kLongNs = 30'000'000'000;

// Commits `command` and says where it stands.
LogId write(Cluster& cluster, const std::string& command) {
  std::optional<LogId> place;
  while (!place) {
    Answers answers;
    const std::size_t leader = cluster.leader();
    const Status queued =
        cluster.server(leader).propose(SharedBytes(command), {}, answers.proposal("write"));
    if (!queued.is_ok()) continue;
    REQUIRE(eventually([&] { return answers.total() == 1; }));
    if (answers.of("write")->status.is_ok()) place = answers.of("write")->id;
  }
  return *place;
}

Code read(Server& server, const ReadPoint& at, std::int64_t timeout_ns) {
  Answers answers;
  REQUIRE(server.read_at_least(at, timeout_ns, answers.read("read")).is_ok());
  REQUIRE(eventually([&] { return answers.total() == 1; }));
  return answers.of("read")->status.code();
}

TEST_CASE("a client reads its own write at every server", "[server][read][P96]") {
  Cluster cluster;
  cluster.start_all();
  for (int i = 0; i < 20; ++i) {
    const std::string command = "w" + std::to_string(i);
    const LogId place = write(cluster, command);
    for (std::size_t at = 0; at < Cluster::kSize; ++at) {
      REQUIRE(read(cluster.server(at), {place.index, place.term}, kLongNs) == Code::kOk);
      CHECK(cluster.machine(at).commands().back() == command);
    }
  }
}

TEST_CASE("a server that is cut off answers at what it has and not beyond",
          "[server][read][P96][P97]") {
  Cluster cluster;
  cluster.start_all();
  const LogId before = write(cluster, "before");
  const std::size_t cut = (cluster.leader() + 1) % Cluster::kSize;
  REQUIRE(read(cluster.server(cut), {before.index, before.term}, kLongNs) == Code::kOk);
  cluster.isolate(cut);
  const LogId behind = write(cluster, "behind");
  CHECK(read(cluster.server(cut), {before.index, before.term}, 0) == Code::kOk);
  CHECK(read(cluster.server(cut), {behind.index, behind.term}, 0) == Code::kTimedOut);
  CHECK(read(cluster.server(cut), {behind.index, std::nullopt}, 3'000'000) == Code::kTimedOut);
  CHECK(read(cluster.server(cut), {before.index, before.term.next()}, 0) == Code::kNotFound);
  Answers answers;
  REQUIRE(cluster.server(cut)
              .read_at_least({behind.index, behind.term}, kLongNs, answers.read("joined"))
              .is_ok());
  cluster.rejoin(cut);
  REQUIRE(eventually([&] { return answers.total() == 1; }));
  CHECK(answers.of("joined")->status.is_ok());
}

TEST_CASE("a read at a place that never comes ends with the server", "[server][read][P97][P113]") {
  Cluster cluster;
  cluster.start_all();
  const LogId place = write(cluster, "only");
  Server& server = cluster.server(0);
  Answers answers;
  REQUIRE(server
              .read_at_least(
                  {Index{place.index.value + 100}, std::nullopt}, kLongNs, answers.read("never"))
              .is_ok());
  server.stop();
  REQUIRE(answers.total() == 1);
  CHECK(answers.of("never")->status.code() == Code::kShutdown);
  CHECK(server.read_at_least({place.index, std::nullopt}, 0, answers.read("late")).code() ==
        Code::kShutdown);
}

}  // namespace
}  // namespace quorate::raft
