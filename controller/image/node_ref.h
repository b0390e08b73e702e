// A counted reference to a node that several images share, on any number of threads.
//
// The count is the only thing of a shared node that ever changes. A node whose count is one
// belongs to the map that reaches it, which may then change it in place: that is how a large batch
// is replayed without copying the same path again and again. `is_unique` therefore acquires: what
// other threads read before they let go has happened before our write.
//
// (The compiler's atomic built-ins are used because this layer includes no header of threads.)
// Thread: distinct references, any thread; one reference object, one thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>

namespace quorate::controller {

// Base of what NodeRef counts. Copying a node gives a node that nobody refers to yet.
class SharedNode {
 public:
  SharedNode() = default;
  SharedNode(const SharedNode&) {}
  SharedNode& operator=(const SharedNode&) = delete;

  void retain() const { __atomic_fetch_add(&refs_, 1U, __ATOMIC_RELAXED); }
  // Whether this was the last reference.
  [[nodiscard]] bool release() const {
    return __atomic_fetch_sub(&refs_, 1U, __ATOMIC_ACQ_REL) == 1U;
  }
  [[nodiscard]] bool is_unique() const { return __atomic_load_n(&refs_, __ATOMIC_ACQUIRE) == 1U; }
  // To be looked at by nobody, only fetched.
  [[nodiscard]] const void* count_address() const { return &refs_; }

 protected:
  ~SharedNode() = default;

 private:
  mutable std::uint32_t refs_ = 0;
};

// Has the processor fetch what is there, so that it is near when it is looked at soon. A hint:
// never changes what happens.
inline void fetch_soon(const void* first, std::size_t bytes) {
  constexpr std::size_t kLine = 64;
  const char* at = static_cast<const char*>(first);
  for (std::size_t done = 0; done < bytes; done += kLine)
    __builtin_prefetch(at + done);
}

// `T` derives from SharedNode and has `static void dispose(T*)`.
template <typename T>
class NodeRef {  // NOLINT(cppcoreguidelines-special-member-functions): assigns by value
 public:
  NodeRef() = default;
  explicit NodeRef(T* node) : node_(node) {
    if (node_ != nullptr) node_->retain();
  }
  NodeRef(const NodeRef& other) : NodeRef(other.node_) {}
  NodeRef(NodeRef&& other) noexcept : node_(std::exchange(other.node_, nullptr)) {}
  NodeRef& operator=(NodeRef other) noexcept {
    std::swap(node_, other.node_);
    return *this;
  }
  ~NodeRef() {
    if (node_ != nullptr && node_->release()) T::dispose(node_);
  }

  [[nodiscard]] T* get() const { return node_; }
  T* operator->() const { return node_; }
  T& operator*() const { return *node_; }
  explicit operator bool() const { return node_ != nullptr; }
  [[nodiscard]] bool is_unique() const { return node_ != nullptr && node_->is_unique(); }
  // Its count will be changed soon.
  void fetch_count_soon() const { __builtin_prefetch(node_->count_address(), 1); }

 private:
  T* node_ = nullptr;
};

}  // namespace quorate::controller
