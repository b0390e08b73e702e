// When each broker was last heard of: soft state of the active controller, never in the log.
//
// Time during which the controller itself did not run does not count against anyone (a pause of
// ours says nothing about brokers): a gap between two looks at the clock longer than
// `gap_max_ms` counts as `gap_max_ms`. Session time is therefore the clock less what was forgiven.
//
// Owner: ActiveController. Thread: the command thread.
#pragma once

#include <cstdint>
#include <map>
#include <optional>

#include "controller/image/image.h"
#include "controller/image/types.h"

namespace quorate::controller {

struct SessionOptions {
  std::uint32_t session_timeout_ms = 9'000;
  // Longest time between two looks at the clock that is not a pause of the controller.
  std::uint32_t gap_max_ms = 500;
};

class Sessions {
 public:
  explicit Sessions(SessionOptions options) : options_(options) {}

  // Looks at the clock. Call before anything else that takes a time; a clock that goes back is
  // taken as standing still.
  void observe(std::uint64_t now_ms);

  // A new active controller knows nobody's last contact: each registered, unfenced broker gets a
  // full session from now (BRK-16), fenced ones have none until they are heard of.
  void claim(const MetadataImage& image, std::uint64_t now_ms);
  // The image was set back: drops sessions of brokers that are no longer registered so, and tracks
  // unfenced ones that have none.
  void reconcile(const MetadataImage& image);

  // A heartbeat or registration of this process of the broker, `age_ms` ago.
  void touch(BrokerId id, std::uint64_t epoch, std::uint64_t age_ms);
  void set_metadata_offset(BrokerId id, std::uint64_t offset);
  void forget(BrokerId id);
  // All that the broker led has been handed over by the records below `offset`. Once said, it
  // stays (BRK-11).
  void set_shutdown_offset(BrokerId id, std::uint64_t offset);

  [[nodiscard]] bool is_valid(BrokerId id, std::uint64_t epoch) const;
  // The broker whose session expired first of those that are neither fenced nor being fenced; ties
  // go to the lowest id.
  [[nodiscard]] std::optional<BrokerId> first_expired(const MetadataImage& image) const;
  // How many such brokers have expired.
  [[nodiscard]] std::size_t expired_count(const MetadataImage& image) const;
  // Milliseconds since the last contact, pauses of ours left out; nothing when never heard of.
  [[nodiscard]] std::optional<std::uint64_t> age_ms(BrokerId id) const;
  [[nodiscard]] std::optional<std::uint64_t> metadata_offset(BrokerId id) const;
  [[nodiscard]] std::optional<std::uint64_t> shutdown_offset(BrokerId id) const;
  // Every active broker has applied all records below `offset`; true when none is active.
  [[nodiscard]] bool have_all_applied(const MetadataImage& image, std::uint64_t offset) const;
  // All time forgiven so far.
  [[nodiscard]] std::uint64_t forgiven_ms() const { return forgiven_ms_; }

 private:
  struct Session {
    std::uint64_t epoch = 0;
    std::uint64_t contact_ms = 0;  // session time
    std::uint64_t metadata_offset = 0;
    std::optional<std::uint64_t> shutdown_offset;
  };

  [[nodiscard]] bool is_expired(const Session& session) const;

  SessionOptions options_;
  std::map<BrokerId, Session> sessions_;
  std::optional<std::uint64_t> clock_ms_;  // the last look
  std::uint64_t session_now_ms_ = 0;
  std::uint64_t forgiven_ms_ = 0;
};

}  // namespace quorate::controller
