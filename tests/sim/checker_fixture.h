// Three replicas as the safety checker sees them, moved by hand, so that a test can plant exactly
// one observation that must not be.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "raft/testing/safety_checker.h"

namespace quorate::raft::testing {

class CheckerFixture {
 public:
  CheckerFixture();

  [[nodiscard]] static ReplicaId replica(std::uint64_t node);
  [[nodiscard]] static Entry entry(std::uint64_t term, std::uint64_t index, Value value);

  // --- honest steps ---
  void start(std::uint64_t node);
  // `node` reports its status; the fields not mentioned stay.
  void report(std::uint64_t node) { checker.on_status(NodeId{node}, status(node)); }
  CoreStatus& status(std::uint64_t node) { return statuses_[node - 1]; }
  // The node's term and vote, durable at once.
  void vote(std::uint64_t node, std::uint64_t term, std::uint64_t candidate);
  // Entries behind the node's log, durable at once or not yet.
  void append(std::uint64_t node, std::vector<Entry> entries);
  void append_unsynced(std::uint64_t node, std::vector<Entry> entries);
  // `node` wins `term` with its own vote and that of `voter`.
  void elect(std::uint64_t node, std::uint64_t term, std::uint64_t voter);
  void commit(std::uint64_t node, std::uint64_t index);
  [[nodiscard]] Message message(std::uint64_t from, std::uint64_t to, MessageBody body) const;

  // The id of the invariant violated, or "".
  [[nodiscard]] std::string violated() const;

  RareStates states;
  Options options;
  SafetyChecker checker;

 private:
  void submit(std::uint64_t node, PersistBatch batch);

  std::vector<CoreStatus> statuses_;
};

}  // namespace quorate::raft::testing
