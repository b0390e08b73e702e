#include "controller/image/broker_list.h"

#include <algorithm>
#include <cstring>
#include <vector>

#include "raft/base/check.h"

namespace quorate::controller {

static_assert(sizeof(BrokerList) == 16);

BrokerList::BrokerList(std::span<const BrokerId> ids)
    : size_(static_cast<std::uint32_t>(ids.size())) {
  BrokerId* to = slots_.data();
  if (!is_inline()) {
    to = new BrokerId[size_];
    std::memcpy(slots_.data(), static_cast<const void*>(&to), sizeof(to));
  }
  std::copy(ids.begin(), ids.end(), to);
}

BrokerList::BrokerList(std::initializer_list<BrokerId> ids)
    : BrokerList(std::span<const BrokerId>(ids.begin(), ids.size())) {}

void BrokerList::copy_heap(const BrokerList& other) {
  BrokerId* to = new BrokerId[size_];
  std::copy(other.begin(), other.end(), to);
  std::memcpy(slots_.data(), &to, sizeof(to));
}

BrokerId* BrokerList::heap() const {
  BrokerId* pointer = nullptr;
  std::memcpy(static_cast<void*>(&pointer), slots_.data(), sizeof(pointer));
  return pointer;
}

BrokerId BrokerList::operator[](std::size_t at) const {
  QUORATE_CHECK(at < size_);
  return data()[at];
}

bool BrokerList::contains(BrokerId id) const {
  return std::find(begin(), end(), id) != end();
}

BrokerList BrokerList::without(BrokerId id) const {
  std::vector<BrokerId> rest;
  std::copy_if(begin(), end(), std::back_inserter(rest), [id](BrokerId one) { return one != id; });
  return BrokerList(rest);
}

bool BrokerList::has_duplicates() const {
  if (size_ < 16) {
    for (const BrokerId* at = begin(); at != end(); ++at) {
      if (std::find(begin(), at, *at) != at) return true;
    }
    return false;
  }
  std::vector<BrokerId> sorted(begin(), end());
  std::sort(sorted.begin(), sorted.end());
  return std::adjacent_find(sorted.begin(), sorted.end()) != sorted.end();
}

bool BrokerList::includes(const BrokerList& other) const {
  return std::all_of(other.begin(), other.end(), [this](BrokerId id) { return contains(id); });
}

std::size_t BrokerList::heap_bytes() const {
  return is_inline() ? 0 : size_ * sizeof(BrokerId);
}

bool BrokerList::operator==(const BrokerList& other) const {
  return std::equal(begin(), end(), other.begin(), other.end());
}

std::string to_string(const BrokerList& list) {
  std::string text = "[";
  for (const BrokerId id : list) {
    if (text.size() > 1) text += ',';
    text += std::to_string(id);
  }
  return text + "]";
}

}  // namespace quorate::controller
