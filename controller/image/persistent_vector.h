// A sequence whose copies share their nodes: a radix tree that copies the path it changes.
//
// Small sequences are one exactly sized leaf, so that a topic of one partition costs one
// partition. Changing or appending costs O(log n); nodes that no other copy reaches are changed in
// place.
//
// Invariants: leaves hold kLeafItems items and inner nodes kChildren children, all but the last
// ones of their level; a node of level L has level L-1 children; level 0 is a leaf.
//
// Owner: whoever holds the vector. Thread: distinct vector objects, any thread, without a lock.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>
#include <vector>

#include "controller/image/node_ref.h"
#include "raft/base/check.h"

namespace quorate::controller {

template <typename T>
class PersistentVector {
  static constexpr std::size_t kLeafItems = 16;
  static constexpr std::size_t kChildren = 32;

  struct Node : SharedNode {
    bool is_leaf = true;
    std::uint8_t count = 0;  // of a leaf: its items, for which it has just enough room
    bool is_plain = true;    // of a leaf: false unless all its items are

    static void dispose(Node* node) {
      if (node->is_leaf) {
        Leaf::destroy(static_cast<Leaf*>(node));
      } else {
        delete static_cast<Inner*>(node);
      }
    }
  };
  using Ref = NodeRef<Node>;
  // The items lie behind it in the same piece of memory.
  struct alignas(T) Leaf : Node {
    [[nodiscard]] T* items() { return std::launder(reinterpret_cast<T*>(this + 1)); }
    [[nodiscard]] const T* items() const {
      return std::launder(reinterpret_cast<const T*>(this + 1));
    }
    // Without items yet: the caller constructs and counts them.
    static Leaf* create(std::size_t room) {
      return new (::operator new(sizeof(Leaf) + room * sizeof(T))) Leaf;
    }
    static void destroy(Leaf* leaf) {
      if (!leaf->is_plain) std::destroy_n(leaf->items(), leaf->count);
      leaf->~Leaf();
      ::operator delete(leaf);
    }
  };
  struct Inner : Node {
    Inner() { this->is_leaf = false; }
    std::vector<Ref> children;
  };

 public:
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] bool empty() const { return size_ == 0; }

  // Requires at < size().
  const T& operator[](std::size_t at) const {
    QUORATE_CHECK(at < size_);
    const Node* node = root_.get();
    for (std::size_t span = root_span_; !node->is_leaf; span /= kChildren) {
      node = static_cast<const Inner*>(node)->children[at / span].get();
      at %= span;
    }
    return static_cast<const Leaf*>(node)->items()[at];
  }

  // The item will be looked at or changed soon. A hint.
  void fetch_soon(std::size_t at) const {
    const Node* node = root_.get();
    if (node == nullptr) return;
    for (std::size_t span = root_span_; !node->is_leaf; span /= kChildren) {
      node = static_cast<const Inner*>(node)->children[at / span].get();
      at %= span;
    }
    const std::size_t items = std::min(size_, kLeafItems);  // not its count: that is far away
    controller::fetch_soon(node, sizeof(Leaf) + items * sizeof(T));
  }

  // Puts `item` in the place of the one at `at`. Requires at < size().
  void set(std::size_t at, T&& item) {
    QUORATE_CHECK(at < size_);
    Ref* ref = &root_;
    for (std::size_t span = root_span_; !(*ref)->is_leaf; span /= kChildren) {
      ref = &static_cast<Inner&>(own(*ref)).children[at / span];
      at %= span;
    }
    Leaf& leaf = static_cast<Leaf&>(own(*ref));
    leaf.is_plain = leaf.is_plain && is_plain(item);
    leaf.items()[at] = std::move(item);
  }

  void push_back(T item) {
    if (size_ == capacity()) {
      add_level();
    }
    append(root_, root_span_, size_, std::move(item));
    ++size_;
  }

  // Calls `visit(index, item)` in order.
  template <typename Visit>
  void for_each(Visit visit) const {
    std::size_t at = 0;
    if (root_) walk(*root_, at, visit);
  }

 private:
  // Items below the root; `root_span_` are those below one child of it.
  [[nodiscard]] std::size_t capacity() const {
    if (!root_) return 0;
    return root_->is_leaf ? kLeafItems : root_span_ * kChildren;
  }

  void add_level() {
    if (!root_) {
      root_ = Ref(Leaf::create(0));
      return;
    }
    root_span_ = root_->is_leaf ? kLeafItems : root_span_ * kChildren;
    Inner* root = new Inner;
    Ref owner(root);
    root->children.push_back(std::move(root_));
    root_ = std::move(owner);
  }

  // A plain item has nothing that lies elsewhere: a copy of its bytes is a copy of it, and nothing
  // is to be done for it at its end.
  static bool is_plain(const T& item) {
    if constexpr (requires { item.is_plain(); }) {
      return item.is_plain();
    } else {
      return std::is_trivially_copyable_v<T>;
    }
  }

  // The items of `from`, and room for `more`.
  static Ref copy_of(const Leaf& from, std::size_t more) {
    Leaf* to = Leaf::create(from.count + more);
    Ref owner(to);
    if (from.is_plain) {
      copy_bytes(from, *to);
      return owner;
    }
    for (; to->count < from.count; ++to->count)
      put_last(*to, from.items()[to->count]);
    return owner;
  }
  // Requires plain items.
  static void copy_bytes(const Leaf& from, Leaf& to) {
    std::memcpy(static_cast<void*>(to.items()), from.items(), from.count * sizeof(T));
    to.count = from.count;
  }
  // Requires room. The caller counts it.
  template <typename Item>
  static void put_last(Leaf& leaf, Item&& item) {
    leaf.is_plain = leaf.is_plain && is_plain(item);
    std::construct_at(leaf.items() + leaf.count, std::forward<Item>(item));
  }
  static Ref copy_of(const Inner& from) {
    for (const Ref& child : from.children)
      child.fetch_count_soon();
    return Ref(new Inner(from));
  }

  static Node& own(Ref& ref) {
    if (!ref.is_unique()) {
      ref = ref->is_leaf ? copy_of(static_cast<const Leaf&>(*ref), 0)
                         : copy_of(static_cast<const Inner&>(*ref));
    }
    return *ref;
  }

  static void append(Ref& ref, std::size_t span, std::size_t at, T item) {
    if (ref->is_leaf) return append_to_leaf(ref, std::move(item));
    std::vector<Ref>& children = static_cast<Inner&>(own(ref)).children;
    if (at / span == children.size()) {
      children.push_back(span == kLeafItems ? Ref(Leaf::create(0)) : Ref(new Inner));
    }
    append(children[at / span], span / kChildren, at % span, std::move(item));
  }
  // Exactly one more: a leaf is small, memory counts.
  static void append_to_leaf(Ref& ref, T item) {
    Leaf& old = static_cast<Leaf&>(*ref);
    Ref grown;
    if (ref.is_unique() && !old.is_plain) {
      grown = Ref(Leaf::create(old.count + 1U));
      Leaf& to = static_cast<Leaf&>(*grown);
      for (; to.count < old.count; ++to.count)
        put_last(to, std::move(old.items()[to.count]));
    } else {
      grown = copy_of(old, 1);
    }
    Leaf& to = static_cast<Leaf&>(*grown);
    put_last(to, std::move(item));
    ++to.count;
    ref = std::move(grown);
  }

  template <typename Visit>
  static void walk(const Node& node, std::size_t& at, Visit& visit) {
    if (node.is_leaf) {
      const Leaf& leaf = static_cast<const Leaf&>(node);
      for (std::size_t i = 0; i < leaf.count; ++i)
        visit(at++, leaf.items()[i]);
      return;
    }
    for (const Ref& child : static_cast<const Inner&>(node).children)
      walk(*child, at, visit);
  }

  Ref root_;
  std::size_t size_ = 0;
  std::size_t root_span_ = 0;  // meaningful when the root is an inner node
};

}  // namespace quorate::controller
