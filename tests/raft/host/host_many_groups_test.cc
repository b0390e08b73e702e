// A thousand groups of one host in one data directory of RocksDB: what is durable of each is there
// after a stop, and the witness vouches for all of them.
#include <atomic>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "raft/host/host.h"
#include "raft/storage/rocksdb_log_store.h"
#include "raft/storage/witness.h"
#include "tests/raft/server/loop_network.h"
#include "tests/raft/server/recording_machine.h"
#include "tests/raft/server/waiting.h"
#include "tests/raft/storage/temp_dir.h"

namespace quorate::raft {
namespace {

constexpr std::uint64_t kManyGroups = 1000;
constexpr Identity kSelf{ClusterId{1, 2}, NodeId{1}, Incarnation{3, 4}};

Bootstrap alone_in(std::uint64_t group) {
  return {.group = GroupId{group},
          .membership = {
              .voters = {kSelf.replica()}, .outgoing = {}, .learners = {}, .learners_next = {}}};
}

class ManyGroups {
 public:
  ManyGroups() { REQUIRE(format_data_dir(dir(), kSelf, alone_in(1)).is_ok()); }

  void start() {
    RocksDbLogStoreOptions options;
    options.dir = dir();
    options.memtable_bytes = 4U << 20U;
    auto store = RocksDbLogStore::open(options);
    INFO(to_string(store.status()));
    REQUIRE(store.is_ok());
    HostParts parts;
    parts.log_store = *std::move(store);
    parts.transport = std::make_unique<LoopTransport>(network_, kSelf.node);
    auto host =
        Host::start({.cluster = kSelf.wire_cluster(), .self = kSelf.replica()}, std::move(parts));
    REQUIRE(host.is_ok());
    host_ = *std::move(host);
    machines_.clear();
    for (std::uint64_t group = 1; group <= kManyGroups; ++group)
      add(group);
  }
  void stop() { host_.reset(); }

  void commit_in_all(const std::string& command) {
    committed_ = 0;
    for (std::uint64_t group = 1; group <= kManyGroups; ++group)
      REQUIRE(eventually([&] { return propose(group, command); }));
    REQUIRE(eventually([&] { return committed_ == kManyGroups; }));
  }
  [[nodiscard]] HostMetrics metrics() const { return host_->metrics(); }
  [[nodiscard]] std::vector<std::string> commands(std::uint64_t group) const {
    return machines_.at(group - 1)->commands();
  }
  [[nodiscard]] std::string dir() const { return temp_.path("data"); }

 private:
  void add(std::uint64_t group) {
    const Status made = host_->bootstrap(alone_in(group));
    REQUIRE((made.is_ok() || made.code() == Code::kAlreadyExists));
    machines_.push_back(std::make_unique<RecordingMachine>());
    ServerOptions options;
    options.core.cluster = kSelf.wire_cluster();
    options.core.self = kSelf.replica();
    options.core.group = GroupId{group};
    options.flight_recorder_bytes = 0;
    HostGroupParts parts;
    parts.state_machine = machines_.back().get();
    REQUIRE(host_->add_group(options, std::move(parts)).is_ok());
  }
  bool propose(std::uint64_t group, const std::string& command) {
    const auto there = host_->group(GroupId{group});
    if (there->status().core.role != Role::kLeader) return false;
    return there
        ->propose(SharedBytes(command),
                  {},
                  [this](const Proposed& end) {
                    if (end.status.is_ok()) ++committed_;
                  })
        .is_ok();
  }

  const TempDir temp_;
  std::shared_ptr<LoopNetwork> network_ = std::make_shared<LoopNetwork>();
  std::vector<std::unique_ptr<RecordingMachine>> machines_;
  std::atomic<std::uint64_t> committed_{0};
  std::unique_ptr<Host> host_;
};

TEST_CASE("a thousand groups in one directory commit and are there after a restart",
          "[host][storage][witness][P63][P111]") {
  ManyGroups groups;
  groups.start();
  groups.commit_in_all("first");
  const HostMetrics metrics = groups.metrics();
  CHECK(metrics.groups == kManyGroups);
  CHECK(metrics.syncs < metrics.batches_persisted);  // those of many groups share one
  groups.stop();
  const WitnessState witness = *read_witness(groups.dir() + "/witness");
  REQUIRE(witness.groups.size() == kManyGroups);
  CHECK(witness.pages.size() == (kManyGroups + kWitnessPageGroupsMax - 1) / kWitnessPageGroupsMax);
  for (const auto& [group, claim] : witness.groups) {
    CHECK(claim.hard_state.voted_for == kSelf.replica());
    CHECK(claim.last.index >= Index{2});
  }
  groups.start();
  groups.commit_in_all("second");
  for (const std::uint64_t group : {1U, 64U, 65U, 1000U})
    CHECK(groups.commands(group) == std::vector<std::string>{"first", "second"});
}

}  // namespace
}  // namespace quorate::raft
