#include "controller/control/mutation_quota.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <string_view>
#include <utility>

namespace quorate::controller {
namespace {

constexpr std::string_view kMutationRate = "controller_mutation_rate";
constexpr double kMsPerSecond = 1000;
constexpr double kRounding = 1e-6;         // tokens that sums of fractions may lose
constexpr std::size_t kShownNameMax = 64;  // bytes of a name, in a message

enum class OwnerPart : std::uint8_t { kNone, kOwn, kDefault };
struct OwnerStep {
  OwnerPart user;
  OwnerPart client_id;
};
// In Kafka's order.
constexpr std::array<OwnerStep, 8> kOwnerSteps{{{OwnerPart::kOwn, OwnerPart::kOwn},
                                                {OwnerPart::kOwn, OwnerPart::kDefault},
                                                {OwnerPart::kOwn, OwnerPart::kNone},
                                                {OwnerPart::kDefault, OwnerPart::kOwn},
                                                {OwnerPart::kDefault, OwnerPart::kDefault},
                                                {OwnerPart::kDefault, OwnerPart::kNone},
                                                {OwnerPart::kNone, OwnerPart::kOwn},
                                                {OwnerPart::kNone, OwnerPart::kDefault}}};

void add_part(QuotaEntityType type, OwnerPart part, const std::string& name, QuotaEntity& entity) {
  if (part == OwnerPart::kOwn) entity.push_back({type, name});
  if (part == OwnerPart::kDefault) entity.push_back({type, std::nullopt});
}

// A default is not one bucket for all whom it is for: each has its own.
std::optional<std::string> owner_part(OwnerPart part, const std::string& name) {
  if (part == OwnerPart::kNone) return std::nullopt;
  return name.substr(0, kBucketNameBytesMax);
}

// For people: a name may be any bytes, and cut anywhere.
std::string shown_name(const std::string& name) {
  std::string shown = name.substr(0, kShownNameMax);
  std::ranges::replace_if(shown, [](char c) { return c < ' ' || c > '~'; }, '?');
  return "'" + shown + "'";
}

double seconds_between(std::uint64_t from_ms, std::uint64_t to_ms) {
  return to_ms <= from_ms ? 0 : static_cast<double>(to_ms - from_ms) / kMsPerSecond;
}

}  // namespace

std::optional<MutationLimit> mutation_limit(const ClientQuotasImage& quotas,
                                            const QuotaClient& client) {
  if (client.user.empty() || quotas.entities().empty()) return std::nullopt;
  for (const OwnerStep& step : kOwnerSteps) {
    QuotaEntity entity;
    add_part(QuotaEntityType::kUser, step.user, client.user, entity);
    add_part(QuotaEntityType::kClientId, step.client_id, client.client_id, entity);
    const QuotaValues& values = quotas.of(entity);
    const auto rate = values.find(kMutationRate);
    if (rate == values.end()) continue;
    return MutationLimit{
        {owner_part(step.user, client.user), owner_part(step.client_id, client.client_id)},
        rate->second};
  }
  return std::nullopt;
}

bool MutationCharge::admits() {
  if (!limit_ || tokens_ >= -kRounding) return true;
  const double wait_ms = std::ceil(-tokens_ / limit_->rate * kMsPerSecond);
  throttle_ms_ = static_cast<std::uint32_t>(
      std::min(wait_ms, static_cast<double>(std::numeric_limits<std::int32_t>::max())));
  return over_ == OverQuota::kDelayed;
}

void MutationCharge::take(std::size_t partitions) {
  tokens_ -= static_cast<double>(partitions);
  taken_ += static_cast<double>(partitions);
  // Who is not refused waits for what it took; who is refused waits when it comes again.
  if (over_ == OverQuota::kDelayed) static_cast<void>(admits());
}

std::string MutationCharge::refusal() const {
  std::string whom;
  if (limit_ && limit_->owner.user) whom = "user " + shown_name(*limit_->owner.user);
  if (limit_ && limit_->owner.client_id) {
    whom += (whom.empty() ? "client-id " : ", client-id ") + shown_name(*limit_->owner.client_id);
  }
  return std::string(kMutationRate) + " of " + whom + " is used up; try again in " +
         std::to_string(throttle_ms_) + " ms";
}

MutationCharge MutationBuckets::begin(const ClientQuotasImage& quotas,
                                      const QuotaClient& client,
                                      std::uint64_t now_ms) const {
  MutationCharge charge;
  charge.limit_ = mutation_limit(quotas, client);
  if (!charge.limit_) return charge;
  charge.over_ = client.over;
  charge.now_ms_ = now_ms;
  const double rate = charge.limit_->rate;
  charge.tokens_ = full(rate);
  const auto found = buckets_.find(charge.limit_->owner);
  if (found == buckets_.end()) return charge;
  const Bucket& bucket = found->second;
  const double flowed = rate * seconds_between(bucket.at_ms, now_ms);
  charge.tokens_ = std::min(full(rate), bucket.tokens + flowed);
  return charge;
}

void MutationBuckets::settle(const MutationCharge& charge) {
  if (!charge.limit_ || charge.taken_ <= 0) return;
  const Bucket bucket{charge.tokens_, charge.limit_->rate, charge.now_ms_};
  const auto found = buckets_.find(charge.limit_->owner);
  if (found != buckets_.end()) {
    found->second = bucket;
    return;
  }
  if (buckets_.size() >= options_.buckets_max) make_room(charge.now_ms_);
  buckets_.emplace(charge.limit_->owner, bucket);
}

double MutationBuckets::emptiness(const Bucket& bucket, std::uint64_t now_ms) const {
  const double missing = full(bucket.rate) - bucket.tokens;
  return missing / bucket.rate - seconds_between(bucket.at_ms, now_ms);
}

void MutationBuckets::make_room(std::uint64_t now_ms) {
  const auto gone = std::erase_if(
      buckets_, [&](const auto& item) { return emptiness(item.second, now_ms) <= 0; });
  if (gone > 0 || buckets_.empty()) return;
  buckets_.erase(std::ranges::min_element(
      buckets_, {}, [&](const auto& item) { return emptiness(item.second, now_ms); }));
}

}  // namespace quorate::controller
