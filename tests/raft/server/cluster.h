// Three servers in one process over a LoopNetwork, each on a Disk that outlives it.
#pragma once

#include <array>
#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "raft/server/server.h"
#include "tests/raft/server/answers.h"
#include "tests/raft/server/disk.h"
#include "tests/raft/server/loop_network.h"
#include "tests/raft/server/recording_machine.h"
#include "tests/raft/server/waiting.h"

namespace quorate::raft {

class Cluster {
 public:
  static constexpr std::size_t kSize = 3;

  Cluster();
  explicit Cluster(ServerOptions options);
  ~Cluster();
  Cluster(const Cluster&) = delete;
  Cluster& operator=(const Cluster&) = delete;

  // One tick is 1 ms; elections take some tens.
  static ServerOptions fast();

  // Starts server `at` (0, 1, 2) on its disk, with a new state machine.
  void start(std::size_t at);
  // The same, where the outcome is looked at.
  Status try_start(std::size_t at);
  void stop(std::size_t at);
  void start_all();

  [[nodiscard]] Server& server(std::size_t at) { return *servers_[at]; }
  [[nodiscard]] Disk& disk(std::size_t at) { return *disks_[at]; }
  [[nodiscard]] RecordingMachine& machine(std::size_t at) { return *machines_[at]; }
  [[nodiscard]] bool is_running(std::size_t at) const { return servers_[at] != nullptr; }
  [[nodiscard]] int fatal_calls(std::size_t at) const { return fatal_calls_[at].load(); }

  void isolate(std::size_t at);
  void rejoin(std::size_t at);

  // Waits until one running server that is not `without` leads, and gives its place. The newest
  // term counts.
  std::size_t leader(std::optional<std::size_t> without = std::nullopt);
  // Proposes at whoever leads, again after a refusal, until `command` is applied there.
  void commit(const std::string& command);
  // Waits until every running server has applied exactly the same commands, `count` of them.
  [[nodiscard]] bool converge(std::size_t count);

 private:
  // Of every server what matters to an election, for people.
  [[nodiscard]] std::string describe() const;
  [[nodiscard]] std::optional<std::size_t> find_leader(std::optional<std::size_t> without) const;
  static ReplicaId replica(std::size_t at);

  ServerOptions options_;
  std::shared_ptr<LoopNetwork> network_ = std::make_shared<LoopNetwork>();
  std::array<std::shared_ptr<Disk>, kSize> disks_;
  std::array<std::unique_ptr<RecordingMachine>, kSize> machines_;
  std::array<std::atomic<int>, kSize> fatal_calls_{};
  std::array<std::unique_ptr<Server>, kSize> servers_;
};

}  // namespace quorate::raft
