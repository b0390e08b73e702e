// The controller mutation quota: how fast a client may create and delete partitions.
//
// `controller_mutation_rate` is how many tokens a second flow into a bucket, which holds what flows
// in burst_seconds. A partition that is created or deleted takes one.
//
//   below 0: refused | 0: admitted, also for more than there is | rate * burst_seconds: full
//
// So what is admitted may leave the bucket below 0, and what follows waits until it is back at 0.
// Invariants:
//   - the tokens that are taken in t seconds are at most rate * (burst_seconds + t), and one topic
//   - a request that does not stand, is a plan or a retry takes nothing; validating takes (TOP-6)
//   - there are at most buckets_max buckets; one more takes the place of those that are full again,
//     of which nothing is lost, else of the one that is full again first
// Buckets are soft state, not in the log: a new active controller begins with full ones.
//
// Rules: QUO-2 (whose bucket), QUO-3 (what is admitted), QUO-4 (how many buckets), TOP-8.
// Owner: ActiveController. Thread: the command thread. No clock: the time comes with the request.
// Source: Kafka's KIP-599, ControllerMutationQuotaManager and TokenBucket restated.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "controller/control/decision.h"
#include "controller/image/client_quotas_image.h"

namespace quorate::controller {

struct MutationQuotaOptions {
  std::uint32_t burst_seconds = 11;  // Kafka: 11 windows of a second
  std::size_t buckets_max = 10'000;
};

// Whose bucket it is. A part that is not there does not tell clients apart.
struct BucketOwner {
  std::optional<std::string> user;
  std::optional<std::string> client_id;

  auto operator<=>(const BucketOwner&) const = default;
};
// Of longer names the first bytes count: who begins alike shares a bucket.
inline constexpr std::size_t kBucketNameBytesMax = 256;

struct MutationLimit {
  BucketOwner owner;
  double rate = 0;  // tokens a second
};
// The quota that holds for the client: user and client id, user, client id, each by name before the
// default (QUO-2). Nothing: it has none.
[[nodiscard]] std::optional<MutationLimit> mutation_limit(const ClientQuotasImage& quotas,
                                                          const QuotaClient& client);

// What one request takes, of a copy of its client's bucket.
class MutationCharge {
 public:
  // Of a client without a quota: everything is admitted.
  MutationCharge() = default;

  // Whether the next topic may be created, deleted or grow. False for a client that is to be
  // refused while its bucket is below 0.
  [[nodiscard]] bool admits();
  void take(std::size_t partitions);
  // How long the client is to wait before it asks again; 0: not at all.
  [[nodiscard]] std::uint32_t throttle_ms() const { return throttle_ms_; }
  // For people: why it was refused.
  [[nodiscard]] std::string refusal() const;

 private:
  friend class MutationBuckets;

  std::optional<MutationLimit> limit_;
  OverQuota over_ = OverQuota::kRefused;
  double tokens_ = 0;
  double taken_ = 0;
  std::uint64_t now_ms_ = 0;
  std::uint32_t throttle_ms_ = 0;
};

class MutationBuckets {
 public:
  explicit MutationBuckets(MutationQuotaOptions options) : options_(options) {}

  [[nodiscard]] MutationCharge begin(const ClientQuotasImage& quotas,
                                     const QuotaClient& client,
                                     std::uint64_t now_ms) const;
  // The request stands: what it took is gone.
  void settle(const MutationCharge& charge);
  void clear() { buckets_.clear(); }
  [[nodiscard]] std::size_t size() const { return buckets_.size(); }

 private:
  struct Bucket {
    double tokens = 0;
    double rate = 0;
    std::uint64_t at_ms = 0;
  };

  [[nodiscard]] double full(double rate) const { return rate * options_.burst_seconds; }
  // Seconds until it is full again.
  [[nodiscard]] double emptiness(const Bucket& bucket, std::uint64_t now_ms) const;
  void make_room(std::uint64_t now_ms);

  MutationQuotaOptions options_;
  std::map<BucketOwner, Bucket> buckets_;
};

}  // namespace quorate::controller
