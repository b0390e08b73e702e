// Fingerprint: 128 bits that stand for a state. Equal states give equal fingerprints on every
// platform; different ones give different fingerprints but for a chance of about n^2 / 2^128.
//
// A class lists what its state is in `each_field(visitor)`; an aggregate needs nothing, its members
// are found by themselves, so that a member that is added cannot be forgotten. Not for use against
// someone who chooses the states.
//
// Thread: values. Used by the exhaustive search of raft/testing; nothing in the protocol depends on
// it.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "raft/core/entry.h"
#include "raft/core/members.h"

namespace quorate::raft {

class Fingerprint {
 public:
  struct Value {
    std::uint64_t high = 0;
    std::uint64_t low = 0;
    auto operator<=>(const Value&) const = default;
  };

  template <typename... Fields>
  void operator()(const Fields&... fields) {
    (add(fields), ...);
  }
  [[nodiscard]] Value value() const { return value_; }

 private:
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

  template <typename T>
  void add(const T& field) {
    if constexpr (std::is_enum_v<T> || std::integral<T>) {
      word(static_cast<std::uint64_t>(field));
    } else if constexpr (std::convertible_to<T, std::string_view>) {
      add_text(field);
    } else if constexpr (requires { field.each_field(*this); }) {
      field.each_field(*this);
    } else {
      visit_members(field, [this](const auto&... members) { (*this)(members...); });
    }
  }
  void add(const SharedBytes& bytes) { add_text(bytes.view()); }
  void add(const Value& value) { (*this)(value.high, value.low); }
  template <typename T>
  void add(const std::optional<T>& field) {
    word(field ? 1 : 0);
    if (field) add(*field);
  }
  template <typename A, typename B>
  void add(const std::pair<A, B>& field) {
    (*this)(field.first, field.second);
  }
  template <typename... Alternatives>
  void add(const std::variant<Alternatives...>& field) {
    word(field.index());
    std::visit([this](const auto& alternative) { this->add(alternative); }, field);
  }
  template <typename T>
  void add(const std::vector<T>& fields) {
    add_all(fields);
  }
  template <typename T>
  void add(const std::deque<T>& fields) {
    add_all(fields);
  }
  template <typename Range>
  void add_all(const Range& fields) {
    word(fields.size());
    for (const auto& field : fields)
      add(field);
  }
  void add_text(std::string_view text) {
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
