// Where a state machine starts: the newest snapshot that leads to the log, or what it holds itself.
#include "raft/server/restore.h"

#include <catch2/catch.hpp>

#include "tests/raft/server/recording_machine.h"
#include "tests/raft/storage/snapshot_content.h"

namespace quorate::raft {
namespace {

constexpr Term kTerm{2};

// A log (5, 40] of one term, and snapshots.
struct Restart {
  Restart() {
    recovered.hard_state.term = kTerm;
    recovered.snapshot.last = {kTerm, Index{5}};
    recovered.last = Index{40};
    recovered.term_runs = {{Index{6}, kTerm}};
  }
  void take(std::uint64_t index, Term term = kTerm) {
    testing::TextSource content(std::to_string(index) + "\n");
    REQUIRE(store.take({{term, Index{index}}, testing::one_voter()}, content).is_ok());
  }
  // How far a machine is that held everything up to `applied`.
  Index start(std::uint64_t applied) {
    const auto started = restore_at_start(store, machine, recovered, Index{applied});
    REQUIRE(started.is_ok());
    return *started;
  }

  Recovered recovered;
  testing::SnapshotDisk disk;
  FileSnapshotStore& store = *disk.store;
  RecordingMachine machine;
};

TEST_CASE("a volatile state machine starts at the newest snapshot", "[server][snapshot][P16]") {
  Restart restart;
  restart.take(10);
  restart.take(20);
  CHECK(restart.start(0) == Index{20});
  CHECK(restart.machine.restores() == 1);
}

TEST_CASE("a durable state machine that is behind the newest snapshot starts there as well",
          "[server][snapshot][P16]") {
  Restart restart;
  restart.take(20);
  CHECK(restart.start(12) == Index{20});
  CHECK(restart.machine.restores() == 1);
}

TEST_CASE("a durable state machine that is beyond the newest snapshot starts where it is",
          "[server][snapshot][P16]") {
  Restart restart;
  restart.take(20);
  CHECK(restart.start(30) == Index{30});
  CHECK(restart.machine.restores() == 0);
}

TEST_CASE("a snapshot that the log does not lead to is not started from", "[server][snapshot]") {
  Restart restart;
  restart.take(10);
  restart.take(20, Term{1});
  CHECK(restart.start(0) == Index{10});
  REQUIRE(restart.store.list().size() == 1);
  CHECK(restart.store.list().front().last.index == Index{10});
}

}  // namespace
}  // namespace quorate::raft
