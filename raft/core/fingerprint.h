// Fingerprint: 128 bits that stand for a state. Equal states give equal fingerprints on every
// platform; different ones give different fingerprints but for a chance of about n^2 / 2^128.
//
// What a state is made of: field_walk.h. Not for use against someone who chooses the states.
//
// Thread: values. Used by the exhaustive search of raft/testing; nothing in the protocol depends on
// it.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "raft/core/entry.h"
#include "raft/core/field_walk.h"

namespace quorate::raft {

class Fingerprint : public FieldWalk<Fingerprint> {
 public:
  struct Value {
    std::uint64_t high = 0;
    std::uint64_t low = 0;
    auto operator<=>(const Value&) const = default;
  };

  [[nodiscard]] Value value() const { return value_; }

 private:
  friend class FieldWalk<Fingerprint>;
  using FieldWalk::add;

  void word(std::uint64_t word) {
    value_.low = mix(value_.low ^ word);
    value_.high = mix(value_.high + value_.low);
  }
  // The finalizer of splitmix64.
  static std::uint64_t mix(std::uint64_t x) {
    x += 0x9e3779b97f4a7c15ULL;
    x = (x ^ (x >> 30U)) * 0xbf58476d1ce4e5b9ULL;
    x = (x ^ (x >> 27U)) * 0x94d049bb133111ebULL;
    return x ^ (x >> 31U);
  }

  void add(const SharedBytes& bytes) { text(bytes.view()); }
  void add(const Value& value) { (*this)(value.high, value.low); }
  void text(std::string_view text) {
    word(text.size());
    for (std::size_t at = 0; at < text.size(); at += 8) {
      std::uint64_t eight = 0;
      for (std::size_t i = at; i < text.size() && i < at + 8; ++i) {
        eight = (eight << 8U) | static_cast<unsigned char>(text[i]);
      }
      word(eight);
    }
  }

  Value value_;
};

}  // namespace quorate::raft
