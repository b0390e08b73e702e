// ProducerIds: ids for idempotent producers, from blocks that the controller gives to this broker.
//
// An id is given out once in the life of the cluster (PID-1): a block belongs to one broker, and
// what a stopped broker had left of one is never used.
//
// Owner: Broker. Thread: the broker thread.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>

#include <asio/awaitable.hpp>

#include "broker-stub/server/controller_calls.h"
#include "raft/base/status.h"

namespace quorate::broker {

class ProducerIds {
 public:
  // `calls` must outlive it.
  ProducerIds(ControllerCalls& calls, std::int32_t broker_id, std::function<std::uint64_t()> epoch)
      : calls_(calls), broker_id_(broker_id), epoch_(std::move(epoch)) {}

  [[nodiscard]] asio::awaitable<Result<std::int64_t>> next();

 private:
  struct Block {
    std::int64_t next = 0;
    std::int64_t end = 0;
  };

  ControllerCalls& calls_;
  std::int32_t broker_id_;
  std::function<std::uint64_t()> epoch_;
  std::deque<Block> blocks_;  // one per request that found none left; bounded by ControllerCalls
};

}  // namespace quorate::broker
