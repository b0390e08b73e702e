// Hosts of many groups in one process, over a LoopNetwork, each on a store that outlives it.
#pragma once

#include <array>
#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "raft/base/mutex.h"
#include "raft/host/host.h"
#include "raft/storage/memory_directory.h"
#include "raft/storage/memory_log_store.h"
#include "tests/raft/server/answers.h"
#include "tests/raft/server/loop_network.h"
#include "tests/raft/server/recording_machine.h"
#include "tests/raft/server/waiting.h"

namespace quorate::raft {

// What a host's store stands on. Thread: any.
class HostDisk {
 public:
  MemoryLogStore store;

  // persist() does not return until release().
  void hang();
  void release();
  // From now on persist() fails.
  void fail() { is_failing_ = true; }

  Status persist(std::span<const PersistBatch> batches);
  [[nodiscard]] std::uint64_t persists() const { return persists_.load(); }
  [[nodiscard]] bool is_hanging() const;

  // Where the snapshots of each group lie. Thread: the test's.
  std::map<GroupId, std::shared_ptr<MemoryDirectory>> snapshots;

 private:
  std::atomic<std::uint64_t> persists_{0};
  std::atomic<bool> is_failing_{false};
  mutable Mutex mutex_;
  CondVar changed_;
  bool hung_ QUORATE_GUARDED_BY(mutex_) = false;
  bool is_inside_ QUORATE_GUARDED_BY(mutex_) = false;
};

class Hosts {
 public:
  static constexpr std::size_t kSize = 3;

  explicit Hosts(HostOptions options = {});
  ~Hosts();
  Hosts(const Hosts&) = delete;
  Hosts& operator=(const Hosts&) = delete;

  static ServerOptions group_options(std::size_t at, GroupId group);
  // Changes the options of groups that are added from now on.
  void tune(std::function<void(ServerOptions&)> change) { tune_ = std::move(change); }
  static ReplicaId replica(std::size_t at);

  void start(std::size_t at);
  void stop(std::size_t at) { hosts_[at].reset(); }
  // On the hosts that run; each is a voter when there are three, else the host is alone.
  void add(GroupId group);
  // On one host, in a group that it forms alone or with the others.
  enum class Voters : std::uint8_t { kAlone, kAll };
  void add_at(std::size_t at, GroupId group, Voters voters);
  void remove_at(std::size_t at, GroupId group);

  [[nodiscard]] Host& host(std::size_t at) { return *hosts_[at]; }
  [[nodiscard]] HostDisk& disk(std::size_t at) { return *disks_[at]; }
  [[nodiscard]] RecordingMachine& machine(std::size_t at, GroupId group) {
    return *machines_[at].at(group);
  }
  [[nodiscard]] LoopNetwork& network() { return *network_; }
  [[nodiscard]] int fatal_calls(std::size_t at) const { return fatal_calls_[at].load(); }
  [[nodiscard]] int group_fatal_calls(std::size_t at) const { return group_fatals_[at].load(); }

  // Waits until a host leads `group`, and gives its place.
  std::size_t leader(GroupId group);
  // Proposes at whoever leads, again after a refusal, until `command` is applied there.
  void commit(GroupId group, const std::string& command);

 private:
  HostOptions options_;
  std::function<void(ServerOptions&)> tune_;
  std::shared_ptr<LoopNetwork> network_ = std::make_shared<LoopNetwork>();
  std::array<std::shared_ptr<HostDisk>, kSize> disks_;
  std::array<std::map<GroupId, std::unique_ptr<RecordingMachine>>, kSize> machines_;
  std::array<std::atomic<int>, kSize> fatal_calls_{};
  std::array<std::atomic<int>, kSize> group_fatals_{};
  std::array<std::unique_ptr<Host>, kSize> hosts_;
};

}  // namespace quorate::raft
