#include "controller/image/configs_image.h"

#include <utility>

#include "controller/image/entity_hash.h"

namespace quorate::controller {
namespace {

constexpr std::uint64_t kConfigsHashTag = 0x636f6e66;  // "conf"

std::uint64_t entity_hash(const ConfigResource& resource, const ConfigMap& configs) {
  EntityHash hash(kConfigsHashTag);
  hash.add(static_cast<std::uint64_t>(resource.type)).add_text(resource.name);
  for (const auto& [key, value] : configs)
    hash.add_text(key).add_text(value);
  return hash.value();
}

}  // namespace

const ConfigMap& ConfigsImage::of(const ConfigResource& resource) const {
  static const ConfigMap nothing;
  const auto* found = resources_.find(resource);
  return found == nullptr ? nothing : **found;
}

void ConfigsImage::set(const ConfigResource& resource, std::string_view key, std::string value) {
  ConfigMap configs = of(resource);
  configs.insert_or_assign(std::string(key), std::move(value));
  put(resource, std::move(configs));
}

void ConfigsImage::unset(const ConfigResource& resource, std::string_view key) {
  ConfigMap configs = of(resource);
  const auto found = configs.find(key);
  if (found == configs.end()) return;
  configs.erase(found);
  put(resource, std::move(configs));
}

void ConfigsImage::remove(const ConfigResource& resource) {
  put(resource, {});
}

// A resource for which nothing is set is not kept.
void ConfigsImage::put(const ConfigResource& resource, ConfigMap configs) {
  const ConfigMap& before = of(resource);
  if (!before.empty()) hash_ -= entity_hash(resource, before);
  if (configs.empty()) {
    resources_.erase(resource);
    return;
  }
  hash_ += entity_hash(resource, configs);
  resources_.set(resource, std::make_shared<const ConfigMap>(std::move(configs)));
}

}  // namespace quorate::controller
