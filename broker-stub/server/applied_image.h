// AppliedImage: the metadata image that this broker acts by, and waiting for a later one.
//
// It is set after the image's changes have been carried out on the partitions, so a request that
// sees an image also sees its roles (B19). Requests hold the pointer for as long as they need one
// consistent view.
//
// Owner: Broker. Thread: the broker thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <list>

#include <asio/awaitable.hpp>

#include "broker-stub/metadata/metadata_replayer.h"
#include "broker-stub/net/wake_up.h"

namespace quorate::broker {

class AppliedImage {
 public:
  AppliedImage();

  // Never null; empty (end_offset 0) at first.
  [[nodiscard]] const ImagePtr& get() const { return image_; }
  void set(ImagePtr image);
  // Whether the image holds every record below `offset`, at the latest after `timeout`.
  [[nodiscard]] asio::awaitable<bool> reaches(std::uint64_t offset,
                                              std::chrono::nanoseconds timeout);

 private:
  ImagePtr image_;
  std::list<WakeUp> waiting_;
};

}  // namespace quorate::broker
