// MetadataImage: everything the metadata log says, up to an offset.
//
// A value whose copies share structure: copying costs a few pointers, a change O(log n). An image
// that is held by const reference or shared_ptr<const MetadataImage> may be read by any thread
// without a lock, for as long as it is held, whatever happens to later images. Brokers and
// controllers hold the same type and fill it with the same code (delta.h).
//
// Owner: whoever holds it. Thread: any, unchanged.
#pragma once

#include <cstdint>
#include <string>

#include "controller/image/acls_image.h"
#include "controller/image/client_quotas_image.h"
#include "controller/image/cluster_image.h"
#include "controller/image/configs_image.h"
#include "controller/image/persistent_map.h"
#include "controller/image/requests_image.h"
#include "controller/image/scram_image.h"
#include "controller/image/topics_image.h"
#include "controller/image/types.h"
#include "raft/base/status.h"

namespace quorate::controller {

// Finalized feature levels; a level of 0 means that the feature is absent.
class FeaturesImage {
 public:
  using Levels = PersistentMap<std::string, std::int32_t>;

  [[nodiscard]] const Levels& levels() const { return levels_; }
  [[nodiscard]] std::int32_t level(std::string_view name) const;
  [[nodiscard]] std::uint64_t hash() const { return hash_; }

  // Errors: kInvalidArgument (negative level or no name).
  Status set(const std::string& name, std::int32_t level);

 private:
  Levels levels_;
  std::uint64_t hash_ = 0;
};

// What producer ids were handed out: all below next().
class ProducerIdsImage {
 public:
  [[nodiscard]] std::int64_t next() const { return next_; }
  // Who got the last block; kNoBroker before the first.
  [[nodiscard]] BrokerId broker() const { return broker_; }
  [[nodiscard]] std::uint64_t broker_epoch() const { return broker_epoch_; }
  [[nodiscard]] std::uint64_t hash() const;

  // Errors: kFailedPrecondition (next does not grow).
  Status advance(BrokerId broker, std::uint64_t broker_epoch, std::int64_t next);

 private:
  BrokerId broker_ = kNoBroker;
  std::uint64_t broker_epoch_ = 0;
  std::int64_t next_ = 0;
};

struct MetadataImage {
  std::uint64_t end_offset = 0;   // every record below it is in the image
  std::int64_t timestamp_ms = 0;  // of the newest batch in it; for people only, not hashed
  ClusterImage cluster;
  TopicsImage topics;
  ConfigsImage configs;
  FeaturesImage features;
  ProducerIdsImage producer_ids;
  ClientQuotasImage quotas;
  ScramImage scram;
  AclsImage acls;
  RequestsImage requests;
};

// Depends on what the image says alone: equal on every replica at equal offset, and equal again
// after the image was written as records and read back. Costs a few additions.
[[nodiscard]] std::uint64_t state_hash(const MetadataImage& image);

}  // namespace quorate::controller
