// A copy of a replica behaves like the replica, and equal states have equal fingerprints.
#include <set>

#include <catch2/catch.hpp>

#include "tests/raft/core/replica_group.h"

namespace quorate::raft::testing {
namespace {

std::unique_ptr<Consensus> quiet_replica() {
  auto core = Consensus::create(options_for(1), recovered_with(voters(3), {1, 1, 2}, 2), Random(5));
  REQUIRE(core.is_ok());
  return std::move(core).value();
}

// Everything that one input makes the core say.
std::vector<Message> tick_and_drain(Consensus& core) {
  core.tick();
  std::vector<Message> messages;
  while (core.has_ready()) {
    Ready ready = core.take_ready();
    messages.insert(messages.end(), ready.messages.begin(), ready.messages.end());
    if (ready.persist) core.persisted(ready.persist->seq);
  }
  return messages;
}

TEST_CASE("a copy of a replica answers the same inputs alike", "[raft][fingerprint][P107]") {
  const auto core = quiet_replica();
  for (int step = 0; step < 400; ++step) {
    const auto copy = core->clone();
    REQUIRE(copy->fingerprint() == core->fingerprint());
    REQUIRE(tick_and_drain(*copy) == tick_and_drain(*core));
    REQUIRE(copy->fingerprint() == core->fingerprint());
    REQUIRE(copy->describe() == core->describe());
  }
}

TEST_CASE("every tick makes another state", "[raft][fingerprint]") {
  const auto core = quiet_replica();
  std::set<Fingerprint::Value> seen;
  for (int step = 0; step < 400; ++step) {
    CHECK(seen.insert(core->fingerprint()).second);
    tick_and_drain(*core);
  }
}

TEST_CASE("every member of an aggregate is part of the fingerprint", "[raft][fingerprint]") {
  const auto print_of = [](const AppendEntriesResult& result) {
    Fingerprint print;
    print(result);
    return print.value();
  };
  using Outcome = AppendEntriesResult::Outcome;
  const AppendEntriesResult plain{};
  CHECK(print_of(plain) == print_of(plain));
  CHECK(print_of(plain) != print_of({.outcome = Outcome::kAccepted}));
  CHECK(print_of(plain) != print_of({.request = 1}));
  CHECK(print_of(plain) != print_of({.match = Index{1}}));
  CHECK(print_of(plain) != print_of({.prev_log = {Term{1}, Index{0}}}));
  CHECK(print_of(plain) != print_of({.hint = {Term{0}, Index{1}}}));
  CHECK(print_of(plain) != print_of({.last = Index{1}}));
}

}  // namespace
}  // namespace quorate::raft::testing
