// The hash of one entity of the image; the image's hash is the sum of those of its entities.
//
// A sum can be kept up to date at the cost of the entity that changed and does not depend on the
// order of changes. The numbers are part of what replicas compare: the same on every platform, and
// never changed without a new record version.
#pragma once

#include <cstdint>
#include <string_view>

namespace quorate::controller {

class EntityHash {
 public:
  // Each kind of entity begins with a tag of its own.
  explicit EntityHash(std::uint64_t tag) : state_(mix(tag + 0x9e3779b97f4a7c15ULL)) {}

  EntityHash& add(std::uint64_t word) {
    state_ = mix(state_ ^ (word * 0xff51afd7ed558ccdULL)) + 0x9e3779b97f4a7c15ULL;
    return *this;
  }
  EntityHash& add_signed(std::int64_t word) { return add(static_cast<std::uint64_t>(word)); }
  EntityHash& add_text(std::string_view text) {
    std::uint64_t word = 0xcbf29ce484222325ULL;
    for (const char byte : text) {
      word = (word ^ static_cast<unsigned char>(byte)) * 0x100000001b3ULL;
    }
    return add(text.size()).add(word);
  }
  [[nodiscard]] std::uint64_t value() const { return mix(state_); }

 private:
  static std::uint64_t mix(std::uint64_t word) {
    word = (word ^ (word >> 30U)) * 0xbf58476d1ce4e5b9ULL;
    word = (word ^ (word >> 27U)) * 0x94d049bb133111ebULL;
    return word ^ (word >> 31U);
  }

  std::uint64_t state_;
};

}  // namespace quorate::controller
