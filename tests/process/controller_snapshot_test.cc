// Three real controllers that take a snapshot every few entries: one that was killed, one whose
// disk is empty and one that starts again come back to the state of the others, and whoever follows
// the metadata from before the log is given the state.
#include <algorithm>
#include <filesystem>
#include <optional>

#include <catch2/catch.hpp>

#include "quorate/controller/v1/query.pb.h"
#include "quorate/controller/v1/record.pb.h"

#include "controller/image/delta.h"
#include "raft/base/mutex.h"
#include "tests/process/controllers.h"
#include "tests/process/fake_broker.h"

namespace quorate::testing {
namespace {

constexpr int kTopics = 40;

struct Position {
  std::uint64_t offset = 0;
  std::uint64_t hash = 0;
  bool operator==(const Position&) const = default;
};

std::optional<Position> position(const Controllers& controllers, int id) {
  const auto admin = controllers.client("admin.quorate");
  const std::string address = admin->controllers().at(static_cast<std::size_t>(id - 1));
  const auto answer = admin->describe_quorum(address, {.timeout_ms = 1000});
  if (!answer.is_ok()) return std::nullopt;
  return Position{answer->metadata_offset(), answer->state_hash()};
}

bool are_equal(const Controllers& controllers) {
  const auto first = position(controllers, 1);
  return first && position(controllers, 2) == first && position(controllers, 3) == first;
}

std::string snapshots_of(const Controllers& controllers, int id) {
  return controllers.dir() + "/d" + std::to_string(id) + "/snapshots/1";
}

bool has_snapshot(const Controllers& controllers, int id) {
  const std::string dir = snapshots_of(controllers, id);
  if (!std::filesystem::exists(dir)) return false;
  for (const auto& file : std::filesystem::directory_iterator(dir)) {
    if (file.path().filename().string().starts_with("snapshot-")) return true;
  }
  return false;
}

int installed(const Controllers& controllers, int id) {
  const std::string log = controllers.log(id);
  const std::string word = "snapshot_installed";
  int count = 0;
  for (auto at = log.find(word); at != std::string::npos; at = log.find(word, at + 1))
    ++count;
  return count;
}

// Replays what it is given, as a broker does.
class Reader : public controller::MetadataListener {
 public:
  Status on_snapshot(const controller::MetadataSnapshot& snapshot) override {
    using controller::Replayer;
    Replayer replayer(controller::MetadataImage{}, Replayer::Source::kSnapshot);
    for (const v1::Record* record : snapshot.records)
      QUORATE_TRY(replayer.apply(*record));
    const MutexLock lock(mutex_);
    ++snapshots_;
    image_ = std::move(replayer).finish_snapshot(snapshot.end_offset, snapshot.timestamp_ms);
    return Status::ok();
  }
  Status on_batch(const v1::RecordBatch& batch) override {
    const MutexLock lock(mutex_);
    auto replayed = controller::replay(image_, batch);
    QUORATE_TRY(replayed.status());
    image_ = std::move(replayed->image);
    return Status::ok();
  }
  void on_position(const v1::Position& /*position*/) override {}

  [[nodiscard]] Position position() const {
    const MutexLock lock(mutex_);
    return {image_.end_offset, state_hash(image_)};
  }
  [[nodiscard]] std::int64_t timestamp_ms() const {
    const MutexLock lock(mutex_);
    return image_.timestamp_ms;
  }
  [[nodiscard]] int snapshots() const {
    const MutexLock lock(mutex_);
    return snapshots_;
  }

 private:
  mutable Mutex mutex_;
  controller::MetadataImage image_ QUORATE_GUARDED_BY(mutex_);
  int snapshots_ QUORATE_GUARDED_BY(mutex_) = 0;
};

struct SnapshotCluster {
  Controllers controllers;
  std::vector<std::unique_ptr<FakeBroker>> brokers;
  std::unique_ptr<controller::ControllerClient> admin;

  SnapshotCluster() {
    controllers.set("metadata.log.max.entries.between.snapshots=10");
    controllers.set("metadata.log.trailing.entries=2");
    controllers.start_all();
    for (int id = 101; id <= 103; ++id)
      brokers.push_back(std::make_unique<FakeBroker>(controllers, id));
    REQUIRE(eventually([&] { return are_active(); }));
    admin = controllers.client("admin.quorate");
  }
  [[nodiscard]] bool are_active() const {
    return std::ranges::all_of(brokers, [](const auto& broker) { return broker->is_active(); });
  }
  void create_topics() const {
    for (int number = 0; number < kTopics; ++number)
      REQUIRE(create(*admin, "topic-" + std::to_string(number)) == v1::NONE);
  }
  void start_all_again() {
    for (int id = 1; id <= Controllers::kCount; ++id)
      controllers.process(id).kill();
    controllers.start_all();
  }
  [[nodiscard]] int follower() const { return controllers.leader() % Controllers::kCount + 1; }
};

TEST_CASE("a controller that was away or whose disk is empty catches up by a snapshot",
          "[process][controller][snapshot][C1][C2][P58][P60][P88]") {
  SnapshotCluster cluster;
  Controllers& controllers = cluster.controllers;
  const int away = cluster.follower();
  controllers.process(away).kill();
  cluster.create_topics();
  REQUIRE(eventually([&] { return has_snapshot(controllers, controllers.leader()); }));
  controllers.start(away);
  REQUIRE(eventually([&] { return are_equal(controllers); }));
  CHECK(installed(controllers, away) == 1);

  controllers.process(away).kill();
  controllers.empty_disk(away);
  controllers.start(away);
  REQUIRE(eventually([&] { return are_equal(controllers); }));
  CHECK(installed(controllers, away) == 2);
  REQUIRE(create(*cluster.admin, "one-more") == v1::NONE);
  CHECK(create(*cluster.admin, "topic-0") == v1::TOPIC_ALREADY_EXISTS);
  REQUIRE(eventually([&] { return are_equal(controllers) && cluster.are_active(); }));

  // Without its snapshots a compacted log is of no use: it says so and stays down.
  const int robbed = cluster.follower();
  controllers.process(robbed).kill();
  REQUIRE(has_snapshot(controllers, robbed));
  std::filesystem::remove_all(snapshots_of(controllers, robbed));
  const Ended refused = controllers.run({"--config", controllers.config(robbed)});
  CHECK(refused.code == 1);
  CHECK(refused.errors.find("is compacted") != std::string::npos);
  CHECK(refused.errors.find("no snapshot") != std::string::npos);
  CHECK(create(*cluster.admin, "last") == v1::NONE);
}

TEST_CASE("controllers that start from snapshots give one to whoever stands before their log",
          "[process][controller][snapshot][C2][C26][O03]") {
  SnapshotCluster cluster;
  Controllers& controllers = cluster.controllers;
  cluster.create_topics();
  REQUIRE(eventually([&] {
    return has_snapshot(controllers, 1) && has_snapshot(controllers, 2) &&
           has_snapshot(controllers, 3);
  }));
  const auto before = position(controllers, controllers.leader());
  cluster.start_all_again();
  REQUIRE(eventually([&] { return are_equal(controllers) && cluster.are_active(); }));
  REQUIRE(before);
  CHECK(position(controllers, 1)->offset >= before->offset);

  Reader reader;
  const auto client = controllers.client("broker-109.quorate");
  // The batches from there on were compacted.
  const auto follower = controller::MetadataFollower::start(
      *client, reader, {.from_offset = 3}, [](const Status& why) { FAIL_CHECK(to_string(why)); });
  REQUIRE(create(*cluster.admin, "one-more") == v1::NONE);
  REQUIRE(eventually(
      [&] { return are_equal(controllers) && reader.position() == position(controllers, 1); }));
  CHECK(reader.snapshots() == 1);
  CHECK(reader.timestamp_ms() > 0);
  follower->stop();
  for (const auto& broker : cluster.brokers)
    CHECK(broker->was_contiguous());
}

}  // namespace
}  // namespace quorate::testing
