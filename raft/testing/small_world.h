// SmallWorld: a group of three in one moment of an exhaustive search: a value that is copied for
// every branch. Replicas and messages are shared between copies and never change.
//
// Owner: explore(). Thread: one.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "raft/core/consensus.h"
#include "raft/testing/small_scope.h"

namespace quorate::raft::testing {

// An entry as the checks need it.
struct SmallEntry {
  Term term;
  std::uint32_t checksum = 0;
  bool operator==(const SmallEntry&) const = default;
};

struct SmallReplica {
  std::shared_ptr<const Consensus> core;
  std::deque<PersistBatch> pending;  // handed to the disk, in order, and not durable
  bool is_held = false;
  HardState hard_state;         // durable
  std::vector<Entry> durable;   // from index 1
  std::vector<SmallEntry> log;  // from index 1, what is pending included
  Fingerprint::Value print;     // of all that is above
};

struct SmallStep {
  enum class Kind : std::uint8_t {
    kDeliver,
    kRepeat,
    kHold,  // the next write waits, and what is behind it too
    kPersist,
    kPropose,
    kHeartbeat,
    kTimeout,
    kCrash
  };
  Kind kind = Kind::kDeliver;
  std::size_t replica = 0;  // whom it strikes; 0, 1 or 2
  std::size_t message = 0;  // kDeliver, kRepeat: its place on the wire
};

class SmallWorld {
 public:
  static constexpr std::size_t kReplicas = 3;

  explicit SmallWorld(const SmallScope& scope);

  // Everything that may happen next.
  [[nodiscard]] std::vector<SmallStep> steps() const;
  [[nodiscard]] std::string describe(const SmallStep& step) const;
  // False when it changed nothing but, for a message, that it is no longer in flight.
  [[nodiscard]] bool take(const SmallStep& step);

  [[nodiscard]] Fingerprint::Value fingerprint() const;
  [[nodiscard]] const std::optional<Violation>& violation() const { return violation_; }
  [[nodiscard]] std::size_t leaders() const;
  [[nodiscard]] bool has_commit() const { return !committed_.empty(); }
  [[nodiscard]] bool was_cut() const { return was_cut_; }

 private:
  struct InFlight {
    Fingerprint::Value print;
    std::shared_ptr<const Message> message;
  };

  void strike(const SmallStep& step, SmallReplica& replica, Consensus& core);
  void restart(std::size_t at);
  void drain(std::size_t at, SmallReplica& replica, Consensus& core);
  void send(std::size_t from, Message message);
  void submit(SmallReplica& replica, PersistBatch batch);
  static void persist_oldest(SmallReplica& replica, Consensus& core);
  void check(std::size_t at);
  void check_leader(std::size_t at);
  void check_matching(std::size_t at);
  void check_commit(std::size_t at);
  [[nodiscard]] bool is_durable_at_majority(std::size_t index, const SmallEntry& entry) const;
  void fail(std::string invariant, std::string evidence);

  bool loses_heartbeats_;
  SmallScope left_;  // what may still strike
  std::array<std::shared_ptr<const SmallReplica>, kReplicas> replicas_;
  std::vector<InFlight> wire_;  // sorted by print
  bool was_cut_ = false;

  // What was, for the checks.
  std::map<Term, std::size_t> leader_of_;
  std::map<std::pair<Term, std::size_t>, ReplicaId> votes_;  // by term and voter
  std::vector<SmallEntry> committed_;
  std::vector<Term> committed_in_;  // the term of the leader that did it
  std::optional<Violation> violation_;
};

}  // namespace quorate::raft::testing
