// The answers of the last requests that carried an id, so that a retry gets what was answered
// first, also from another controller.
//
// Bounds: kRequestsMax answers and kRequestBytesMax bytes of them; beyond either the oldest is
// forgotten first. Both depend on the log alone, so every replica forgets the same.
//
// Owner: MetadataImage. Thread: any, unchanged; copies share their contents.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "controller/image/persistent_map.h"
#include "raft/base/status.h"

namespace quorate::controller {

struct RequestKey {
  std::string principal;
  std::string request_id;

  auto operator<=>(const RequestKey&) const = default;
};

struct DoneRequest {
  RequestKey key;
  std::string method;
  std::string response;  // serialized
};

class RequestsImage {
 public:
  static constexpr std::size_t kRequestsMax = 10'000;
  static constexpr std::size_t kRequestBytesMax = 64U << 20U;

  using InOrder = PersistentMap<std::uint64_t, std::shared_ptr<const DoneRequest>>;

  // Oldest first.
  [[nodiscard]] const InOrder& in_order() const { return in_order_; }
  // Null when unknown or forgotten.
  [[nodiscard]] const DoneRequest* find(const RequestKey& key) const;
  [[nodiscard]] std::size_t size() const { return in_order_.size(); }
  [[nodiscard]] std::uint64_t hash() const { return hash_; }

  // Errors: kAlreadyExists, kInvalidArgument (no id).
  Status add(DoneRequest done);

 private:
  void forget_oldest();

  InOrder in_order_;  // by number of arrival in this image
  PersistentMap<RequestKey, std::uint64_t> numbers_;
  std::uint64_t next_number_ = 0;
  std::size_t bytes_ = 0;
  std::uint64_t hash_ = 0;
};

}  // namespace quorate::controller
