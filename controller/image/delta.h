// Replay: the only way records get into an image, on controllers and brokers alike.
//
// A batch is replayed all or nothing. Errors of replay() mean that this replica cannot follow the
// log (a record of an unknown kind, a reference to what does not exist, an epoch that does not
// fit): the caller must stop, not skip. A batch decided on a state that never came to be is not an
// error but void: the image stays as it is.
//
// Cost: O(records x log n). Give the image by move when the old one is no longer needed; it is then
// changed in place.
//
// Thread: any.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "controller/image/image.h"
#include "controller/image/types.h"
#include "raft/base/status.h"

namespace quorate::controller {

struct TouchedPartition {
  TopicPartition id;
  std::uint32_t changes = 1;  // records that touched it

  bool operator==(const TouchedPartition&) const = default;
};

struct NamedTopic {
  Uuid id;
  std::string name;

  bool operator==(const NamedTopic&) const = default;
};

// What replay touched, except quotas, credentials and access control entries, which nobody acts on
// yet: lists are sorted and name each thing once. A partition that was removed with its topic is
// not in `partitions`.
struct MetadataDelta {
  std::uint64_t base_offset = 0;
  std::uint64_t end_offset = 0;
  std::vector<BrokerId> brokers;  // registered, changed or unregistered
  std::vector<NamedTopic> topics_created;
  std::vector<NamedTopic> topics_removed;
  std::vector<TouchedPartition> partitions;  // created or changed
  std::vector<ConfigResource> configs;
  std::vector<std::string> features;
  bool producer_ids = false;

  // Adds what came after; `later.base_offset` must be our end.
  void append(const MetadataDelta& later);
};

enum class ReplayOutcome : std::uint8_t {
  kApplied,
  kVoid,  // base offset is not the image's end: nothing happened
};

struct Replayed {
  MetadataImage image;
  MetadataDelta delta;
  ReplayOutcome outcome = ReplayOutcome::kApplied;
};

[[nodiscard]] Result<Replayed> replay(MetadataImage image, const v1::RecordBatch& batch);

// Record by record, for whoever assembles an image: replay() itself, a controller that drafts a
// batch, a snapshot being read. After an error the replayer is of no more use.
class Replayer {
 public:
  enum class Source : std::uint8_t {
    kLog,       // each record takes the next offset; a new broker epoch must equal its offset
    kSnapshot,  // records are a state; offsets are given by finish_snapshot
  };

  Replayer(MetadataImage image, Source source);

  [[nodiscard]] const MetadataImage& image() const { return image_; }
  // Errors: kUnsupported (unknown kind of record), kCorruption (does not fit the image).
  Status apply(const v1::Record& record);
  // All records of a batch; stops at the first error.
  Status apply_all(const v1::RecordBatch& batch);
  // What was touched since construction.
  [[nodiscard]] MetadataDelta delta() const&;
  [[nodiscard]] MetadataDelta delta() &&;
  // For a snapshot: the image before `end_offset`, whose newest batch was of `timestamp_ms`.
  [[nodiscard]] MetadataImage finish_snapshot(std::uint64_t end_offset,
                                              std::int64_t timestamp_ms) &&;
  [[nodiscard]] MetadataImage take_image() && { return std::move(image_); }

 private:
  Status apply_register_broker(const v1::Record& record);
  Status apply_unregister_broker(const v1::Record& record);
  Status apply_registration_change(const v1::Record& record);
  Status apply_topic(const v1::Record& record);
  Status apply_remove_topic(const v1::Record& record);
  Status apply_partition(const v1::Record& record);
  Status apply_partition_change(const v1::Record& record);
  Status apply_config(const v1::Record& record);
  Status apply_request_done(const v1::Record& record);
  Status apply_clear_eligible(const v1::Record& record);
  Status dispatch(const v1::Record& record);
  Status apply_changes(const v1::RecordBatch& batch, int first, int end);
  [[nodiscard]] Status at_offset(const Status& status, int records_ahead) const;
  void advance(std::uint64_t records);

  MetadataImage image_;
  Source source_;
  MetadataDelta touched_;  // neither sorted nor unique yet
};

}  // namespace quorate::controller
