#include "raft/server/server.h"

#include <algorithm>
#include <string>

#include <catch2/catch.hpp>

#include "tests/raft/server/cluster.h"

namespace quorate::raft {
namespace {

std::string command(int number) {
  return "c" + std::to_string(number);
}

TEST_CASE("proposals are applied by all servers in the same order", "[server][P63]") {
  Cluster cluster;
  cluster.start_all();
  Answers answers;
  cluster.commit("first");
  Server& leader = cluster.server(cluster.leader());
  for (int i = 0; i < 200; ++i)
    REQUIRE(leader.propose(SharedBytes(command(i)), {}, answers.proposal(command(i))).is_ok());
  REQUIRE(eventually([&] { return answers.total() == 200; }));
  CHECK(answers.accepted().size() == 200);
  CHECK(answers.of("c7")->result.view() == "did c7");
  CHECK(cluster.converge(201));
}

TEST_CASE("a follower refuses proposals as not leader", "[server][P64]") {
  Cluster cluster;
  cluster.start_all();
  const std::size_t follower = (cluster.leader() + 1) % Cluster::kSize;
  Answers answers;
  REQUIRE(cluster.server(follower).propose(SharedBytes("x"), {}, answers.proposal("x")).is_ok());
  REQUIRE(eventually([&] { return answers.total() == 1; }));
  CHECK(answers.of("x")->status.code() == Code::kNotLeader);
}

TEST_CASE("a proposal for another term than the leader's is refused", "[server][P64]") {
  Cluster cluster;
  cluster.start_all();
  cluster.commit("first");
  Server& leader = cluster.server(cluster.leader());
  Answers answers;
  ProposeOptions other;
  other.expected_term = Term{leader.status().core.term.value + 1};
  REQUIRE(leader.propose(SharedBytes("x"), other, answers.proposal("x")).is_ok());
  REQUIRE(eventually([&] { return answers.total() == 1; }));
  CHECK(answers.of("x")->status.is_rejected());
}

TEST_CASE("a proposal that is too large is refused at once", "[server]") {
  ServerOptions options = Cluster::fast();
  options.core.entry_bytes_max = 10;
  Cluster cluster(options);
  cluster.start(0);
  Answers answers;
  const Status status =
      cluster.server(0).propose(SharedBytes("01234567890"), {}, answers.proposal("x"));
  CHECK(status.code() == Code::kInvalidArgument);
}

TEST_CASE("more requests than may wait are busy at once", "[server]") {
  ServerOptions options = Cluster::fast();
  options.requests_pending_max = 2;
  Cluster cluster(options);
  cluster.start_all();
  const std::size_t leader = cluster.leader();
  cluster.commit("first");
  cluster.isolate(leader);  // nothing commits there any more
  Server& server = cluster.server(leader);
  Answers answers;
  Status last;
  int queued = 0;
  for (int i = 0; i < 3; ++i) {
    last = server.propose(SharedBytes(command(i)), {}, answers.proposal(command(i)));
    if (last.is_ok()) ++queued;
  }
  CHECK(last.code() == Code::kBusy);
  CHECK(queued == 2);
  CHECK(server.metrics().requests_busy == 1);
  cluster.rejoin(leader);
  CHECK(eventually([&] { return answers.total() == 2; }));
}

TEST_CASE("the others elect a leader and go on when the leader stops", "[server]") {
  Cluster cluster;
  cluster.start_all();
  cluster.commit("before");
  cluster.stop(cluster.leader());
  cluster.commit("after");
  CHECK(cluster.converge(2));
}

TEST_CASE("a restarted server applies everything again from its log", "[server][P63]") {
  Cluster cluster;
  cluster.start_all();
  for (int i = 0; i < 20; ++i)
    cluster.commit(command(i));
  const std::size_t at = (cluster.leader() + 1) % Cluster::kSize;
  cluster.stop(at);
  cluster.commit("meanwhile");
  cluster.start(at);
  CHECK(cluster.converge(21));
}

TEST_CASE("a group that restarts as a whole has lost nothing", "[server][P33]") {
  Cluster cluster;
  cluster.start_all();
  for (int i = 0; i < 20; ++i)
    cluster.commit(command(i));
  for (std::size_t at = 0; at < Cluster::kSize; ++at)
    cluster.stop(at);
  cluster.start_all();
  cluster.commit("after");
  CHECK(cluster.converge(21));
}

TEST_CASE("a read barrier passes on leader and follower alike", "[server][P93][P96]") {
  Cluster cluster;
  cluster.start_all();
  cluster.commit("written");
  const std::size_t leader = cluster.leader();
  for (std::size_t at = 0; at < Cluster::kSize; ++at) {
    Answers answers;
    REQUIRE(cluster.server(at).read(answers.read("read")).is_ok());
    REQUIRE(eventually([&] { return answers.total() == 1; }));
    INFO((at == leader ? "leader" : "follower"));
    REQUIRE(answers.of("read")->status.is_ok());
    CHECK(cluster.machine(at).commands() == std::vector<std::string>{"written"});
  }
}

TEST_CASE("a read on a leader that nobody hears ends without success", "[server][P95][P97]") {
  Cluster cluster;
  cluster.start_all();
  cluster.commit("first");
  const std::size_t leader = cluster.leader();
  cluster.isolate(leader);
  Answers answers;
  REQUIRE(cluster.server(leader).read(answers.read("read")).is_ok());
  REQUIRE(eventually([&] { return answers.total() == 1; }));
  CHECK_FALSE(answers.of("read")->status.is_ok());
}

TEST_CASE("the leadership moves when it is asked to", "[server]") {
  Cluster cluster;
  cluster.start_all();
  cluster.commit("first");
  const std::size_t from = cluster.leader();
  const std::size_t to = (from + 1) % Cluster::kSize;
  REQUIRE(cluster.server(from).transfer_leadership(NodeId{to + 1}).is_ok());
  CHECK(eventually([&] { return cluster.leader() == to; }));
}

TEST_CASE("a state machine hears of its leadership once per term", "[server]") {
  Cluster cluster;
  cluster.start_all();
  cluster.commit("first");
  const std::size_t leader = cluster.leader();
  const auto term = std::to_string(cluster.server(leader).status().core.term.value);
  const auto heard = cluster.machine(leader).leaderships();
  REQUIRE(heard.size() == 1);
  CHECK(heard[0].rfind("start " + term + " at ", 0) == 0);
  cluster.server(leader).stop();
  CHECK(cluster.machine(leader).leaderships().back() == "stop " + term);
}

}  // namespace
}  // namespace quorate::raft
