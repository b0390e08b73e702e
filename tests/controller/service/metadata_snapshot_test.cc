// The metadata state machine's snapshots: what was taken is what is restored, answers included.
#include <algorithm>

#include <catch2/catch.hpp>

#include "quorate/controller/v1/record.pb.h"

#include "controller/service/image_snapshot.h"
#include "controller/service/metadata_feed.h"
#include "tests/controller/image/records.h"
#include "tests/controller/service/fake_quorum.h"

namespace quorate::controller {
namespace {

class Text final : public raft::SnapshotSource {
 public:
  explicit Text(std::string text) : text_(std::move(text)) {}
  Result<raft::SharedBytes> read(std::size_t bytes_max) override {
    const std::string piece = text_.substr(at_, std::min<std::size_t>(bytes_max, 97));
    at_ += piece.size();
    return raft::SharedBytes(piece);
  }

 private:
  std::string text_;
  std::size_t at_ = 0;
};

std::string bytes_of(raft::SnapshotSource& source, std::size_t piece_bytes) {
  std::string all;
  while (true) {
    const auto piece = source.read(piece_bytes);
    REQUIRE(piece.is_ok());
    REQUIRE(piece->size() <= piece_bytes);
    if (piece->size() == 0) return all;
    all += piece->view();
  }
}

// A state machine that has lived through every kind of record.
struct Lived {
  MetadataStateMachine machine;
  FakeQuorum quorum{machine};
  Lived() {
    for (const v1::RecordBatch& batch : testing::life_of_a_cluster())
      quorum.commit_foreign(raft::Term{1}, batch.SerializeAsString());
  }
};

TEST_CASE("a restored image equals the one that the snapshot was taken of",
          "[controller][metadata_snapshot][C2][C27]") {
  Lived lived;
  const ImagePointer taken = lived.machine.image();
  const auto source = lived.machine.snapshot();
  v1::RecordBatch later;
  later.set_base_offset(taken->end_offset);
  *later.add_records() = testing::no_op();
  lived.quorum.commit_foreign(raft::Term{1}, later.SerializeAsString());  // goes on meanwhile
  Text content(bytes_of(*source, 64));
  MetadataStateMachine restored;
  REQUIRE(restored.restore({}, content).is_ok());
  CHECK(restored.image()->end_offset == taken->end_offset);
  CHECK(state_hash(*restored.image()) == state_hash(*taken));
  CHECK(testing::text_of(*restored.image()) == testing::text_of(*taken));
  CHECK(restored.snapshots_loaded() == 1);
}

TEST_CASE("a request that was answered before the snapshot is known after it",
          "[controller][metadata_snapshot][M16]") {
  Lived lived;
  v1::RecordBatch batch;
  batch.set_base_offset(lived.machine.image()->end_offset);
  *batch.add_records() = testing::request_done("again-7", "first answer");
  lived.quorum.commit_foreign(raft::Term{1}, batch.SerializeAsString());
  const DoneRequest* before = nullptr;
  for (const auto& [number, done] : lived.machine.image()->requests.in_order()) {
    if (done->key.request_id == "again-7") before = done.get();
  }
  REQUIRE(before != nullptr);
  Text content(bytes_of(*lived.machine.snapshot(), 1000));
  MetadataStateMachine restored;
  REQUIRE(restored.restore({}, content).is_ok());
  const DoneRequest* after = restored.image()->requests.find(before->key);
  REQUIRE(after != nullptr);
  CHECK(after->response == "first answer");
}

TEST_CASE("an empty image has a snapshot", "[controller][metadata_snapshot]") {
  MetadataStateMachine machine;
  Text content(bytes_of(*machine.snapshot(), 10));
  MetadataStateMachine restored;
  REQUIRE(restored.restore({}, content).is_ok());
  CHECK(restored.image()->end_offset == 0);
}

TEST_CASE("content that is not a snapshot changes nothing", "[controller][metadata_snapshot][C2]") {
  Lived lived;
  const std::string whole = bytes_of(*lived.machine.snapshot(), 1000);
  MetadataStateMachine other;
  const ImagePointer before = other.image();
  for (std::size_t length = 0; length < whole.size(); length += 7) {
    Text cut(whole.substr(0, length));
    CHECK_FALSE(other.restore({}, cut).is_ok());
  }
  std::string wrong_hash = whole;
  wrong_hash[24] = static_cast<char>(wrong_hash[24] ^ 1);
  Text wrong(wrong_hash);
  CHECK(other.restore({}, wrong).code() == Code::kCorruption);
  Text more(whole + "x");
  CHECK(other.restore({}, more).code() == Code::kCorruption);
  CHECK(other.image() == before);
}

TEST_CASE("a restored image cuts streams that stand in what it covers",
          "[controller][metadata_snapshot][O03]") {
  Lived lived;
  const std::string whole = bytes_of(*lived.machine.snapshot(), 1000);
  const std::uint64_t end = lived.machine.image()->end_offset;
  MetadataStateMachine machine;
  MetadataFeed feed({});
  machine.add_observer(feed);
  FakeQuorum quorum(machine);
  quorum.commit_foreign(raft::Term{1}, testing::life_of_a_cluster().front().SerializeAsString());
  const std::uint64_t early_end = feed.end_offset();
  REQUIRE(early_end < end);
  Text content(whole);
  REQUIRE(machine.restore({}, content).is_ok());
  CHECK(feed.find(1).position == MetadataFeed::Position::kTooOld);
  CHECK(feed.find(early_end).position == MetadataFeed::Position::kTooOld);
  CHECK(feed.find(end).position == MetadataFeed::Position::kAtEnd);
  v1::RecordBatch next;
  next.set_base_offset(end);
  *next.add_records() = testing::no_op();
  quorum.commit_foreign(raft::Term{1}, next.SerializeAsString());
  CHECK(feed.find(end).position == MetadataFeed::Position::kHere);
}

}  // namespace
}  // namespace quorate::controller
