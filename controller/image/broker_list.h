// A short list of broker ids in 16 bytes: up to three ids lie in the object, more on the heap.
//
// Order is kept (in a replica list it is preference). A list is built once and not changed.
// Thread: a value, as safe as a vector.
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <utility>

#include "controller/image/types.h"

namespace quorate::controller {

class BrokerList {  // NOLINT(cppcoreguidelines-special-member-functions): assigns by value
 public:
  BrokerList() = default;
  BrokerList(std::initializer_list<BrokerId> ids);
  explicit BrokerList(std::span<const BrokerId> ids);
  BrokerList(const BrokerList& other) : size_(other.size_), slots_(other.slots_) {
    if (!is_inline()) copy_heap(other);
  }
  BrokerList(BrokerList&& other) noexcept
      : size_(std::exchange(other.size_, 0U)), slots_(other.slots_) {}
  BrokerList& operator=(BrokerList other) noexcept {
    std::swap(size_, other.size_);
    std::swap(slots_, other.slots_);
    return *this;
  }
  ~BrokerList() {
    if (!is_inline()) delete[] heap();
  }

  [[nodiscard]] std::span<const BrokerId> ids() const { return {data(), size_}; }
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] bool empty() const { return size_ == 0; }
  [[nodiscard]] const BrokerId* begin() const { return data(); }
  [[nodiscard]] const BrokerId* end() const { return data() + size_; }
  // Requires at < size().
  BrokerId operator[](std::size_t at) const;
  [[nodiscard]] bool contains(BrokerId id) const;
  // The same list less `id`.
  [[nodiscard]] BrokerList without(BrokerId id) const;
  [[nodiscard]] bool has_duplicates() const;
  // Whether each of `other` is in this list.
  [[nodiscard]] bool includes(const BrokerList& other) const;
  // Bytes on the heap, for accounts of memory.
  [[nodiscard]] std::size_t heap_bytes() const;

  // Whether nothing of it lies on the heap.
  [[nodiscard]] bool is_plain() const { return is_inline(); }

  bool operator==(const BrokerList& other) const;

 private:
  static constexpr std::uint32_t kInlineMax = 3;

  [[nodiscard]] bool is_inline() const { return size_ <= kInlineMax; }
  [[nodiscard]] const BrokerId* data() const { return is_inline() ? slots_.data() : heap(); }
  [[nodiscard]] BrokerId* heap() const;
  void copy_heap(const BrokerList& other);

  std::uint32_t size_ = 0;
  std::array<BrokerId, kInlineMax> slots_{};  // the ids, or the bytes of a pointer to them
};

// "[1,2,3]"
[[nodiscard]] std::string to_string(const BrokerList& list);

}  // namespace quorate::controller
