// What is asked about partitions that are there, at random: ISR changes, elections, reassignments
// and more partitions; asked of the product and of the naive model.
//
// Owner and thread: one test.
#pragma once

#include <string>
#include <vector>

#include "raft/base/random.h"
#include "tests/controller/control/cluster.h"
#include "tests/controller/control/naive_model.h"
#include "tests/controller/control/survivors.h"

namespace quorate::controller::testing {

// How often reassignments came to what, so that a run that never gets there is seen.
struct MoveCounts {
  int begun = 0;
  int overridden = 0;  // begun while another was under way
  int completed = 0;
  int cancelled = 0;
  int hand_overs = 0;  // the leader was not of the target

  MoveCounts& operator+=(const MoveCounts& other);
};

class RandomPartitions {
 public:
  RandomPartitions(Random& random, Cluster& cluster, NaiveModel& model, Survivors& survivors)
      : random_(random), cluster_(cluster), model_(model), survivors_(survivors) {}

  void alter();
  void elect();
  void reassign();
  void cancel();
  void grow();

  [[nodiscard]] const MoveCounts& counts() const { return counts_; }

 private:
  struct Place {
    std::string topic;
    int partition = 0;
    NaivePartition state;  // of another one when there is no such partition
  };
  // One of those that are there, sometimes one that is not. Requires a topic.
  Place some_place();
  int some_broker() { return static_cast<int>(random_.below(6)); }
  std::uint64_t some_epoch(int id) { return cluster_.epoch(id) + (random_.chance(1, 8) ? 1 : 0); }
  int odd_step() { return random_.chance(1, 6) ? static_cast<int>(random_.below(3)) - 1 : 0; }
  std::vector<int> some_target(const NaivePartition& state);
  // The leader proposes everybody who may be in sync.
  NaiveProposal all_of(const Place& place);
  void check_proposal(const NaiveProposal& proposal);
  v1::ErrorCode decide_move(const Place& place,
                            const std::vector<int>* target,
                            AlterReassignments command);

  Random& random_;
  Cluster& cluster_;
  NaiveModel& model_;
  Survivors& survivors_;
  MoveCounts counts_;
};

}  // namespace quorate::controller::testing
