#include "broker-stub/server/applied_image.h"

#include <utility>

#include <asio/this_coro.hpp>

namespace quorate::broker {

AppliedImage::AppliedImage() : image_(std::make_shared<const controller::MetadataImage>()) {}

void AppliedImage::set(ImagePtr image) {
  image_ = std::move(image);
  for (const WakeUp& waiting : waiting_)
    waiting.wake();
}

asio::awaitable<bool> AppliedImage::reaches(std::uint64_t offset,
                                            std::chrono::nanoseconds timeout) {
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  const auto mine = waiting_.emplace(waiting_.end(), co_await asio::this_coro::executor);
  // Also when the coroutine is cancelled.
  struct Leave {
    std::list<WakeUp>& list;
    std::list<WakeUp>::iterator at;
    ~Leave() { list.erase(at); }
  } const leave{waiting_, mine};
  while (image_->end_offset < offset) {
    const auto left = deadline - std::chrono::steady_clock::now();
    if (left <= std::chrono::nanoseconds::zero()) co_return false;
    co_await mine->wait_for(left);
  }
  co_return true;
}

}  // namespace quorate::broker
