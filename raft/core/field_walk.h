// FieldWalk: how a state is taken apart into words and texts. The base of whoever looks at a state
// as a whole: Fingerprint, StateWriter.
//
// A class lists what its state is in `each_field(visitor)`; an aggregate needs nothing, its members
// are found by themselves, so that a member that is added cannot be forgotten.
//
// `Walker` derives from FieldWalk<Walker>, is its friend, has `word(std::uint64_t)` and
// `text(std::string_view)`, says `using FieldWalk::add` and adds overloads for what it sees
// otherwise.
// Thread: a value.
#pragma once

#include <concepts>
#include <cstdint>
#include <deque>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "raft/core/members.h"

namespace quorate::raft {

template <typename Walker>
class FieldWalk {
 public:
  template <typename... Fields>
  void operator()(const Fields&... fields) {
    (walker().add(fields), ...);
  }

 protected:
  FieldWalk() = default;
  ~FieldWalk() = default;
  FieldWalk(const FieldWalk&) = default;
  FieldWalk& operator=(const FieldWalk&) = default;

  template <typename T>
  void add(const T& field) {
    if constexpr (std::is_enum_v<T> || std::integral<T>) {
      walker().word(static_cast<std::uint64_t>(field));
    } else if constexpr (std::convertible_to<T, std::string_view>) {
      walker().text(field);
    } else if constexpr (requires { field.each_field(walker()); }) {
      field.each_field(walker());
    } else {
      visit_members(field, [this](const auto&... members) { (*this)(members...); });
    }
  }
  template <typename T>
  void add(const std::optional<T>& field) {
    walker().word(field ? 1 : 0);
    if (field) walker().add(*field);
  }
  template <typename A, typename B>
  void add(const std::pair<A, B>& field) {
    (*this)(field.first, field.second);
  }
  template <typename... Alternatives>
  void add(const std::variant<Alternatives...>& field) {
    walker().word(field.index());
    std::visit([this](const auto& alternative) { walker().add(alternative); }, field);
  }
  template <typename T>
  void add(const std::vector<T>& fields) {
    add_all(fields);
  }
  template <typename T>
  void add(const std::deque<T>& fields) {
    add_all(fields);
  }

 private:
  [[nodiscard]] Walker& walker() { return static_cast<Walker&>(*this); }
  template <typename Range>
  void add_all(const Range& fields) {
    walker().word(fields.size());
    for (const auto& field : fields)
      walker().add(field);
  }
};

}  // namespace quorate::raft
