// Random walks of a small group through loss, repetition, reordering, crashes and held disks. Every
// seed must keep the promises of Figure 3, and every walk must end in agreement once it is quiet.
#include <cstdlib>
#include <map>
#include <set>

#include <catch2/catch.hpp>

#include "tests/raft/core/replica_group.h"

namespace quorate::raft::testing {
namespace {

class Walk {
 public:
  Walk(std::uint64_t seed, std::uint64_t count) : random_(seed), count_(count) {
    for (std::uint64_t node = 1; node <= count; ++node) {
      Options options = options_for(node);
      options.snapshot_chunk_bytes = 8;
      options.snapshot_chunks_in_flight_max = 2;
      options.snapshot_pinned_entries_max = random_.below(20);
      group_.add(node, options, recovered_with(voters(count), {}, 0));
      group_[node].serve_snapshots();
    }
  }

  void run(int steps) {
    for (int i = 0; i < steps; ++i) {
      step();
      check();
    }
    quieten();
  }

 private:
  std::uint64_t any_node() { return random_.between(1, count_); }

  void step() {
    Node& node = group_[any_node()];
    switch (random_.below(17)) {
      case 0:
      case 1:
      case 2: node->tick(); break;
      case 3: propose(node); break;
      case 4: read(node); break;
      case 5: maybe(40, [&] { crash(node); }); break;
      case 6: node.hold_disk(); break;
      case 7: node.release_disk(); break;
      case 8: maybe(20, [&] { node->transfer(NodeId{any_node()}); }); break;
      case 9: maybe(20, [&] { lose_peer(node); }); break;
      case 10: maybe(60, [&] { node->step_down(); }); break;
      case 11: maybe(6, [&] { compact(node); }); break;
      default: deliver_some();
    }
    node.drain();
    collect();
  }

  template <typename Act>
  void maybe(std::uint64_t one_in, Act act) {
    if (random_.chance(1, one_in)) act();
  }

  void compact(Node& node) {
    const Index applied = node->status().applied;
    if (applied < node->status().first) return;
    node.take_snapshot("state after " + std::to_string(applied.value));
    node->compact(Index{applied.value - random_.below(4)});
  }

  void lose_peer(Node& node) {
    const PeerLoss loss = random_.chance(1, 2) ? PeerLoss::kDisconnected : PeerLoss::kProcessGone;
    node->peer_lost(replica(any_node()), loss);
  }

  void read(Node& node) {
    Index newest{0};
    for (auto& [id, each] : group_.nodes())
      newest = std::max(newest, each->commit_index());
    reads_[++token_] = {&node, newest};
    node->read(token_);
  }

  void propose(Node& node) {
    proposals_[++token_] = &node;
    node->propose({.token = token_, .data = SharedBytes(std::to_string(token_))});
  }

  void crash(Node& node) {
    check_node(node);
    if (random_.chance(1, 2)) node.snapshot_disk.lose_incoming();
    node.restart();
    commits_.erase(&node);
    std::erase_if(reads_, [&](const auto& read) { return read.second.first == &node; });
    std::erase_if(proposals_, [&](const auto& proposal) { return proposal.second == &node; });
  }

  void deliver_some() {
    for (std::uint64_t i = random_.below(6); i > 0 && !wire_.empty(); --i) {
      const std::size_t at = random_.chance(3, 4) ? 0 : random_.below(wire_.size());
      const Message message = wire_[at];
      if (!random_.chance(1, 10)) wire_.erase(wire_.begin() + static_cast<std::ptrdiff_t>(at));
      if (random_.chance(1, 12)) continue;
      Node& node = group_[message.to.node.value];
      node->step(message);
      node.drain();
    }
  }

  void collect() {
    for (auto& [id, node] : group_.nodes()) {
      for (Message& message : node.take_messages())
        wire_.push_back(std::move(message));
    }
    while (wire_.size() > 200)
      wire_.pop_front();
  }

  void check() {
    for (auto& [id, node] : group_.nodes()) {
      check_node(node);
      if (node->role() == Role::kLeader) {
        const auto [at, is_new] = leaders_.emplace(node->term().value, id);
        if (at->second != id) FAIL("two leaders in term " << at->first);  // R1
      }
    }
  }

  void check_node(Node& node) {
    if (node.count(EventKind::kSafetyViolation) > 0) FAIL("the group stopped");
    if (node->commit_index() < commits_[&node]) FAIL("commit went back");  // R4
    node.events.clear();
    commits_[&node] = node->commit_index();
    for (const Entry& entry : node.applied) {  // R10
      const auto [at, is_new] = committed_.emplace(entry.id.index.value, entry);
      REQUIRE(at->second == entry);
    }
    node.applied.clear();
    for (const ProposalOutcome& outcome : node.outcomes) {  // R42
      REQUIRE(proposals_.erase(outcome.token) == 1);
      if (outcome.status.is_rejected()) rejected_.insert(std::to_string(outcome.token));
      if (outcome.status.is_ok()) {
        const auto at = committed_.find(outcome.id.index.value);
        REQUIRE((at == committed_.end() || at->second.id == outcome.id));
      }
    }
    node.outcomes.clear();
    for (const ReadGrant& grant : node.reads) {  // R27
      if (grant.status.is_ok()) REQUIRE(grant.index >= reads_.at(grant.token).second);
      REQUIRE(reads_.erase(grant.token) == 1);
    }
    node.reads.clear();
  }

  // No fault any more: soon one leader, one log, and every read and proposal ended.
  void quieten() {
    for (auto& [id, node] : group_.nodes())
      node.release_disk();
    wire_.clear();
    group_.tick(200);
    REQUIRE(group_.leader() != 0);
    check();
    const Node& leader = group_[group_.leader()];
    for (auto& [id, node] : group_.nodes()) {
      check_node(node);
      CHECK(node->status().last == leader->status().last);
      CHECK(node->commit_index() == leader->status().last.index);
      CHECK(node->status().applied == leader->status().last.index);
    }
    CHECK(reads_.empty());      // P97
    CHECK(proposals_.empty());  // P65
    for (const auto& [index, entry] : committed_)
      REQUIRE(rejected_.count(std::string(entry.data.view())) == 0);
  }

  Random random_;
  std::uint64_t count_;
  ReplicaGroup group_;
  std::deque<Message> wire_;
  std::uint64_t token_ = 0;
  std::map<std::uint64_t, std::uint64_t> leaders_;
  std::map<const Node*, Index> commits_;
  std::map<std::uint64_t, Entry> committed_;
  // Who was asked, and what the read must at least see.
  std::map<ReadToken, std::pair<const Node*, Index>> reads_;
  std::map<ProposalToken, const Node*> proposals_;  // not ended
  std::set<std::string> rejected_;
};

void walk(std::uint64_t count, std::uint64_t seeds, int steps) {
  const char* only = std::getenv("QUORATE_SEED");
  const std::uint64_t first = only != nullptr ? std::strtoull(only, nullptr, 10) : 1;
  for (std::uint64_t seed = first; seed < first + (only != nullptr ? 1 : seeds); ++seed) {
    INFO("replay with QUORATE_SEED=" << seed);
    Walk(seed, count).run(steps);
  }
}

TEST_CASE("a group of three keeps Raft's promises on random walks", "[raft][walk][P18][P46][P63]") {
  walk(/*count=*/3, /*seeds=*/60, /*steps=*/3000);
}

TEST_CASE("a group of five keeps Raft's promises on random walks", "[raft][walk][P43][P94][P106]") {
  walk(/*count=*/5, /*seeds=*/30, /*steps=*/3000);
}

TEST_CASE("a lone replica keeps its promises on random walks", "[raft][walk][P33]") {
  walk(/*count=*/1, /*seeds=*/10, /*steps=*/2000);
}

}  // namespace
}  // namespace quorate::raft::testing
