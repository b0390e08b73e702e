#include "raft/server/apply_loop.h"

#include <algorithm>

#include <catch2/catch.hpp>

#include "tests/raft/server/disk.h"
#include "tests/raft/server/recording_machine.h"

namespace quorate::raft {
namespace {

using Lines = std::vector<std::string>;

// The loop's thread runs between construction and finish(); what it left is looked at afterwards.
struct ApplyLoopFixture {
  ServerOptions options;
  std::shared_ptr<Disk> disk = std::make_shared<Disk>(Bootstrap{GroupId{1}, kAlone});
  DiskStore store{disk};
  RecordingMachine machine;
  Metrics metrics;
  Fatal fatal;
  Inbox inbox{options};
  RequestGate gate{1000};
  ApplyLoop loop{{.machine = machine,
                  .store = store,
                  .inbox = inbox,
                  .fatal = fatal,
                  .metrics = metrics,
                  .clock = system_clock(),
                  .gate = gate,
                  .snapshotter = nullptr},
                 options,
                 {Index{0}, kAlone, Index{0}}};
  Lines answers;  // written by the loop's thread

  ApplyLoopFixture() { loop.start(); }
  void finish() { loop.stop(); }

  static std::vector<Entry> commands(std::uint64_t first, std::uint64_t last) {
    std::vector<Entry> entries;
    for (std::uint64_t i = first; i <= last; ++i)
      entries.push_back(make_entry(
          {Term{1}, Index{i}}, EntryKind::kNormal, SharedBytes("c" + std::to_string(i))));
    return entries;
  }
  static ApplyRange in_memory(std::vector<Entry> entries) {
    const Index first = entries.front().id.index;
    const Index last = entries.back().id.index;
    return {.first = first, .last = last, .entries = std::move(entries)};
  }
  void persist(std::vector<Entry> entries) {
    PersistBatch batch{.seq = 1, .group = GroupId{1}};
    batch.hard_state = HardState{.term = Term{1}, .voted_for = {}};
    batch.entries = std::move(entries);
    REQUIRE(disk->persist({&batch, 1}).is_ok());
  }
  CommittedProposal proposal(std::uint64_t index) {
    static_cast<void>(gate.enter());
    return {.id = {Term{1}, Index{index}}, .done = [this](const Proposed& p) {
              answers.push_back(p.status.is_ok() ? std::string(p.result.view())
                                                 : std::string(to_string(p.status.code())));
            }};
  }
  GrantedRead read(std::uint64_t index) {
    static_cast<void>(gate.enter());
    return {.index = Index{index}, .done = [this](const Status& status) {
              answers.push_back("read " + std::string(to_string(status.code())));
            }};
  }
  void submit(ApplyRange range, std::vector<std::uint64_t> proposals = {}) {
    ApplyTask task;
    task.range = std::move(range);
    for (const std::uint64_t index : proposals)
      task.proposals.push_back(proposal(index));
    loop.submit(std::move(task));
  }
};

TEST_CASE("entries are applied in order and proposals get their result", "[server][apply_loop]") {
  ApplyLoopFixture f;
  f.submit(ApplyLoopFixture::in_memory(ApplyLoopFixture::commands(1, 2)), {2});
  f.submit(ApplyLoopFixture::in_memory(ApplyLoopFixture::commands(3, 3)), {3});
  f.finish();
  CHECK(f.machine.commands() == Lines{"c1", "c2", "c3"});
  CHECK(f.answers == Lines{"did c2", "did c3"});
  CHECK(f.loop.applied() == Index{3});
  CHECK(f.gate.pending() == 0);
}

TEST_CASE("a range without entries is read from the log store", "[server][apply_loop][P63]") {
  ApplyLoopFixture f;
  f.persist(ApplyLoopFixture::commands(1, 50));
  f.submit({.first = Index{1}, .last = Index{50}, .entries = {}}, {50});
  f.finish();
  CHECK(f.machine.commands().size() == 50);
  CHECK(f.answers == Lines{"did c50"});
}

TEST_CASE("a read is answered once its index is applied", "[server][apply_loop][P96]") {
  ApplyLoopFixture f;
  ApplyTask task;
  task.reads.push_back(f.read(2));
  task.reads.push_back(f.read(1));
  task.reads.push_back(f.read(9));
  f.loop.submit(std::move(task));
  f.submit(ApplyLoopFixture::in_memory(ApplyLoopFixture::commands(1, 2)), {1});
  f.finish();
  CHECK(f.answers == Lines{"did c1", "read ok", "read ok", "read shutdown"});
  CHECK(f.gate.pending() == 0);
}

TEST_CASE("a leader starts once the first entry of its term is applied", "[server][apply_loop]") {
  ApplyLoopFixture f;
  ApplyTask lead;
  lead.leading = Term{2};
  f.loop.submit(std::move(lead));
  f.submit(ApplyLoopFixture::in_memory(ApplyLoopFixture::commands(1, 3)));
  f.submit(ApplyLoopFixture::in_memory({make_entry({Term{2}, Index{4}}, EntryKind::kNoop, {})}));
  ApplyTask lose;
  lose.lost = Term{2};
  f.loop.submit(std::move(lose));
  f.finish();
  CHECK(f.machine.leaderships() == Lines{"start 2 at 4", "stop 2"});
}

TEST_CASE("a leadership that never began is not stopped", "[server][apply_loop]") {
  ApplyLoopFixture f;
  ApplyTask lead;
  lead.leading = Term{2};
  f.loop.submit(std::move(lead));
  ApplyTask next;
  next.lost = Term{2};
  next.leading = Term{3};
  next.range = ApplyLoopFixture::in_memory({make_entry({Term{3}, Index{1}}, EntryKind::kNoop, {})});
  f.loop.submit(std::move(next));
  f.finish();
  CHECK(f.machine.leaderships() == Lines{"start 3 at 1", "stop 3"});
}

TEST_CASE("an entry that does not verify is never applied", "[server][apply_loop]") {
  ApplyLoopFixture f;
  auto entries = ApplyLoopFixture::commands(1, 2);
  entries[1].checksum ^= 1U;
  f.submit(ApplyLoopFixture::in_memory(std::move(entries)), {1, 2});
  f.finish();
  CHECK(f.machine.commands().empty());
  REQUIRE(f.fatal.tripped());
  CHECK(f.fatal.reason()->code() == Code::kCorruption);
  CHECK(f.answers == Lines{"unknown_outcome", "unknown_outcome"});
}

TEST_CASE("an entry that cannot be read stops the server", "[server][apply_loop]") {
  ApplyLoopFixture f;
  f.persist(ApplyLoopFixture::commands(1, 3));
  f.disk->damage(Index{2});
  f.submit({.first = Index{1}, .last = Index{3}, .entries = {}});
  f.finish();
  CHECK(f.machine.commands().empty());
  CHECK(f.fatal.reason()->code() == Code::kCorruption);
}

TEST_CASE("a state machine that throws stops the server", "[server][apply_loop][P64]") {
  ApplyLoopFixture f;
  f.machine.throw_at("c2");
  f.submit(ApplyLoopFixture::in_memory(ApplyLoopFixture::commands(1, 1)), {1});
  f.submit(ApplyLoopFixture::in_memory(ApplyLoopFixture::commands(2, 2)), {2});
  f.submit(ApplyLoopFixture::in_memory(ApplyLoopFixture::commands(3, 3)), {3});
  f.finish();
  REQUIRE(f.fatal.tripped());
  CHECK(f.fatal.reason()->message().find("poisoned") != std::string::npos);
  CHECK(f.answers == Lines{"did c1", "unknown_outcome", "unknown_outcome"});
  CHECK(f.machine.commands() == Lines{"c1"});
}

}  // namespace
}  // namespace quorate::raft
