// Words that every part of the metadata image shares: ids and the names of what records speak of.
//
// Thread: values, as safe as int.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace quorate::controller {

// The wire types are named here and included only where records are read or written.
namespace v1 {
class Partition;
class PartitionChange;
class Record;
class RecordBatch;
class RegisterBroker;
enum ErrorCode : int;
}  // namespace v1

// 128 bits; both halves zero means "none".
struct Uuid {
  std::uint64_t high = 0;
  std::uint64_t low = 0;

  [[nodiscard]] bool is_none() const { return high == 0 && low == 0; }
  auto operator<=>(const Uuid&) const = default;
};

// Kafka's form: 22 characters of URL-safe base64 without padding.
[[nodiscard]] std::string to_string(const Uuid& id);
// The inverse; nothing when `text` is not 22 such characters.
[[nodiscard]] std::optional<Uuid> uuid_from_string(std::string_view text);

using BrokerId = std::int32_t;
inline constexpr BrokerId kNoBroker = -1;

struct TopicPartition {
  Uuid topic;
  std::int32_t partition = 0;

  auto operator<=>(const TopicPartition&) const = default;
};

// Partition numbers are below this: an index key holds them in 24 bits.
inline constexpr std::int32_t kPartitionsPerTopicMax = 1 << 24;

}  // namespace quorate::controller
