#include "raft/server/log_writer.h"

#include <catch2/catch.hpp>

#include "tests/raft/server/disk.h"
#include "tests/raft/server/waiting.h"

namespace quorate::raft {
namespace {

struct LogWriterFixture {
  ServerOptions options;
  std::shared_ptr<Disk> disk = std::make_shared<Disk>(Bootstrap{GroupId{1}, kAlone});
  DiskStore store{disk};
  Metrics metrics;
  Fatal fatal;
  Inbox inbox{options};
  LogWriter writer{{.store = store,
                    .clock = system_clock(),
                    .listener = inbox,
                    .fatal = fatal,
                    .metrics = metrics},
                   options};

  LogWriterFixture() { writer.start(); }
  ~LogWriterFixture() { disk->release(); }

  void submit(std::uint64_t seq) {
    PersistBatch batch;
    batch.seq = seq;
    batch.group = GroupId{1};
    batch.hard_state = HardState{.term = Term{1}, .voted_for = {}};
    batch.entries.push_back(
        make_entry({Term{1}, Index{seq}}, EntryKind::kNormal, SharedBytes("x")));
    writer.submit(std::move(batch));
  }
  // Waits for the next reports; gives the last batch of each.
  std::vector<std::uint64_t> reported() {
    std::vector<inbox::Item> items;
    inbox.drain(items, kDeadline);
    std::vector<std::uint64_t> seqs;
    for (const auto& item : items) {
      if (const auto* persisted = std::get_if<inbox::Persisted>(&item))
        seqs.push_back(persisted->seq);
    }
    return seqs;
  }
};

TEST_CASE("a batch is durable when it is reported", "[server][log_writer]") {
  LogWriterFixture f;
  f.submit(1);
  CHECK(f.reported() == std::vector<std::uint64_t>{1});
  CHECK(f.disk->entries().size() == 1);
}

TEST_CASE("batches that come during a sync share the next one", "[server][log_writer]") {
  LogWriterFixture f;
  f.disk->hang();
  f.submit(1);
  REQUIRE(eventually([&] { return f.writer.sync_under_way() == 1; }));
  for (std::uint64_t seq = 2; seq <= 10; ++seq)
    f.submit(seq);
  f.disk->release();
  std::vector<std::uint64_t> all;
  while (all.empty() || all.back() != 10) {
    for (const std::uint64_t seq : f.reported())
      all.push_back(seq);
  }
  CHECK(all == std::vector<std::uint64_t>{1, 10});
  CHECK(f.disk->persists() == 2);
  CHECK(f.disk->entries().size() == 10);
}

TEST_CASE("a sync that is stuck can be seen from outside", "[server][log_writer][P105]") {
  LogWriterFixture f;
  CHECK(f.writer.sync_under_way() == 0);
  f.disk->hang();
  f.submit(1);
  CHECK(eventually([&] { return f.writer.sync_under_way() == 1; }));
  f.disk->release();
  CHECK(eventually([&] { return f.writer.sync_under_way() == 0; }));
}

TEST_CASE("the first failed write is the last thing written or reported",
          "[server][log_writer][P13]") {
  LogWriterFixture f;
  f.disk->fail_persist(2);
  f.submit(1);
  REQUIRE(f.reported() == std::vector<std::uint64_t>{1});
  f.submit(2);
  CHECK(f.reported().empty());
  REQUIRE(f.fatal.tripped());
  CHECK(f.fatal.reason()->code() == Code::kIoError);
  f.submit(3);
  f.writer.stop();
  CHECK(f.disk->persists() == 2);
  CHECK(f.disk->entries().size() == 1);
}

TEST_CASE("stopping writes what waits", "[server][log_writer][P113]") {
  LogWriterFixture f;
  for (std::uint64_t seq = 1; seq <= 100; ++seq)
    f.submit(seq);
  f.writer.stop();
  CHECK(f.disk->entries().size() == 100);
}

}  // namespace
}  // namespace quorate::raft
