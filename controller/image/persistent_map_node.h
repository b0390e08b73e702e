// The nodes of a PersistentMap, and how items move within and between them.
//
// These functions know places, not keys' order: the map decides where something belongs. Items past
// a node's count hold nothing.
//
// Owner: PersistentMap. Thread: as NodeRef.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "controller/image/node_ref.h"

namespace quorate::controller {

// The value of a map that is only a set.
struct Nothing {};

inline constexpr std::size_t kMapNodeItemsMax = 32;
inline constexpr std::size_t kMapNodeItemsMin = 8;  // below it a node looks for a neighbour to join

// Values of one leaf; a set stores none.
template <typename V>
struct MapValues {
  std::array<V, kMapNodeItemsMax> items{};
  V& operator[](std::size_t i) { return items[i]; }
  const V& operator[](std::size_t i) const { return items[i]; }
};
template <>
struct MapValues<Nothing> {
  Nothing item;
  Nothing& operator[](std::size_t) { return item; }
  const Nothing& operator[](std::size_t) const { return item; }
};

template <typename K, typename V>
struct MapNodes {
  static constexpr std::size_t kMax = kMapNodeItemsMax;

  struct Node : SharedNode {
    std::uint16_t count = 0;
    bool is_leaf = true;
    std::array<K, kMax> keys{};

    static void dispose(Node* node) {
      if (node->is_leaf) {
        Leaf* leaf = static_cast<Leaf*>(node);
        fetch_counts_soon(*leaf);
        delete leaf;
      } else {
        Inner* inner = static_cast<Inner*>(node);
        fetch_counts_soon(*inner);
        delete inner;
      }
    }
  };
  using Ref = NodeRef<Node>;
  struct Leaf : Node {
    MapValues<V> values;
  };
  struct Inner : Node {
    Inner() { this->is_leaf = false; }
    std::array<Ref, kMax> children;
  };

  // The node itself when no other map reaches it, else a copy that takes its place.
  static Node& own(Ref& ref) {
    if (!ref.is_unique()) {
      ref = ref->is_leaf ? copy_of(static_cast<const Leaf&>(*ref))
                         : copy_of(static_cast<const Inner&>(*ref));
    }
    return *ref;
  }

  // Copying a node and ending it count references to all that it names. Most of that is far away:
  // the counts are fetched side by side instead of one after the other.
  static void fetch_counts_soon(const Inner& inner) {
    for (std::size_t i = 0; i < inner.count; ++i)
      inner.children[i].fetch_count_soon();
  }
  static void fetch_counts_soon(const Leaf& leaf) {
    if constexpr (requires(const V& value) { value.fetch_count_soon(); }) {
      for (std::size_t i = 0; i < leaf.count; ++i)
        leaf.values.items[i].fetch_count_soon();
    }
  }
  static Ref copy_of(const Inner& inner) {
    fetch_counts_soon(inner);
    return Ref(new Inner(inner));
  }
  static Ref copy_of(const Leaf& leaf) {
    fetch_counts_soon(leaf);
    return Ref(new Leaf(leaf));
  }
  // own() of a leaf comes soon.
  static void fetch_for_own_soon(const Ref& leaf) {
    if (!leaf.is_unique()) fetch_counts_soon(static_cast<const Leaf&>(*leaf));
  }

  template <typename Any>
  static Ref split_off(Any& node, std::size_t keep) {
    Any* right = new Any;
    Ref owner(right);
    move_tail(node, keep, *right);
    return owner;
  }

  static void put(Leaf& leaf, std::size_t at, K key, V value) {
    open_gap(leaf, at);
    leaf.keys[at] = std::move(key);
    leaf.values[at] = std::move(value);
  }
  static void put(Inner& inner, std::size_t at, Ref child) {
    open_gap(inner, at);
    inner.keys[at] = child->keys[0];
    inner.children[at] = std::move(child);
  }

  // Moves the items from `at` on one place to the right.
  template <typename Any>
  static void open_gap(Any& node, std::size_t at) {
    for (std::size_t i = node.count; i > at; --i)
      move_item(node, i - 1, node, i);
    ++node.count;
  }
  template <typename Any>
  static void close_gap(Any& node, std::size_t at) {
    for (std::size_t i = at + 1; i < node.count; ++i)
      move_item(node, i, node, i - 1);
    --node.count;
    clear_item(node, node.count);
  }
  template <typename Any>
  static void move_tail(Any& from, std::size_t first, Any& to) {
    for (std::size_t i = first; i < from.count; ++i) {
      move_item(from, i, to, to.count++);
      clear_item(from, i);
    }
    from.count = static_cast<std::uint16_t>(first < from.count ? first : from.count);
  }
  static void move_item(Leaf& from, std::size_t i, Leaf& to, std::size_t j) {
    to.keys[j] = std::move(from.keys[i]);
    to.values[j] = std::move(from.values[i]);
  }
  static void move_item(Inner& from, std::size_t i, Inner& to, std::size_t j) {
    to.keys[j] = std::move(from.keys[i]);
    to.children[j] = std::move(from.children[i]);
  }
  // Items past the count hold no memory of what was there.
  static void clear_item(Leaf& leaf, std::size_t i) {
    leaf.keys[i] = K{};
    leaf.values[i] = V{};
  }
  static void clear_item(Inner& inner, std::size_t i) {
    inner.keys[i] = K{};
    inner.children[i] = Ref();
  }
};

}  // namespace quorate::controller
