// The members of an aggregate, found by the compiler: a member that is added cannot be forgotten.
//
// Thread: values.
#pragma once

#include <cstddef>
#include <type_traits>
#include <utility>

namespace quorate::raft {

namespace members_detail {

// Converts to whatever an aggregate's member is.
struct Anything {
  template <typename T>
  operator T() const;  // NOLINT(google-explicit-constructor): only named in requires-expressions
};

template <typename T, std::size_t... I>
consteval bool takes(std::index_sequence<I...> /*count*/) {
  return requires { T{(static_cast<void>(I), Anything{})...}; };
}

// How many members the aggregate T has.
template <typename T, std::size_t Count = 12>
consteval std::size_t member_count() {
  static_assert(Count > 0, "an aggregate without members");
  if constexpr (takes<T>(std::make_index_sequence<Count>())) {
    return Count;
  } else {
    return member_count<T, Count - 1>();
  }
}

}  // namespace members_detail

// Calls `visit(a, b, ...)` with all members of `aggregate`, at most 12, in order.
template <typename T, typename Visit>
void visit_members(T& aggregate, Visit visit) {
  using Plain = std::remove_const_t<T>;
  static_assert(std::is_aggregate_v<Plain>, "a class lists its state in each_field()");
  constexpr std::size_t kCount = members_detail::member_count<Plain>();
  if constexpr (kCount == 1) {
    auto& [a] = aggregate;
    visit(a);
  } else if constexpr (kCount == 2) {
    auto& [a, b] = aggregate;
    visit(a, b);
  } else if constexpr (kCount == 3) {
    auto& [a, b, c] = aggregate;
    visit(a, b, c);
  } else if constexpr (kCount == 4) {
    auto& [a, b, c, d] = aggregate;
    visit(a, b, c, d);
  } else if constexpr (kCount == 5) {
    auto& [a, b, c, d, e] = aggregate;
    visit(a, b, c, d, e);
  } else if constexpr (kCount == 6) {
    auto& [a, b, c, d, e, f] = aggregate;
    visit(a, b, c, d, e, f);
  } else if constexpr (kCount == 7) {
    auto& [a, b, c, d, e, f, g] = aggregate;
    visit(a, b, c, d, e, f, g);
  } else if constexpr (kCount == 8) {
    auto& [a, b, c, d, e, f, g, h] = aggregate;
    visit(a, b, c, d, e, f, g, h);
  } else if constexpr (kCount == 9) {
    auto& [a, b, c, d, e, f, g, h, i] = aggregate;
    visit(a, b, c, d, e, f, g, h, i);
  } else if constexpr (kCount == 10) {
    auto& [a, b, c, d, e, f, g, h, i, j] = aggregate;
    visit(a, b, c, d, e, f, g, h, i, j);
  } else if constexpr (kCount == 11) {
    auto& [a, b, c, d, e, f, g, h, i, j, k] = aggregate;
    visit(a, b, c, d, e, f, g, h, i, j, k);
  } else {
    auto& [a, b, c, d, e, f, g, h, i, j, k, l] = aggregate;
    visit(a, b, c, d, e, f, g, h, i, j, k, l);
  }
}

}  // namespace quorate::raft
