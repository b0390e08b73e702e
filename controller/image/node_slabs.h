// Nodes whose counts lie apart from them, side by side.
//
// Copying and ending a map's leaf changes the count of every node that the leaf names, though only
// few of these nodes change. Were each count in its node, each would be a line of memory of its
// own, far from the others; in a slab, sixteen counts share a line, and those of 100,000 nodes fit
// into a processor's own cache.
//
//   slab, kSlabBytes at a multiple of them:   | header | count 0, 1, 2 ... | node 0, 1, 2 ... |
//
// A thread takes nodes from a list of its own. What any thread gives back goes to a list of all,
// which the next thread whose own is empty takes over whole: no lock, and no thread ever waits. A
// slab stays one: all of them take what the most nodes of one time took, at worst that for each
// thread that takes nodes.
//
// Thread: any. Source: docs/adr/0014-node-slabs.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <new>
#include <utility>

#include "raft/base/check.h"

namespace quorate::controller {

template <typename T>
class NodeSlabs {
  static constexpr std::size_t kSlabBytes = 1U << 14U;
  static constexpr std::size_t kHeaderBytes = 64;
  union Slot {
    Slot* next;  // of a list of free ones
    alignas(T) std::byte node[sizeof(T)];
  };
  static constexpr std::size_t kNodes =
      (kSlabBytes - 4 * kHeaderBytes) / (sizeof(Slot) + sizeof(std::uint32_t));
  struct Slab {
    alignas(kHeaderBytes) Slab* next;
    alignas(kHeaderBytes) std::uint32_t counts[kNodes];
    Slot slots[kNodes];
  };
  static_assert(sizeof(Slab) <= kSlabBytes - 16);

 public:
  static std::uint32_t& count_of(const void* node) {
    const auto at = reinterpret_cast<std::uintptr_t>(node);
    Slab* slab = reinterpret_cast<Slab*>(at & ~(kSlabBytes - 1));
    return slab->counts[(at - reinterpret_cast<std::uintptr_t>(slab->slots)) / sizeof(Slot)];
  }

  static void* take() {
    Own& own = own_;
    if (own.free == nullptr)
      own.free = __atomic_exchange_n(&given_back_, nullptr, __ATOMIC_ACQUIRE);
    if (own.free == nullptr) own.free = slots_of(add_slab());
    Slot* slot = std::exchange(own.free, own.free->next);
    count_of(slot) = 0;
    return slot;
  }
  static void give_back(void* node) {
    Slot* slot = ::new (node) Slot;
    give_back(slot, slot);
  }

 private:
  // What one thread has; the rest of it goes back when the thread ends.
  struct Own {
    Slot* free = nullptr;
    ~Own() {
      if (free == nullptr) return;
      Slot* last = free;
      while (last->next != nullptr)
        last = last->next;
      give_back(free, last);
    }
  };

  static void give_back(Slot* first, Slot* last) {
    Slot* before = __atomic_load_n(&given_back_, __ATOMIC_RELAXED);
    do {
      last->next = before;
    } while (!__atomic_compare_exchange_n(
        &given_back_, &before, first, true, __ATOMIC_RELEASE, __ATOMIC_RELAXED));
  }

  static Slab* add_slab() {
    void* memory = ::operator new(sizeof(Slab), std::align_val_t(kSlabBytes));
    Slab* slab = static_cast<Slab*>(memory);
    slab->next = __atomic_load_n(&slabs_, __ATOMIC_RELAXED);
    while (!__atomic_compare_exchange_n(
        &slabs_, &slab->next, slab, true, __ATOMIC_RELEASE, __ATOMIC_RELAXED)) {
    }
    return slab;
  }
  static Slot* slots_of(Slab* slab) {
    for (std::size_t i = 0; i + 1 < kNodes; ++i)
      slab->slots[i].next = &slab->slots[i + 1];
    slab->slots[kNodes - 1].next = nullptr;
    return &slab->slots[0];
  }

  static inline Slab* slabs_ = nullptr;  // all there are
  static inline Slot* given_back_ = nullptr;
  static inline thread_local Own own_;
};

// Base of a node that lies in a slab; as SharedNode otherwise.
template <typename T>
class SlabNode {
 public:
  SlabNode() = default;
  SlabNode(const SlabNode&) {}
  SlabNode& operator=(const SlabNode&) = delete;

  void retain() const { __atomic_fetch_add(&count(), 1U, __ATOMIC_RELAXED); }
  [[nodiscard]] bool release() const {
    return __atomic_fetch_sub(&count(), 1U, __ATOMIC_ACQ_REL) == 1U;
  }
  [[nodiscard]] bool is_unique() const { return __atomic_load_n(&count(), __ATOMIC_ACQUIRE) == 1U; }
  [[nodiscard]] const void* count_address() const { return &count(); }

  static void* operator new(std::size_t bytes) {
    QUORATE_CHECK(bytes == sizeof(T));
    return NodeSlabs<T>::take();
  }
  static void operator delete(void* node) { NodeSlabs<T>::give_back(node); }

 protected:
  ~SlabNode() = default;

 private:
  [[nodiscard]] std::uint32_t& count() const {
    return NodeSlabs<T>::count_of(static_cast<const T*>(this));
  }
};

}  // namespace quorate::controller
