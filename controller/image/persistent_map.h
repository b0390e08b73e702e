// An ordered map whose copies share their nodes: a B+ tree that copies the path it changes.
//
// Copying the map copies one pointer. A change costs O(log n) and leaves every other copy as it
// was; nodes that no other copy reaches are changed in place, so a run of changes costs about as
// much as in an ordinary tree. Iteration is in key order, the same for equal contents whatever the
// history.
//
// Invariants:
//   - all leaves have the same depth; keys of a node ascend strictly
//   - an inner node's key i is at most every key below child i, and greater than all of child i-1
//     (key 0 bounds nothing and is not looked at)
//   - only the root may be absent, and then the map is empty; no node is empty
//
// Owner: whoever holds the map. Thread: distinct map objects, any thread, without a lock.
// Source: Driscoll et al., "Making data structures persistent" (1989), path copying.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <utility>

#include "controller/image/node_ref.h"
#include "controller/image/persistent_map_node.h"
#include "raft/base/check.h"

namespace quorate::controller {

template <typename K, typename V, typename Less = std::less<>>
class PersistentMap {
  using Nodes = MapNodes<K, V>;
  using Node = typename Nodes::Node;
  using Leaf = typename Nodes::Leaf;
  using Inner = typename Nodes::Inner;
  using Ref = NodeRef<Node>;
  static constexpr std::size_t kMax = kMapNodeItemsMax;
  static constexpr std::size_t kMin = kMapNodeItemsMin;
  static constexpr std::size_t kDepthMax = 16;

 public:
  struct Item {
    const K& key;
    const V& value;
  };

  // Forward, in key order; valid while some map that reaches its nodes is neither changed nor gone.
  class Iterator {
   public:
    Iterator() = default;
    Item operator*() const {
      const Leaf& leaf = static_cast<const Leaf&>(*path_[depth_ - 1].node);
      const std::size_t at = path_[depth_ - 1].at;
      return {leaf.keys[at], leaf.values[at]};
    }
    Iterator& operator++() {
      ++path_[depth_ - 1].at;
      settle();
      return *this;
    }
    bool operator==(const Iterator& other) const {
      if (depth_ == 0 || other.depth_ == 0) return depth_ == other.depth_;
      const Step& mine = path_[depth_ - 1];
      const Step& theirs = other.path_[other.depth_ - 1];
      return mine.node == theirs.node && mine.at == theirs.at;
    }

   private:
    friend PersistentMap;
    struct Step {
      const Node* node = nullptr;
      std::size_t at = 0;
    };

    // Goes up past finished nodes, then down to the leftmost leaf of what follows.
    void settle() {
      while (depth_ > 0 && path_[depth_ - 1].at >= path_[depth_ - 1].node->count) {
        if (--depth_ > 0) ++path_[depth_ - 1].at;
      }
      while (depth_ > 0 && !path_[depth_ - 1].node->is_leaf) {
        const Step& top = path_[depth_ - 1];
        push(static_cast<const Inner*>(top.node)->children[top.at].get(), 0);
      }
    }
    void push(const Node* node, std::size_t at) {
      QUORATE_CHECK(depth_ < kDepthMax);
      path_[depth_++] = {node, at};
    }

    std::array<Step, kDepthMax> path_{};
    std::size_t depth_ = 0;  // 0: the end
  };

  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] bool empty() const { return size_ == 0; }

  // Null when absent.
  template <typename Key>
  [[nodiscard]] const V* find(const Key& key) const {
    const Leaf* leaf = leaf_of(key);
    if (leaf == nullptr) return nullptr;
    const std::size_t at = lower(*leaf, key);
    if (at == leaf->count || Less{}(key, leaf->keys[at])) return nullptr;
    return &leaf->values[at];
  }
  template <typename Key>
  [[nodiscard]] bool contains(const Key& key) const {
    return find(key) != nullptr;
  }

  [[nodiscard]] Iterator begin() const {
    Iterator it;
    if (root_) it.push(root_.get(), 0);
    it.settle();
    return it;
  }
  [[nodiscard]] Iterator end() const { return {}; }
  // The first item whose key is not less than `key`.
  template <typename Key>
  [[nodiscard]] Iterator lower_bound(const Key& key) const {
    Iterator it;
    const Node* node = root_.get();
    while (node != nullptr) {
      const std::size_t at = node->is_leaf ? lower(*node, key) : child_at(*node, key);
      it.push(node, at);
      node = node->is_leaf ? nullptr : static_cast<const Inner*>(node)->children[at].get();
    }
    it.settle();
    return it;
  }

  // Puts `value` under `key`, in the place of an earlier one. Returns whether the key is new.
  bool set(K key, V value) {
    if (!root_) root_ = Ref(new Leaf);
    const std::size_t before = size_;
    Split split = insert(root_, std::move(key), std::move(value));
    if (split) grow(std::move(split));
    return size_ != before;
  }
  bool insert(K key) { return set(std::move(key), V{}); }

  // The value in place, for changing; null when absent. Copies the path to it if it is shared.
  template <typename Key>
  [[nodiscard]] V* find_mutable(const Key& key) {
    return contains(key) ? &existing_mutable(key) : nullptr;
  }
  // The same for a key that is there: requires contains(key).
  template <typename Key>
  [[nodiscard]] V& existing_mutable(const Key& key) {
    Ref* ref = &root_;
    while (true) {
      Node& node = Nodes::own(*ref);
      if (node.is_leaf) return static_cast<Leaf&>(node).values[lower(node, key)];
      ref = &static_cast<Inner&>(node).children[child_at(node, key)];
    }
  }
  // As find_mutable, after adding a default value where there was none.
  V& at_or_add(const K& key) {
    Walk walk(*this);
    Spot spot = walk.seek(key);
    if (spot.find(key) != nullptr) return spot.own_value();
    set(key, V{});
    return existing_mutable(key);
  }

  // Where a key is, or would be.
  class Spot {
   public:
    Spot() = default;
    explicit Spot(Ref* leaf) : leaf_(leaf) {}

    // Null when the key is not there. Requires the key that was sought.
    [[nodiscard]] const V* find(const K& key) {
      if (leaf_ == nullptr) return nullptr;
      const Leaf& leaf = static_cast<const Leaf&>(**leaf_);
      at_ = lower(leaf, key);
      return at_ == leaf.count || Less{}(key, leaf.keys[at_]) ? nullptr : &leaf.values[at_];
    }
    // What find() found, for changing; the leaf is copied if it is shared.
    [[nodiscard]] V& own_value() const {
      return static_cast<Leaf&>(Nodes::own(*leaf_)).values[at_];
    }

    // find() or own_value() come soon. Hints.
    void fetch_soon() const {
      if (leaf_ != nullptr) controller::fetch_soon(leaf_->get(), sizeof(Leaf));
    }
    void fetch_for_own_soon() const { Nodes::fetch_for_own_soon(*leaf_); }

    [[nodiscard]] bool is_in_leaf_of(const Spot& other) const { return leaf_ == other.leaf_; }

   private:
    Ref* leaf_ = nullptr;
    std::size_t at_ = 0;
  };

  // Finds keys that ascend, each from where the one before was, in order to change what is there:
  // inner nodes on the way are looked at and copied once, however many keys lie below them.
  // Valid, with its spots, while nothing else changes the map.
  class Walk {
   public:
    explicit Walk(PersistentMap& map) {
      if (map.root_) steps_[depth_++] = {&map.root_, nullptr};
    }

    // Requires a key that is not less than the one before.
    [[nodiscard]] Spot seek(const K& key) {
      if (depth_ == 0) return Spot();
      while (steps_[depth_ - 1].end != nullptr && !Less{}(key, *steps_[depth_ - 1].end))
        --depth_;
      while (!(*steps_[depth_ - 1].ref)->is_leaf) {
        QUORATE_CHECK(depth_ < kDepthMax);
        Inner& inner = static_cast<Inner&>(Nodes::own(*steps_[depth_ - 1].ref));
        const std::size_t at = child_at(inner, key);
        const K* end = at + 1U < inner.count ? &inner.keys[at + 1] : steps_[depth_ - 1].end;
        steps_[depth_++] = {&inner.children[at], end};
      }
      return Spot(steps_[depth_ - 1].ref);
    }

   private:
    struct Step {
      Ref* ref = nullptr;
      const K* end = nullptr;  // keys below are less; null: there is no such bound
    };
    std::array<Step, kDepthMax> steps_{};
    std::size_t depth_ = 0;
  };

  // Returns whether there was such a key.
  template <typename Key>
  bool erase(const Key& key) {
    if (!contains(key)) return false;
    remove(root_, key);
    --size_;
    while (root_ && !root_->is_leaf && root_->count == 1) {
      Ref only = static_cast<Inner&>(*root_).children[0];
      root_ = std::move(only);
    }
    if (root_->count == 0) root_ = Ref();
    return true;
  }

 private:
  using Split = Ref;  // the new right neighbour of a node that was full; null when it was not

  // The leaf that holds `key` or would; null in an empty map.
  template <typename Key>
  [[nodiscard]] const Leaf* leaf_of(const Key& key) const {
    const Node* node = root_.get();
    if (node == nullptr) return nullptr;
    while (!node->is_leaf)
      node = static_cast<const Inner*>(node)->children[child_at(*node, key)].get();
    return static_cast<const Leaf*>(node);
  }

  // How many keys are less than `key`. No branch depends on the keys: which half it is cannot be
  // guessed.
  template <typename Key>
  static std::size_t lower(const Node& node, const Key& key) {
    std::size_t low = 0;
    std::size_t left = node.count;
    while (left > 0) {
      const std::size_t half = (left + 1) / 2;
      low += Less{}(node.keys[low + half - 1], key) ? half : 0;
      left -= half;
    }
    return low;
  }
  // The child below which `key` lies.
  template <typename Key>
  static std::size_t child_at(const Node& node, const Key& key) {
    std::size_t low = 0;
    std::size_t left = node.count - 1U;
    while (left > 0) {
      const std::size_t half = (left + 1) / 2;
      low += Less{}(key, node.keys[low + half]) ? 0 : half;
      left -= half;
    }
    return low;
  }

  Split insert(Ref& ref, K key, V value) {
    Node& node = Nodes::own(ref);
    if (node.is_leaf) {
      return insert_into_leaf(static_cast<Leaf&>(node), std::move(key), std::move(value));
    }
    Inner& inner = static_cast<Inner&>(node);
    const std::size_t at = child_at(inner, key);
    Split split = insert(inner.children[at], std::move(key), std::move(value));
    if (!split) return {};
    return insert_into_inner(inner, at + 1, std::move(split));
  }

  Split insert_into_leaf(Leaf& leaf, K key, V value) {
    const std::size_t at = lower(leaf, key);
    if (at < leaf.count && !Less{}(key, leaf.keys[at])) {
      leaf.values[at] = std::move(value);
      return {};
    }
    ++size_;
    if (leaf.count < kMax) {
      Nodes::put(leaf, at, std::move(key), std::move(value));
      return {};
    }
    // Appending leaves the full node full, so keys that only grow fill their leaves.
    const std::size_t keep = at == kMax ? kMax : kMax / 2;
    Split split = Nodes::split_off(leaf, keep);
    if (at <= keep && keep < kMax) {
      Nodes::put(leaf, at, std::move(key), std::move(value));
    } else {
      Nodes::put(static_cast<Leaf&>(*split), at - keep, std::move(key), std::move(value));
    }
    return split;
  }

  Split insert_into_inner(Inner& inner, std::size_t at, Ref child) {
    if (inner.count < kMax) {
      Nodes::put(inner, at, std::move(child));
      return {};
    }
    const std::size_t keep = at == kMax ? kMax : kMax / 2;
    Split split = Nodes::split_off(inner, keep);
    if (at <= keep && keep < kMax) {
      Nodes::put(inner, at, std::move(child));
    } else {
      Nodes::put(static_cast<Inner&>(*split), at - keep, std::move(child));
    }
    return split;
  }

  void grow(Split right) {
    Inner* root = new Inner;
    Ref owner(root);
    Nodes::put(*root, 0, std::move(root_));
    Nodes::put(*root, 1, std::move(right));
    root_ = std::move(owner);
  }

  template <typename Key>
  void remove(Ref& ref, const Key& key) {
    Node& node = Nodes::own(ref);
    if (node.is_leaf) {
      Nodes::close_gap(static_cast<Leaf&>(node), lower(node, key));
      return;
    }
    Inner& inner = static_cast<Inner&>(node);
    const std::size_t at = child_at(inner, key);
    remove(inner.children[at], key);
    if (inner.children[at]->count == 0) {
      Nodes::close_gap(inner, at);
    } else if (inner.children[at]->count < kMin) {
      join(inner, at);
    }
  }

  // Joins child `at` with a neighbour when both fit into one node.
  void join(Inner& inner, std::size_t at) {
    const std::size_t left = at > 0 ? at - 1 : at;
    if (left + 1 >= inner.count) return;
    if (inner.children[left]->count + inner.children[left + 1]->count > kMax) return;
    Node& to = Nodes::own(inner.children[left]);
    Node& from = Nodes::own(inner.children[left + 1]);
    if (to.is_leaf) {
      Nodes::move_tail(static_cast<Leaf&>(from), 0, static_cast<Leaf&>(to));
    } else {
      // The right node's first key bounds nothing there; here it must.
      from.keys[0] = inner.keys[left + 1];
      Nodes::move_tail(static_cast<Inner&>(from), 0, static_cast<Inner&>(to));
    }
    Nodes::close_gap(inner, left + 1);
  }

  Ref root_;
  std::size_t size_ = 0;
};

template <typename K, typename Less = std::less<>>
using PersistentSet = PersistentMap<K, Nothing, Less>;

}  // namespace quorate::controller
