#include "controller/image/client_quotas_image.h"

#include <bit>
#include <cmath>
#include <utility>

#include "controller/image/entity_hash.h"

namespace quorate::controller {
namespace {

constexpr std::uint64_t kClientQuotasHashTag = 0x71756f74;  // "quot"

std::uint64_t entity_hash(const QuotaEntity& entity, const QuotaValues& values) {
  EntityHash hash(kClientQuotasHashTag);
  hash.add(entity.size());
  for (const QuotaEntityPart& part : entity) {
    hash.add(static_cast<std::uint64_t>(part.type)).add(part.name.has_value() ? 1 : 0);
    if (part.name) hash.add_text(*part.name);
  }
  for (const auto& [key, value] : values)
    hash.add_text(key).add(std::bit_cast<std::uint64_t>(value));
  return hash.value();
}

Status check(const QuotaEntity& entity, std::string_view key) {
  if (entity.empty()) return {Code::kInvalidArgument, "a quota of nobody"};
  for (std::size_t at = 1; at < entity.size(); ++at) {
    if (entity[at].type <= entity[at - 1].type) {
      return {Code::kInvalidArgument, "a quota whose entity is not in order"};
    }
  }
  if (key.empty()) return {Code::kInvalidArgument, "a quota without a key"};
  return Status::ok();
}

}  // namespace

std::string_view to_string(QuotaEntityType type) {
  switch (type) {
    case QuotaEntityType::kUser: return "user";
    case QuotaEntityType::kClientId: return "client-id";
    case QuotaEntityType::kIp: return "ip";
  }
  return "?";
}

std::optional<QuotaEntityType> quota_entity_type(std::string_view word) {
  for (const auto type : {QuotaEntityType::kUser, QuotaEntityType::kClientId, QuotaEntityType::kIp})
    if (word == to_string(type)) return type;
  return std::nullopt;
}

const QuotaValues& ClientQuotasImage::of(const QuotaEntity& entity) const {
  static const QuotaValues nothing;
  const auto* found = entities_.find(entity);
  return found == nullptr ? nothing : **found;
}

Status ClientQuotasImage::set(const QuotaEntity& entity, std::string_view key, double value) {
  QUORATE_TRY(check(entity, key));
  if (!std::isfinite(value) || value <= 0) {
    return {Code::kInvalidArgument, "quota " + std::string(key) + " is not above 0"};
  }
  QuotaValues values = of(entity);
  values.insert_or_assign(std::string(key), value);
  put(entity, std::move(values));
  return Status::ok();
}

Status ClientQuotasImage::unset(const QuotaEntity& entity, std::string_view key) {
  QUORATE_TRY(check(entity, key));
  QuotaValues values = of(entity);
  const auto found = values.find(key);
  if (found == values.end()) return Status::ok();
  values.erase(found);
  put(entity, std::move(values));
  return Status::ok();
}

// An entity for which nothing is set is not kept.
void ClientQuotasImage::put(const QuotaEntity& entity, QuotaValues values) {
  const QuotaValues& before = of(entity);
  if (!before.empty()) hash_ -= entity_hash(entity, before);
  if (values.empty()) {
    entities_.erase(entity);
    return;
  }
  hash_ += entity_hash(entity, values);
  entities_.set(entity, std::make_shared<const QuotaValues>(std::move(values)));
}

std::string to_string(const QuotaEntity& entity) {
  std::string text;
  for (const QuotaEntityPart& part : entity) {
    text += (text.empty() ? "" : ", ") + std::string(to_string(part.type));
    text += part.name ? " '" + *part.name + "'" : " default";
  }
  return text;
}

}  // namespace quorate::controller
