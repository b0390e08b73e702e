#include "tests/sim/checker_fixture.h"

#include <cstring>
#include <utility>

namespace quorate::raft::testing {
namespace {

Membership three() {
  return {.voters = {
              CheckerFixture::replica(1), CheckerFixture::replica(2), CheckerFixture::replica(3)}};
}

Options small_options() {
  Options options;
  options.election_timeout_ticks = 10;
  options.append_entries_max = 2;
  options.uncommitted_bytes_max = 200;
  return options;
}

}  // namespace

CheckerFixture::CheckerFixture()
    : options(small_options()), checker(three(), options, states), statuses_(3) {
  for (std::uint64_t node = 1; node <= 3; ++node) {
    start(node);
  }
}

ReplicaId CheckerFixture::replica(std::uint64_t node) {
  return {NodeId{node}, Incarnation{9, node}};
}

Entry CheckerFixture::entry(std::uint64_t term, std::uint64_t index, Value value) {
  std::string data(sizeof value, '\0');
  std::memcpy(data.data(), &value, sizeof value);
  return make_entry({Term{term}, Index{index}}, EntryKind::kNormal, SharedBytes(data));
}

void CheckerFixture::start(std::uint64_t node) {
  const NodeView& view = checker.view(NodeId{node});
  Recovered recovered;
  recovered.hard_state = view.durable_state;
  recovered.last = view.durable.last();
  CoreStatus& now = status(node);
  now = {};
  now.self = replica(node);
  now.term = recovered.hard_state.term;
  now.voted_for = recovered.hard_state.voted_for;
  now.last = view.durable.last_id();
  now.persisted = view.durable.last();
  now.first = Index{1};
  now.membership = three();
  checker.on_started(NodeId{node}, recovered, now);
}

void CheckerFixture::submit(std::uint64_t node, PersistBatch batch) {
  checker.on_input(NodeId{node});
  checker.on_submitted(NodeId{node}, batch);
  status(node).last = checker.view(NodeId{node}).log.last_id();
}

void CheckerFixture::vote(std::uint64_t node, std::uint64_t term, std::uint64_t candidate) {
  const PersistBatch batch{.hard_state = HardState{Term{term}, replica(candidate)}};
  status(node).term = Term{term};
  status(node).voted_for = replica(candidate);
  status(node).role = Role::kFollower;
  submit(node, batch);
  report(node);
  checker.on_durable(NodeId{node}, batch);
}

void CheckerFixture::append(std::uint64_t node, std::vector<Entry> entries) {
  const PersistBatch batch{.entries = std::move(entries)};
  submit(node, batch);
  report(node);
  checker.on_durable(NodeId{node}, batch);
  checker.on_input(NodeId{node});
  status(node).persisted = checker.view(NodeId{node}).durable.last();
  report(node);
}

void CheckerFixture::append_unsynced(std::uint64_t node, std::vector<Entry> entries) {
  submit(node, {.entries = std::move(entries)});
  report(node);
}

void CheckerFixture::elect(std::uint64_t node, std::uint64_t term, std::uint64_t voter) {
  vote(node, term, node);
  vote(voter, term, node);
  const RequestVoteResult granted{
      .kind = VoteKind::kVote, .answer = VoteAnswer::kGranted, .campaign_term = Term{term}};
  checker.on_delivered(message(voter, node, granted), NodeId{node});
  status(node).role = Role::kLeader;
  report(node);
}

void CheckerFixture::commit(std::uint64_t node, std::uint64_t index) {
  checker.on_input(NodeId{node});
  status(node).commit = Index{index};
  report(node);
}

Message CheckerFixture::message(std::uint64_t from, std::uint64_t to, MessageBody body) const {
  return {.cluster = options.cluster,
          .group = options.group,
          .from = replica(from),
          .to = replica(to),
          .term = checker.view(NodeId{from}).status.term,
          .body = std::move(body)};
}

std::string CheckerFixture::violated() const {
  return checker.violation() ? checker.violation()->invariant : "";
}

}  // namespace quorate::raft::testing
