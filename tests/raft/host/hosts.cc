#include "tests/raft/host/hosts.h"

#include <catch2/catch.hpp>

#include "raft/storage/file_snapshot_store.h"

namespace quorate::raft {
namespace {

class HostDiskStore final : public LogStore {
 public:
  explicit HostDiskStore(std::shared_ptr<HostDisk> disk) : disk_(std::move(disk)) {}

  Result<Recovered> recover(GroupId group) override { return disk_->store.recover(group); }
  Status bootstrap(const Bootstrap& group) override { return disk_->store.bootstrap(group); }
  Status persist(std::span<const PersistBatch> batches) override { return disk_->persist(batches); }
  Result<std::vector<Entry>> read(GroupId group,
                                  Index first,
                                  Index last,
                                  std::size_t max) override {
    return disk_->store.read(group, first, last, max);
  }
  Status compact(GroupId group, Index up_to) override { return disk_->store.compact(group, up_to); }
  [[nodiscard]] std::uint64_t bytes_written() const override { return 0; }

 private:
  std::shared_ptr<HostDisk> disk_;
};

}  // namespace

void HostDisk::hang() {
  const MutexLock lock(mutex_);
  hung_ = true;
}

void HostDisk::release() {
  const MutexLock lock(mutex_);
  hung_ = false;
  changed_.notify_all();
}

bool HostDisk::is_hanging() const {
  const MutexLock lock(mutex_);
  return hung_ && is_inside_;
}

Status HostDisk::persist(std::span<const PersistBatch> batches) {
  {
    const MutexLock lock(mutex_);
    is_inside_ = true;
    while (hung_)
      changed_.wait(mutex_);
    is_inside_ = false;
  }
  if (is_failing_) return {Code::kIoError, "the disk is broken"};
  persists_.fetch_add(1);
  return store.persist(batches);
}

Hosts::Hosts(HostOptions options) : options_(options) {
  for (auto& disk : disks_)
    disk = std::make_shared<HostDisk>();
}

Hosts::~Hosts() {
  for (const auto& disk : disks_)
    disk->release();
  for (std::size_t at = 0; at < kSize; ++at)
    stop(at);
}

ReplicaId Hosts::replica(std::size_t at) {
  return {.node = NodeId{at + 1}, .incarnation = {.high = 1, .low = at + 1}};
}

ServerOptions Hosts::group_options(std::size_t at, GroupId group) {
  ServerOptions options;
  options.core.cluster = {.high = 7, .low = 7};
  options.core.group = group;
  options.core.self = replica(at);
  options.core.election_timeout_ticks = 100;
  options.core.election_jitter_ticks = 100;
  options.core.heartbeat_ticks = 10;
  options.tick_ns = 2'000'000;
  options.storage_slow_ns = 500'000'000;
  options.storage_hung_ns = 60'000'000'000;
  options.flight_recorder_bytes = 0;
  return options;
}

void Hosts::start(std::size_t at) {
  HostOptions options = options_;
  options.cluster = {.high = 7, .low = 7};
  options.self = replica(at);
  options.beat_interval_ns = 20'000'000;
  HostParts parts;
  parts.log_store = std::make_unique<HostDiskStore>(disks_[at]);
  parts.transport = std::make_unique<LoopTransport>(network_, replica(at).node);
  parts.on_fatal = [this, at](const Status&) { ++fatal_calls_[at]; };
  auto host = Host::start(options, std::move(parts));
  INFO(host.status());
  REQUIRE(host.is_ok());
  hosts_[at] = std::move(host).value();
}

void Hosts::add_at(std::size_t at, GroupId group, Voters voters) {
  Bootstrap first{.group = group, .membership = {}};
  for (std::size_t each = 0; each < kSize; ++each) {
    if (each == at || voters == Voters::kAll) first.membership.voters.push_back(replica(each));
  }
  const Status made = hosts_[at]->bootstrap(first);
  REQUIRE((made.is_ok() || made.code() == Code::kAlreadyExists));
  auto& machine = machines_[at][group];
  machine = std::make_unique<RecordingMachine>();
  HostGroupParts parts;
  parts.state_machine = machine.get();
  auto& directory = disks_[at]->snapshots[group];
  if (!directory) directory = std::make_shared<MemoryDirectory>();
  auto snapshots = FileSnapshotStore::open(directory->share(), {group, 64});
  REQUIRE(snapshots.is_ok());
  parts.snapshot_store = *std::move(snapshots);
  parts.on_fatal = [this, at](const Status&) { ++group_fatals_[at]; };
  ServerOptions options = group_options(at, group);
  if (tune_) tune_(options);
  const Status added = hosts_[at]->add_group(options, std::move(parts));
  INFO(added);
  REQUIRE(added.is_ok());
}

void Hosts::add(GroupId group) {
  for (std::size_t at = 0; at < kSize; ++at)
    add_at(at, group, Voters::kAll);
}

void Hosts::remove_at(std::size_t at, GroupId group) {
  REQUIRE(hosts_[at]->remove_group(group).is_ok());
}

std::size_t Hosts::leader(GroupId group) {
  std::size_t found = 0;
  REQUIRE(eventually([&] {
    for (found = 0; found < kSize; ++found) {
      const auto there = hosts_[found] ? hosts_[found]->group(group) : nullptr;
      if (there && there->status().core.role == Role::kLeader) return true;
    }
    return false;
  }));
  return found;
}

void Hosts::commit(GroupId group, const std::string& command) {
  REQUIRE(eventually([&] {
    Answers answers;
    const auto there = hosts_[leader(group)]->group(group);
    const Status queued = there->propose(SharedBytes(command), {}, answers.proposal(command));
    return queued.is_ok() && eventually([&] { return answers.total() == 1; }) &&
           answers.of(command)->status.is_ok();
  }));
}

}  // namespace quorate::raft
