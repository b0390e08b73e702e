// A replica that follows the log from its beginning, and what a snapshot must hold by it.
//
// Owner and thread: one test.
#pragma once

#include <cstddef>
#include <string>

#include <catch2/catch.hpp>

#include "tests/controller/control/cluster.h"
#include "tests/controller/image/records.h"

namespace quorate::controller::testing {

class Standby {
 public:
  // What a replica has that has only a snapshot of the cluster's committed image. One that never
  // saw a snapshot holds the same, byte for byte.
  MetadataImage restored(const Cluster& cluster) {
    const std::string bytes = bytes_of(cluster.committed);
    for (; replayed_ < cluster.log.size(); ++replayed_)
      image_ = replayed(image_, cluster.log[replayed_]);
    REQUIRE(bytes_of(image_) == bytes);
    const MetadataImage read = from_bytes(bytes);
    REQUIRE(state_hash(read) == state_hash(cluster.control.pending()));
    REQUIRE(bytes_of(read) == bytes);
    return read;
  }

 private:
  MetadataImage image_;
  std::size_t replayed_ = 0;
};

}  // namespace quorate::controller::testing
