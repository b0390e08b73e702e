#include "controller/image/acls_image.h"

#include <utility>

#include "controller/image/entity_hash.h"

namespace quorate::controller {
namespace {

constexpr std::uint64_t kAclsHashTag = 0x61636c65;  // "acle"
constexpr const char* kEveryName = "*";

template <typename Enum>
std::uint64_t number(Enum value) {
  return static_cast<std::uint64_t>(value);
}

std::uint64_t entity_hash(const Uuid& id, const AclBinding& binding) {
  return EntityHash(kAclsHashTag)
      .add(id.high)
      .add(id.low)
      .add(number(binding.resource_type))
      .add_text(binding.resource_name)
      .add(number(binding.pattern_type))
      .add_text(binding.principal)
      .add_text(binding.host)
      .add(number(binding.operation))
      .add(number(binding.permission))
      .value();
}

bool matches_resource(const AclFilter& filter, const AclBinding& binding) {
  if (filter.resource_type != AclResourceType::kAny &&
      filter.resource_type != binding.resource_type) {
    return false;
  }
  const bool is_match = filter.pattern_type == AclPatternType::kMatch;
  const bool is_any = filter.pattern_type == AclPatternType::kAny;
  if (!is_match && !is_any && filter.pattern_type != binding.pattern_type) return false;
  if (!filter.resource_name || *filter.resource_name == binding.resource_name) return true;
  if (!is_match) return false;
  if (binding.pattern_type == AclPatternType::kLiteral) return binding.resource_name == kEveryName;
  return filter.resource_name->starts_with(binding.resource_name);
}

template <typename Enum>
bool is_within(Enum value, Enum first, Enum last) {
  return first <= value && value <= last;
}

template <typename Enum>
std::string text_of(Enum value) {
  return std::to_string(static_cast<int>(value));
}

}  // namespace

std::string fault_of(const AclFilter& filter) {
  if (!is_within(filter.resource_type, AclResourceType::kAny, AclResourceType::kUser)) {
    return "resource type " + text_of(filter.resource_type) + " is unknown";
  }
  if (!is_within(filter.pattern_type, AclPatternType::kAny, AclPatternType::kPrefixed)) {
    return "pattern type " + text_of(filter.pattern_type) + " is unknown";
  }
  if (!is_within(filter.operation, AclOperation::kAny, AclOperation::kDescribeTokens)) {
    return "operation " + text_of(filter.operation) + " is unknown";
  }
  if (!is_within(filter.permission, AclPermission::kAny, AclPermission::kAllow)) {
    return "permission " + text_of(filter.permission) + " is unknown";
  }
  return {};
}

bool matches(const AclFilter& filter, const AclBinding& binding) {
  return matches_resource(filter, binding) &&
         (!filter.principal || *filter.principal == binding.principal) &&
         (!filter.host || *filter.host == binding.host) &&
         (filter.operation == AclOperation::kAny || filter.operation == binding.operation) &&
         (filter.permission == AclPermission::kAny || filter.permission == binding.permission);
}

Status AclsImage::add(const Uuid& id, const AclBinding& binding) {
  if (id.is_none()) return {Code::kInvalidArgument, "an access control entry without an id"};
  if (by_id_.contains(id) || bindings_.contains(binding)) {
    return {Code::kAlreadyExists, "access control entry " + to_string(id) + " is there already"};
  }
  hash_ += entity_hash(id, binding);
  bindings_.set(binding, id);
  by_id_.set(id, std::make_shared<const AclBinding>(binding));
  return Status::ok();
}

Status AclsImage::remove(const Uuid& id) {
  const auto* found = by_id_.find(id);
  if (found == nullptr) {
    return {Code::kNotFound, "there is no access control entry " + to_string(id)};
  }
  const std::shared_ptr<const AclBinding> binding = *found;
  hash_ -= entity_hash(id, *binding);
  bindings_.erase(*binding);
  by_id_.erase(id);
  return Status::ok();
}

}  // namespace quorate::controller
