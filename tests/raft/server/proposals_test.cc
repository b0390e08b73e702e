#include "raft/server/proposals.h"

#include <catch2/catch.hpp>

namespace quorate::raft {
namespace {

struct ProposalsFixture {
  Metrics metrics;
  RequestGate gate{4};
  PendingProposals proposals{metrics, gate};
  std::vector<Code> answers;

  ProposalToken begin(std::int64_t now_ns = 0) {
    REQUIRE(gate.enter() == RequestGate::Entry::kAdmitted);
    return proposals.begin([this](const Proposed& p) { answers.push_back(p.status.code()); },
                           now_ns);
  }
  ReadToken begin_read() {
    REQUIRE(gate.enter() == RequestGate::Entry::kAdmitted);
    return proposals.begin_read([this](const Status& s) { answers.push_back(s.code()); });
  }
};

TEST_CASE("a refused proposal is answered at once with the reason", "[server][proposals][P64]") {
  ProposalsFixture f;
  const auto token = f.begin();
  CHECK_FALSE(f.proposals.settle({.token = token, .status = {Code::kNotLeader, ""}, .id = {}}, 1));
  CHECK(f.answers == std::vector{Code::kNotLeader});
  CHECK(f.gate.pending() == 0);
  CHECK(f.metrics.proposals_rejected.value() == 1);
}

TEST_CASE("a committed proposal is not answered before it is applied", "[server][proposals]") {
  ProposalsFixture f;
  const auto token = f.begin(/*now_ns=*/1'000);
  const LogId id{Term{3}, Index{9}};
  const auto committed = f.proposals.settle({.token = token, .status = {}, .id = id}, 501'000);
  REQUIRE(committed.has_value());
  CHECK(committed->id == id);
  CHECK(f.answers.empty());
  CHECK(f.gate.pending() == 1);
  CHECK(f.metrics.commit.snapshot().quantile_ns(0.5) >= 500'000);
}

TEST_CASE("stopping answers proposals unknown and reads shutdown", "[server][proposals][P113]") {
  ProposalsFixture f;
  f.begin();
  f.begin_read();
  f.proposals.answer_all();
  CHECK(f.answers == std::vector{Code::kUnknownOutcome, Code::kShutdown});
  f.proposals.answer_all();
  CHECK(f.answers.size() == 2);
  CHECK(f.gate.pending() == 0);
}

TEST_CASE("a granted read waits for its index and a refused one for nothing",
          "[server][proposals]") {
  ProposalsFixture f;
  const auto granted =
      f.proposals.settle(ReadGrant{.token = f.begin_read(), .status = {}, .index = Index{5}});
  REQUIRE(granted.has_value());
  CHECK(granted->index == Index{5});
  CHECK_FALSE(f.proposals.settle(
      ReadGrant{.token = f.begin_read(), .status = {Code::kUnavailable, ""}, .index = {}}));
  CHECK(f.answers == std::vector{Code::kUnavailable});
}

TEST_CASE("the gate admits as many as its bound and then as many as leave", "[server][proposals]") {
  RequestGate gate(2);
  CHECK(gate.enter() == RequestGate::Entry::kAdmitted);
  CHECK(gate.enter() == RequestGate::Entry::kAdmitted);
  CHECK(gate.enter() == RequestGate::Entry::kFull);
  gate.leave();
  CHECK(gate.enter() == RequestGate::Entry::kAdmitted);
  CHECK(gate.pending() == 2);
}

}  // namespace
}  // namespace quorate::raft
