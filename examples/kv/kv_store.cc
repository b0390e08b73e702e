#include "examples/kv/kv_store.h"

#include "raft/base/crc32c.h"

namespace quorate::kv {

KvStore::KvStore() {
  for (Slot& slot : slots_)
    slot.shard = std::make_shared<Shard>();
}

std::size_t KvStore::place_of(std::string_view key) {
  return crc32c(key) % kShards;
}

std::optional<std::string_view> KvStore::find(std::string_view key) const {
  const Shard& shard = *slots_[place_of(key)].shard;
  const auto found = shard.find(key);
  if (found == shard.end()) return std::nullopt;
  return found->second;
}

KvStore::Shard& KvStore::writable(std::string_view key) {
  Slot& slot = slots_[place_of(key)];
  if (slot.owned_since != generation_) {
    slot.shard = std::make_shared<Shard>(*slot.shard);
    slot.owned_since = generation_;
  }
  return *slot.shard;
}

void KvStore::put(std::string_view key, std::string_view value) {
  Shard& shard = writable(key);
  const auto place = shard.lower_bound(key);
  if (place != shard.end() && place->first == key) {
    place->second = value;
    return;
  }
  shard.emplace_hint(place, key, value);
  ++size_;
}

bool KvStore::erase(std::string_view key) {
  if (!find(key)) return false;
  Shard& shard = writable(key);
  shard.erase(shard.find(key));
  --size_;
  return true;
}

KvStore::View KvStore::view() {
  ++generation_;
  View view;
  view.reserve(kShards);
  for (const Slot& slot : slots_)
    view.push_back(slot.shard);
  return view;
}

}  // namespace quorate::kv
