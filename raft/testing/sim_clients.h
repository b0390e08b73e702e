// The clients of a simulation: each appends unique values and reads, one operation after another,
// through a replica that it draws, and the history keeps what it asked and what it was told.
//
// A client that waits too long goes on; a late answer still counts, because it still must be true.
// Owner: Simulation. Thread: one.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <vector>

#include "raft/testing/history.h"
#include "raft/testing/sim_replica.h"

namespace quorate::raft::testing {

using SimReplicas = std::vector<std::unique_ptr<SimReplica>>;

class SimClients : public SimAnswers {
 public:
  // `replicas` may be filled later, but before start().
  SimClients(const SimOptions& options,
             EventHeap& heap,
             Random random,
             const SimReplicas& replicas,
             History& history);

  void start();
  // No client begins another operation.
  void stop() { is_stopped_ = true; }
  // One append of client 0 at `replica`, now.
  History::Id append(SimReplica& replica);

  void on_proposal_ended(ProposalToken token, const Status& status, LogId id) override;
  void on_read_ended(ReadToken token, const Status& status, Index seen) override;

 private:
  void next_operation(std::uint64_t client);
  void end(std::uint64_t token, const Status& status, Index position);
  SimReplica& draw_replica();
  void read_at_a_place();
  // `turn` 0: nobody waits for its end.
  History::Id issue(std::uint64_t client,
                    std::uint64_t turn,
                    OperationKind kind,
                    SimReplica& replica);

  const SimOptions& options_;
  EventHeap& heap_;
  Random random_;
  const SimReplicas& replicas_;
  History& history_;
  bool is_stopped_ = false;
  std::uint64_t tokens_ = 0;  // also the values: both are unique
  struct Waiting {
    History::Id id = 0;
    std::uint64_t turn = 0;
  };
  LogId seen_;                                   // where the append that was answered last stands
  std::map<std::uint64_t, Waiting> waiting_;     // by token
  std::map<std::uint64_t, std::uint64_t> turn_;  // by client: which operation it waits for

  static constexpr SimTime kPatience = 2 * kSecond;
  static constexpr int kBurst = 20;
};

}  // namespace quorate::raft::testing
