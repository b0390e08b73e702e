// ReplicaGroup: a few real replicas on an obedient network and disk, moved step by step by a test.
//
// Nothing happens by itself: messages wait on the wire until deliver() or settle(), writes become
// durable at once unless the disk is held. Everything a replica said is kept for inspection.
//
// Owner and thread: the test.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "raft/core/consensus.h"
#include "raft/core/replica.h"
#include "tests/raft/core/snapshot_disk.h"

namespace quorate::raft::testing {

// Node `node` with an incarnation made of the same number.
[[nodiscard]] ReplicaId replica(std::uint64_t node);
// Replicas 1..voters as voters.
[[nodiscard]] Membership voters(std::uint64_t count);
[[nodiscard]] Options options_for(std::uint64_t node);
// A log of one entry per term given, starting at index 1, with the hard state's term at least
// `term`.
[[nodiscard]] Recovered recovered_with(const Membership& membership,
                                       const std::vector<std::uint64_t>& entry_terms,
                                       std::uint64_t term);
// Node `node` after its disk was lost: the same node, another replica.
[[nodiscard]] ReplicaId wiped(std::uint64_t node);
// "e<index>" of `term`.
[[nodiscard]] Entry entry_of(std::uint64_t term, std::uint64_t index);

// A message from `node` of `term` to replica 1.
[[nodiscard]] Message message_from(std::uint64_t node, std::uint64_t term, MessageBody body);
// One replica with its disk.
class Node {
 public:
  Node(Options options, Recovered recovered, std::uint64_t seed);

  Consensus& operator*() { return *core_; }
  Consensus* operator->() { return core_.get(); }
  const Consensus* operator->() const { return core_.get(); }

  // Takes every Ready there is. Writes become durable at once, or gather while the disk is held;
  // what is committed is applied, what is to be fetched is read from the disk, at once.
  void drain();
  void hold_disk() { is_disk_held_ = true; }
  // Makes everything that was written durable, and what follows at once.
  void release_disk();
  // From now on snapshots are read, written and restored as asked for, at once.
  void serve_snapshots() { is_serving_snapshots_ = true; }
  // Keeps a snapshot of `content` behind what is applied.
  void take_snapshot(std::string content);
  // Loses what is not durable and starts again from the disk.
  void restart();
  [[nodiscard]] bool is_running() const { return core_ != nullptr; }
  void stop() { core_.reset(); }

  [[nodiscard]] std::vector<Message> take_messages() { return std::exchange(messages_, {}); }
  // The bodies of one kind among the messages that were drained and not taken.
  template <typename Body>
  [[nodiscard]] std::vector<Body> sent() const {
    std::vector<Body> bodies;
    for (const Message& message : messages_) {
      if (const auto* body = std::get_if<Body>(&message.body)) bodies.push_back(*body);
    }
    return bodies;
  }
  [[nodiscard]] std::size_t count(EventKind kind, std::string_view detail = {}) const;
  // The log on the disk, "1:1 2:1" (index:term), for logs without snapshot.
  [[nodiscard]] const std::vector<Entry>& disk() const { return entries_; }
  [[nodiscard]] const HardState& disk_state() const { return recovered_.hard_state; }

  std::vector<Event> events;
  std::vector<ProposalOutcome> outcomes;
  std::vector<ChangeOutcome> changes;
  std::vector<ReadGrant> reads;
  std::vector<FetchRequest> fetches;
  std::vector<SnapshotRequest> snapshots;
  std::vector<SnapshotTransfer> snapshots_done;
  std::vector<SnapshotPiece> received;
  std::vector<SnapshotMeta> restored;
  SnapshotDisk snapshot_disk;
  std::vector<Entry> applied;
  std::vector<PersistBatch> batches;  // in the order in which they were handed out

 private:
  void write(const PersistBatch& batch);
  void rebase(const SnapshotMeta& base);
  void carry_out_snapshots(Ready& ready);
  void fetch(const FetchRequest& request);
  void apply(const ApplyRange& range);

  Options options_;
  Recovered recovered_;         // what is durable; term runs are made at restart
  std::vector<Entry> entries_;  // what is durable, behind the snapshot
  std::uint64_t seed_;
  std::unique_ptr<Consensus> core_;
  bool is_disk_held_ = false;
  bool is_serving_snapshots_ = false;
  std::deque<PersistBatch> held_;
  std::vector<Message> messages_;
};

// Replica 1 of a group of three, with a log of these terms.
[[nodiscard]] Node lone(const std::vector<std::uint64_t>& entry_terms = {}, std::uint64_t term = 0);
// The same, leading the term after `term`: both votes came, nothing else was heard. Its first
// messages are taken.
[[nodiscard]] Node leading(const std::vector<std::uint64_t>& entry_terms = {},
                           std::uint64_t term = 0);

class ReplicaGroup {
 public:
  // `count` voters with empty logs.
  explicit ReplicaGroup(std::uint64_t count);
  ReplicaGroup() = default;

  void add(std::uint64_t node, Options options, Recovered recovered);
  // A replica with an empty disk and no membership, that waits to be filled; one that runs on the
  // same node ends.
  void add_blank(const ReplicaId& id);
  Node& operator[](std::uint64_t node) { return nodes_.at(node); }
  const Node& operator[](std::uint64_t node) const { return nodes_.at(node); }
  std::map<std::uint64_t, Node>& nodes() { return nodes_; }

  // Messages for which it is true are lost when they would be delivered.
  void lose(std::function<bool(const Message&)> rule) { lose_ = std::move(rule); }
  void lose_nothing() { lose_ = {}; }
  // Loses everything from and to `node`.
  void isolate(std::uint64_t node);

  // Delivers what is on the wire now, and takes what the replicas answer onto the wire.
  void deliver();
  // Delivers until nobody says anything any more.
  void settle();
  // `count` ticks at every running replica, settling after each.
  void tick(std::uint64_t count);
  // Makes `node` the leader of a settled group.
  void elect(std::uint64_t node);
  [[nodiscard]] std::vector<Message>& wire() { return wire_; }
  // The only leader of the highest term; 0 when there is none.
  [[nodiscard]] std::uint64_t leader() const;

 private:
  void collect();

  std::map<std::uint64_t, Node> nodes_;
  std::vector<Message> wire_;
  std::function<bool(const Message&)> lose_;
};

}  // namespace quorate::raft::testing
