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

#include <cstddef>
#include <cstdint>
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

    static void dispose(Node* node) {
      if (node->is_leaf) {
        delete static_cast<Leaf*>(node);
      } else {
        delete static_cast<Inner*>(node);
      }
    }
  };
  using Ref = NodeRef<Node>;
  struct Leaf : Node {
    std::vector<T> items;
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
    return static_cast<const Leaf*>(node)->items[at];
  }

  // The item in place, for changing; the path to it is copied if it is shared.
  [[nodiscard]] T& at_mutable(std::size_t at) {
    QUORATE_CHECK(at < size_);
    Ref* ref = &root_;
    for (std::size_t span = root_span_; !(*ref)->is_leaf; span /= kChildren) {
      ref = &static_cast<Inner&>(own(*ref)).children[at / span];
      at %= span;
    }
    return static_cast<Leaf&>(own(*ref)).items[at];
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
      root_ = Ref(new Leaf);
      return;
    }
    root_span_ = root_->is_leaf ? kLeafItems : root_span_ * kChildren;
    Inner* root = new Inner;
    Ref owner(root);
    root->children.push_back(std::move(root_));
    root_ = std::move(owner);
  }

  static Node& own(Ref& ref) {
    if (!ref.is_unique()) {
      ref = Ref(ref->is_leaf ? static_cast<Node*>(new Leaf(static_cast<const Leaf&>(*ref)))
                             : static_cast<Node*>(new Inner(static_cast<const Inner&>(*ref))));
    }
    return *ref;
  }

  static void append(Ref& ref, std::size_t span, std::size_t at, T item) {
    Node& node = own(ref);
    if (node.is_leaf) {
      std::vector<T>& items = static_cast<Leaf&>(node).items;
      items.reserve(items.size() + 1);  // exact: a leaf is small, memory counts
      items.push_back(std::move(item));
      return;
    }
    std::vector<Ref>& children = static_cast<Inner&>(node).children;
    if (at / span == children.size()) {
      children.push_back(
          Ref(span == kLeafItems ? static_cast<Node*>(new Leaf) : static_cast<Node*>(new Inner)));
    }
    append(children[at / span], span / kChildren, at % span, std::move(item));
  }

  template <typename Visit>
  static void walk(const Node& node, std::size_t& at, Visit& visit) {
    if (node.is_leaf) {
      for (const T& item : static_cast<const Leaf&>(node).items)
        visit(at++, item);
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
