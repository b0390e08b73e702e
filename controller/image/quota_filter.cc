#include "controller/image/quota_filter.h"

#include <algorithm>

namespace quorate::controller {
namespace {

Status invalid(std::string why) {
  return {Code::kInvalidArgument, std::move(why)};
}

const QuotaEntityPart* part_of(const QuotaEntity& entity, QuotaEntityType type) {
  const auto found = std::ranges::find(entity, type, &QuotaEntityPart::type);
  return found == entity.end() ? nullptr : &*found;
}

bool matches(const QuotaFilterPart& asked, const QuotaEntity& entity) {
  const QuotaEntityPart* part = part_of(entity, asked.type);
  if (part == nullptr) return false;
  switch (asked.match) {
    case QuotaMatch::kExact: return part->name == asked.name;
    case QuotaMatch::kDefault: return !part->name.has_value();
    case QuotaMatch::kSpecified: return true;
  }
  return false;
}

}  // namespace

Status add_part(const QuotaFilterWord& word, QuotaFilter& filter) {
  const std::optional<QuotaEntityType> type = quota_entity_type(word.type);
  if (!type) {
    return {Code::kUnsupported, "there are no quotas of kind '" + word.type.substr(0, 64) + "'"};
  }
  const auto match = static_cast<QuotaMatch>(word.match);
  const bool is_known = match == QuotaMatch::kExact || match == QuotaMatch::kDefault ||
                        match == QuotaMatch::kSpecified;
  if (!is_known) return invalid("match type " + std::to_string(word.match) + " is unknown");
  if ((match == QuotaMatch::kExact) != word.name.has_value()) {
    return invalid("a name is given exactly when one " + word.type + " is asked for");
  }
  const bool is_ip = *type == QuotaEntityType::kIp;
  for (const QuotaFilterPart& part : filter.parts) {
    if (part.type == *type) return invalid(word.type + " is named twice");
    if (is_ip != (part.type == QuotaEntityType::kIp)) {
      return invalid("an ip has no quotas together with a user or a client-id");
    }
  }
  filter.parts.push_back({*type, match, word.name.value_or("")});
  return Status::ok();
}

bool matches(const QuotaFilter& filter, const QuotaEntity& entity) {
  if (filter.is_strict && entity.size() != filter.parts.size()) return false;
  return std::ranges::all_of(
      filter.parts, [&entity](const QuotaFilterPart& part) { return matches(part, entity); });
}

}  // namespace quorate::controller
