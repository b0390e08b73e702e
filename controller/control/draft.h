// A batch being written: records go in one after the other, and the image that they would make is
// there at once, so that each next step of a decision sees what the earlier ones did.
//
// Nothing leaves before it is taken; dropping a draft is how a decision is undone or only planned.
// Owner: one decision. Thread: the command thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "quorate/controller/v1/record.pb.h"

#include "controller/control/decision.h"
#include "controller/image/delta.h"
#include "controller/image/image.h"

namespace quorate::controller {

class Draft {
 public:
  explicit Draft(const MetadataImage& pending);

  // The pending image with the records so far.
  [[nodiscard]] const MetadataImage& image() const { return replayer_.image(); }
  // Where the next record will stand.
  [[nodiscard]] std::uint64_t next_offset() const { return image().end_offset; }
  [[nodiscard]] std::size_t record_count() const {
    return static_cast<std::size_t>(batch_->records_size());
  }
  // Not ok once a record did not fit: our own mistake, and the draft is of no more use.
  [[nodiscard]] const Status& status() const { return status_; }
  [[nodiscard]] MetadataDelta delta() const { return replayer_.delta(); }

  void append(v1::Record record);
  // Notes why; the first rule noted is the cause that the batch carries.
  void explain(std::string rule, std::string text);
  [[nodiscard]] const Trace& trace() const { return trace_; }

  [[nodiscard]] std::shared_ptr<v1::RecordBatch> take_batch() { return std::move(batch_); }
  [[nodiscard]] MetadataImage take_image() { return std::move(replayer_).take_image(); }

 private:
  std::shared_ptr<v1::RecordBatch> batch_;
  Replayer replayer_;
  Status status_;
  Trace trace_;
};

}  // namespace quorate::controller
