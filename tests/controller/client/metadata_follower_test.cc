// Following the metadata of a scripted controller that breaks off, repeats itself and skips.
#include "controller/client/metadata_follower.h"

#include <atomic>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "raft/base/mutex.h"
#include "tests/controller/client/fake_controller.h"

namespace quorate::controller {
namespace {

using Updates = std::vector<v1::MetadataUpdate>;

v1::MetadataUpdate begin(std::uint64_t end_offset) {
  v1::MetadataUpdate update;
  update.mutable_snapshot_begin()->set_end_offset(end_offset);
  return update;
}
v1::MetadataUpdate chunk(int records) {
  v1::MetadataUpdate update;
  for (int i = 0; i < records; ++i)
    update.mutable_snapshot_chunk()->add_records();
  return update;
}
v1::MetadataUpdate end(std::uint64_t end_offset) {
  v1::MetadataUpdate update;
  update.mutable_snapshot_end()->set_end_offset(end_offset);
  return update;
}
v1::MetadataUpdate batch(std::uint64_t base_offset, int records) {
  v1::MetadataUpdate update;
  update.mutable_delta()->set_base_offset(base_offset);
  for (int i = 0; i < records; ++i)
    update.mutable_delta()->add_records();
  return update;
}

// Plays one list of updates per Subscribe call; after the last list calls end at once.
class Player {
 public:
  explicit Player(std::vector<Updates> calls) : calls_(std::move(calls)) {}

  [[nodiscard]] Script script() {
    Script script;
    script.subscribe = [this](const v1::SubscribeRequest& ask,
                              grpc::ServerWriter<v1::MetadataUpdate>& writer) {
      for (const v1::MetadataUpdate& update : next(ask.from_offset()))
        writer.Write(update);
      return grpc::Status(grpc::StatusCode::UNAVAILABLE, "broken off");
    };
    return script;
  }
  [[nodiscard]] std::vector<std::uint64_t> asked() const {
    const MutexLock lock(mutex_);
    return asked_;
  }

 private:
  Updates next(std::uint64_t from) {
    const MutexLock lock(mutex_);
    asked_.push_back(from);
    return asked_.size() <= calls_.size() ? calls_[asked_.size() - 1] : Updates{};
  }
  const std::vector<Updates> calls_;
  mutable Mutex mutex_;
  std::vector<std::uint64_t> asked_ QUORATE_GUARDED_BY(mutex_);
};

class Taken : public MetadataListener {
 public:
  Status on_snapshot(const MetadataSnapshot& snapshot) override {
    return add("snapshot " + std::to_string(snapshot.end_offset) + " with " +
               std::to_string(snapshot.records.size()));
  }
  Status on_batch(const v1::RecordBatch& batch) override {
    if (batch.base_offset() == refused_from_) return {Code::kCorruption, "cannot be applied"};
    return add("batch " + std::to_string(batch.base_offset()) + '+' +
               std::to_string(batch.records_size()));
  }
  void on_position(const v1::Position& /*position*/) override {}
  void refuse_from(std::uint64_t offset) { refused_from_ = offset; }

  [[nodiscard]] std::vector<std::string> all() const {
    const MutexLock lock(mutex_);
    return all_;
  }

 private:
  Status add(std::string what) {
    const MutexLock lock(mutex_);
    all_.push_back(std::move(what));
    return Status::ok();
  }
  std::uint64_t refused_from_ = UINT64_MAX;
  mutable Mutex mutex_;
  std::vector<std::string> all_ QUORATE_GUARDED_BY(mutex_);
};

constexpr FollowerOptions kQuickFollower{.backoff_min_ms = 1, .backoff_max_ms = 10};

TEST_CASE("a follower resumes by offset and sees neither gap nor repetition",
          "[client][follower]") {
  Player player({
      {begin(10), chunk(3), chunk(4), end(10), batch(10, 2)},  // breaks off
      {batch(12, 1), batch(12, 1)},                            // repeats itself
      {batch(15, 1)},                                          // skips two
      {batch(11, 3)},                                          // overlaps
      {batch(13, 2)},
  });
  const FakeController controller(player.script());
  const auto client = quick_client({controller.address()});
  Taken taken;
  const auto follower = MetadataFollower::start(*client, taken, kQuickFollower, nullptr);
  CHECK(eventually([&] { return follower->next_offset() == 15 && player.asked().size() > 5; }));
  follower->stop();
  CHECK(taken.all() ==
        std::vector<std::string>{"snapshot 10 with 7", "batch 10+2", "batch 12+1", "batch 13+2"});
  const auto asked = player.asked();
  CHECK(std::vector(asked.begin(), asked.begin() + 6) ==
        std::vector<std::uint64_t>{0, 12, 13, 13, 13, 15});
}

TEST_CASE("a snapshot that was cut off never appears and one from the past is refused",
          "[client][follower]") {
  Player player({
      {begin(10), chunk(3)},
      {begin(10), chunk(3), batch(10, 1)},  // a batch inside a snapshot
      {begin(10), chunk(3), end(11)},       // not its end
      {chunk(1), end(10)},                  // without a beginning
      {begin(10), chunk(2), end(10)},
      {begin(9), chunk(1), end(9)},
      {begin(20), chunk(1), end(20)},
  });
  const FakeController controller(player.script());
  const auto client = quick_client({controller.address()});
  Taken taken;
  const auto follower = MetadataFollower::start(*client, taken, kQuickFollower, nullptr);
  CHECK(eventually([&] { return follower->next_offset() == 20; }));
  follower->stop();
  CHECK(taken.all() == std::vector<std::string>{"snapshot 10 with 2", "snapshot 20 with 1"});
}

TEST_CASE("a follower whose listener refuses an update stops and says why", "[client][follower]") {
  Player player({{begin(10), end(10), batch(10, 1), batch(11, 1), batch(12, 1)}});
  const FakeController controller(player.script());
  const auto client = quick_client({controller.address()});
  Taken taken;
  taken.refuse_from(11);
  std::atomic<int> told{0};
  const auto follower =
      MetadataFollower::start(*client, taken, kQuickFollower, [&](const Status& why) {
        CHECK(why.code() == Code::kCorruption);
        ++told;
      });
  CHECK(eventually([&] { return told == 1; }));
  follower->stop();
  CHECK(told == 1);
  CHECK(follower->next_offset() == 11);
  CHECK(taken.all() == std::vector<std::string>{"snapshot 10 with 0", "batch 10+1"});
  CHECK(player.asked().size() == 1);
}

}  // namespace
}  // namespace quorate::controller
