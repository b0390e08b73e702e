#include <atomic>
#include <memory>

#include <catch2/catch.hpp>

#include "raft/base/clock.h"
#include "raft/server/apply_loop.h"
#include "raft/server/snapshotter.h"
#include "raft/storage/file_snapshot_store.h"
#include "raft/storage/memory_directory.h"
#include "tests/raft/server/disk.h"
#include "tests/raft/server/recording_machine.h"
#include "tests/raft/server/waiting.h"

namespace quorate::raft {
namespace {

ServerOptions eager() {
  ServerOptions options;
  options.snapshot_every_entries = 2;
  return options;
}

// A replica that joined: its log begins at 1, and nobody has told it who takes part.
struct Joined {
  ServerOptions options = eager();
  std::unique_ptr<FileSnapshotStore> snapshots =
      *FileSnapshotStore::open(std::make_unique<MemoryDirectory>(), {GroupId{1}, 100});
  std::shared_ptr<Disk> disk = std::make_shared<Disk>(Bootstrap{GroupId{1}, Membership{}});
  DiskStore store{disk};
  RecordingMachine machine;
  Metrics metrics;
  Fatal fatal;
  Inbox inbox{options};
  RequestGate gate{1000};
  Snapshotter snapshotter{{*snapshots, system_clock(), inbox, metrics}, options};
  ApplyLoop loop{{.machine = machine,
                  .store = store,
                  .inbox = inbox,
                  .fatal = fatal,
                  .metrics = metrics,
                  .clock = system_clock(),
                  .gate = gate,
                  .snapshotter = &snapshotter},
                 options,
                 {Index{0}, Membership{}, Index{0}}};

  Joined() {
    snapshotter.start();
    loop.start();
  }

  void apply(std::uint64_t index, EntryKind kind, std::string data) {
    ApplyTask task;
    task.range = {.first = Index{index},
                  .last = Index{index},
                  .entries = {make_entry({Term{1}, Index{index}}, kind, SharedBytes(data))}};
    loop.submit(std::move(task));
  }
  Status take() {
    std::atomic<int> calls{0};
    Status outcome;
    loop.request_snapshot([&](const Result<SnapshotMeta>& taken) {
      outcome = taken.status();
      ++calls;
    });
    REQUIRE(eventually([&] { return calls == 1; }));
    return outcome;
  }
};

TEST_CASE("a replica that does not know yet who takes part keeps no snapshot",
          "[server][snapshot][P68]") {
  Joined joined;
  for (std::uint64_t i = 1; i <= 5; ++i)
    joined.apply(i, EntryKind::kNormal, "c");
  const Status refused = joined.take();
  CHECK(refused.code() == Code::kFailedPrecondition);
  CHECK_THAT(refused.message(), Catch::Contains("no membership entry"));
  CHECK(joined.snapshots->list().empty());

  joined.apply(6, EntryKind::kMembership, encode_membership(kAlone));
  REQUIRE(eventually([&] { return joined.snapshots->list().size() == 1; }));
  const SnapshotMeta kept = joined.snapshots->list().front();
  CHECK(kept.last.index == Index{6});
  CHECK(kept.membership == kAlone);
}

}  // namespace
}  // namespace quorate::raft
