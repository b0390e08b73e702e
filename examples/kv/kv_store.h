// KvStore: keys and values in memory, with copies that cost next to nothing.
//
// Keys are spread over a fixed number of shards; a copy of the store shares all of them, and a
// shared shard is copied when it is written to for the first time afterwards. Iteration over shards
// and their keys is the same on every replica.
//
// Owner: the state machine; a View may go to another thread. Thread: one at a time.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace quorate::kv {

class KvStore {
 public:
  static constexpr std::size_t kShards = 4096;
  using Shard = std::map<std::string, std::string, std::less<>>;
  // The store as it was when it was made; changes nothing and is changed by nothing.
  using View = std::vector<std::shared_ptr<const Shard>>;

  KvStore();

  // Valid until the next change.
  [[nodiscard]] std::optional<std::string_view> find(std::string_view key) const;
  void put(std::string_view key, std::string_view value);
  // Whether there was something to erase.
  bool erase(std::string_view key);
  [[nodiscard]] std::size_t size() const { return size_; }

  // Takes time in the number of shards, not of keys.
  [[nodiscard]] View view();

 private:
  struct Slot {
    std::shared_ptr<Shard> shard;
    std::uint64_t owned_since = 0;  // the generation in which it was made or copied
  };

  [[nodiscard]] static std::size_t place_of(std::string_view key);
  // The key's shard, ours alone.
  [[nodiscard]] Shard& writable(std::string_view key);

  std::array<Slot, kShards> slots_;
  std::uint64_t generation_ = 0;  // counts views; what is older than the last one is shared
  std::size_t size_ = 0;
};

}  // namespace quorate::kv
