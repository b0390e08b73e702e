#include "controller/image/scram_image.h"

#include <utility>

#include "controller/image/entity_hash.h"

namespace quorate::controller {
namespace {

constexpr std::uint64_t kScramHashTag = 0x73637261;  // "scra"

std::uint64_t entity_hash(const ScramKey& key, const ScramCredential& credential) {
  return EntityHash(kScramHashTag)
      .add_text(key.user)
      .add(static_cast<std::uint64_t>(key.mechanism))
      .add_text(credential.salt)
      .add_text(credential.stored_key)
      .add_text(credential.server_key)
      .add_signed(credential.iterations)
      .value();
}

}  // namespace

std::string_view to_string(ScramMechanism mechanism) {
  switch (mechanism) {
    case ScramMechanism::kSha256: return "SCRAM-SHA-256";
    case ScramMechanism::kSha512: return "SCRAM-SHA-512";
  }
  return "?";
}

std::size_t key_bytes(ScramMechanism mechanism) {
  return mechanism == ScramMechanism::kSha256 ? 32 : 64;
}

const ScramCredential* ScramImage::find(const ScramKey& key) const {
  const auto* found = credentials_.find(key);
  return found == nullptr ? nullptr : found->get();
}

Status ScramImage::put(const ScramKey& key, ScramCredential credential) {
  const std::size_t bytes = key_bytes(key.mechanism);
  if (key.user.empty()) return {Code::kInvalidArgument, "a credential of nobody"};
  if (credential.stored_key.size() != bytes || credential.server_key.size() != bytes) {
    return {Code::kInvalidArgument, "a credential of '" + key.user + "' with keys of wrong size"};
  }
  if (const ScramCredential* before = find(key)) hash_ -= entity_hash(key, *before);
  hash_ += entity_hash(key, credential);
  credentials_.set(key, std::make_shared<const ScramCredential>(std::move(credential)));
  return Status::ok();
}

Status ScramImage::remove(const ScramKey& key) {
  const ScramCredential* before = find(key);
  if (before == nullptr) {
    return {Code::kNotFound,
            "'" + key.user + "' has no credential for " + std::string(to_string(key.mechanism))};
  }
  hash_ -= entity_hash(key, *before);
  credentials_.erase(key);
  return Status::ok();
}

}  // namespace quorate::controller
