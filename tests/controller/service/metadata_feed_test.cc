#include "controller/service/metadata_feed.h"

#include <catch2/catch.hpp>

#include "quorate/controller/v1/record.pb.h"

#include "tests/controller/service/fake_quorum.h"

namespace quorate::controller {
namespace {

// Batches of `records` no-ops each, applied through the state machine.
struct FeedRig {
  explicit FeedRig(FeedOptions options) : quorum(machine), feed(options) {
    machine.add_observer(feed);
  }
  void append(int records) {
    v1::RecordBatch batch;
    batch.set_base_offset(machine.image()->end_offset);
    for (int at = 0; at < records; ++at)
      batch.add_records()->mutable_no_op();
    quorum.commit_foreign(raft::Term{1}, batch.SerializeAsString());
  }
  MetadataStateMachine machine;
  FakeQuorum quorum;
  MetadataFeed feed;
};

using Position = MetadataFeed::Position;

TEST_CASE("a cursor walks through every batch once without a gap",
          "[controller][metadata_feed][C26]") {
  FeedRig rig({});
  CHECK(rig.feed.find(0).position == Position::kAtEnd);
  rig.append(2);
  rig.append(1);
  rig.append(3);
  std::uint64_t cursor = 0;
  std::vector<std::uint64_t> bases;
  for (auto found = rig.feed.find(cursor); found.position == Position::kHere;
       found = rig.feed.find(cursor)) {
    bases.push_back(found.batch->base_offset());
    cursor += static_cast<std::uint64_t>(found.batch->records_size());
  }
  CHECK(bases == std::vector<std::uint64_t>{0, 2, 3});
  CHECK(cursor == rig.feed.end_offset());
  CHECK(rig.feed.find(100).position == Position::kAtEnd);
}

TEST_CASE("what the ring no longer holds and what is no batch's start is too old",
          "[controller][metadata_feed][O03]") {
  FeedOptions options;
  options.ring_batches_max = 2;
  FeedRig rig(options);
  rig.append(1);
  rig.append(2);
  rig.append(1);
  CHECK(rig.feed.find(0).position == Position::kTooOld);
  CHECK(rig.feed.find(1).position == Position::kHere);
  CHECK(rig.feed.find(2).position == Position::kTooOld);
  CHECK(rig.feed.find(3).position == Position::kHere);
}

TEST_CASE("the newest batch is kept however large it is", "[controller][metadata_feed]") {
  FeedOptions options;
  options.ring_bytes_max = 1;
  FeedRig rig(options);
  rig.append(100);
  CHECK(rig.feed.find(0).position == Position::kHere);
}

TEST_CASE("more snapshots at a time than allowed are refused", "[controller][metadata_feed]") {
  FeedOptions options;
  options.snapshots_max = 1;
  MetadataFeed feed(options);
  CHECK(feed.begin_snapshot());
  CHECK_FALSE(feed.begin_snapshot());
  feed.end_snapshot();
  CHECK(feed.begin_snapshot());
}

TEST_CASE("an entry that is no record batch stops the replica", "[controller][state_machine][C3]") {
  FeedRig rig({});
  CHECK_THROWS_WITH(rig.quorum.commit_foreign(raft::Term{1}, "\xFF\xFF\xFF"),
                    Catch::Contains("cannot be replayed: not a record batch"));
  CHECK(rig.machine.image()->end_offset == 0);
}

}  // namespace
}  // namespace quorate::controller
