// Three real controllers as processes on loopback, and three brokers that exist for them alone:
// registered, unfenced, kept so by their heartbeats, without any partition's data.
//
// The files are those of `quorate dev`. Owner: one round. Thread: that one's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "bench/controller_bench_callers.h"
#include "cli/dev_cluster.h"
#include "raft/base/status.h"

namespace quorate::controller {
class ControllerClient;
}

namespace quorate::bench {

class SilentBroker;

class ControllerCluster {
 public:
  // Ready for topics of replication factor 3. `dir` is made, and removed at the end.
  static Result<std::unique_ptr<ControllerCluster>> start(const std::string& dir);
  // Kills the controllers and waits until they are gone.
  ~ControllerCluster();
  ControllerCluster(const ControllerCluster&) = delete;
  ControllerCluster& operator=(const ControllerCluster&) = delete;

  // The active controller; kTimedOut after 20 s without one.
  Result<TopicServer> active();
  // Creates a topic and looks how long its entry in the metadata log is.
  Result<std::size_t> entry_bytes(std::int32_t partitions);
  // Processor time used by the controllers.
  [[nodiscard]] std::int64_t cpu_ns() const;

 private:
  explicit ControllerCluster(cli::DevCluster layout);
  Status start_controllers();
  Status start_brokers();
  Result<std::unique_ptr<controller::ControllerClient>> client(const std::string& name) const;

  const cli::DevCluster layout_;
  std::vector<cli::ProcessRef> controllers_;
  std::unique_ptr<controller::ControllerClient> admin_;
  std::vector<std::unique_ptr<SilentBroker>> brokers_;
};

}  // namespace quorate::bench
