// BufferBudget: how many bytes of requests may be in memory over all connections together.
//
// A connection takes the bytes of a frame before it reads it. When they are not there it waits its
// turn, first come first served, and its client is slowed down by TCP; nothing is refused.
// Bound: bytes_max; the queue holds one waiter per connection at most.
// Thread: any (locks inside). A lease may be given back on any thread.
#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <utility>

#include <asio/awaitable.hpp>

#include "raft/base/mutex.h"

namespace quorate::broker {

class BufferBudget {
 public:
  explicit BufferBudget(std::size_t bytes_max);

  // Bytes taken; gives them back when destroyed. Empty after a move.
  class Lease {
   public:
    Lease() = default;
    Lease(Lease&& other) noexcept;
    Lease& operator=(Lease&& other) noexcept;
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    ~Lease() { give_back(); }

   private:
    friend class BufferBudget;
    struct Shared;
    Lease(std::shared_ptr<Shared> shared, std::size_t bytes)
        : shared_(std::move(shared)), bytes_(bytes) {}
    void give_back();

    std::shared_ptr<Shared> shared_;
    std::size_t bytes_ = 0;
  };

  // Requires 0 < bytes <= bytes_max.
  [[nodiscard]] asio::awaitable<Lease> take(std::size_t bytes);
  [[nodiscard]] std::size_t bytes_taken() const;

 private:
  std::shared_ptr<Lease::Shared> shared_;
};

}  // namespace quorate::broker
