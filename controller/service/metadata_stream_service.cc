#include "controller/service/metadata_stream_service.h"

#include <chrono>
#include <optional>
#include <utility>
#include <vector>

#include "controller/image/image_writer.h"
#include "controller/image/record_fields.h"
#include "controller/service/caller.h"
#include "controller/service/request_codec.h"

namespace quorate::controller {
namespace {

// Answers `status` and nothing else.
class RefusedStream final : public grpc::ServerWriteReactor<v1::MetadataUpdate> {
 public:
  explicit RefusedStream(const grpc::Status& status) { Finish(status); }
  void OnDone() override { delete this; }
};

// A snapshot as messages, made when they are sent: a slow subscriber costs one chunk of memory.
class SnapshotMessages {
 public:
  explicit SnapshotMessages(const MetadataImage& image) : writer_(image) {}

  v1::MetadataUpdate next() {
    const MetadataImage& image = writer_.image();
    v1::MetadataUpdate update;
    if (!std::exchange(begun_, true)) {
      update.mutable_snapshot_begin()->set_end_offset(image.end_offset);
      return update;
    }
    std::vector<v1::Record> chunk = writer_.next();
    if (!chunk.empty()) {
      auto& records = *update.mutable_snapshot_chunk()->mutable_records();
      for (v1::Record& record : chunk)
        *records.Add() = std::move(record);
      return update;
    }
    v1::SnapshotEnd& end = *update.mutable_snapshot_end();
    end.set_end_offset(image.end_offset);
    end.set_state_hash(state_hash(image));
    end.set_timestamp_ms(image.timestamp_ms);
    return update;
  }

 private:
  ImageWriter writer_;
  bool begun_ = false;
};

// One stream. Alive while gRPC or the feed may call it: `self_` is gRPC's hold.
class UpdateWriter final : public grpc::ServerWriteReactor<v1::MetadataUpdate>,
                           public FeedSubscriber,
                           public std::enable_shared_from_this<UpdateWriter> {
 public:
  UpdateWriter(StreamParts parts, grpc::CallbackServerContext& context, std::uint64_t cursor)
      : parts_(parts), context_(context), cursor_(cursor) {}

  // False: refused, with the status to answer.
  Status open() {
    const ImagePointer image = parts_.metadata->image();
    const bool begins = cursor_ == 0;
    const bool lost = cursor_ < image->end_offset &&
                      parts_.feed->find(cursor_).position == MetadataFeed::Position::kTooOld;
    if (begins || lost) {
      if (!parts_.feed->begin_snapshot()) {
        return {Code::kBusy, "too many snapshots are being sent; try again"};
      }
      snapshot_.emplace(*image);
      cursor_ = image->end_offset;
      snapshotting_ = true;
    }
    self_ = shared_from_this();
    if (!parts_.feed->subscribe(self_)) {
      if (snapshotting_) parts_.feed->end_snapshot();
      self_.reset();
      return {Code::kBusy, "too many subscribers"};
    }
    pump();
    return Status::ok();
  }

  void on_wake() override { pump(); }

  void OnWriteDone(bool ok) override {
    {
      const MutexLock lock(mutex_);
      writing_ = false;
      if (!ok) end(grpc::Status::CANCELLED);
    }
    pump();
  }

  void OnCancel() override {
    const MutexLock lock(mutex_);
    end(grpc::Status::CANCELLED);
  }

  void OnDone() override {
    bool snapshotting = false;
    {
      const MutexLock lock(mutex_);
      snapshotting = std::exchange(snapshotting_, false);
    }
    if (snapshotting) parts_.feed->end_snapshot();
    parts_.feed->unsubscribe(self_);
    const auto last = std::move(self_);
  }

 private:
  // Sends the next message if none is on its way.
  void pump() {
    const MutexLock lock(mutex_);
    if (writing_ || ended_ || !take_next()) return;
    writing_ = true;
    sent_ = std::chrono::steady_clock::now();
    StartWrite(&outgoing_);
  }

  // Whether outgoing_ holds something to send.
  bool take_next() QUORATE_REQUIRES(mutex_) {
    if (snapshot_) {
      outgoing_ = snapshot_->next();
      if (outgoing_.has_snapshot_end()) snapshot_.reset();
      return true;
    }
    if (std::exchange(snapshotting_, false)) parts_.feed->end_snapshot();
    const MetadataFeed::Found found = parts_.feed->find(cursor_);
    switch (found.position) {
      case MetadataFeed::Position::kHere:
        *outgoing_.mutable_delta() = *found.batch;
        cursor_ += static_cast<std::uint64_t>(found.batch->records_size());
        return true;
      case MetadataFeed::Position::kTooOld:
        end(parts_.refusals->refuse(context_,
                                    {Code::kBusy,
                                     "slow consumer: offset " + std::to_string(cursor_) +
                                         " is no longer kept; subscribe again"}));
        return false;
      case MetadataFeed::Position::kAtEnd: break;
    }
    return take_position();
  }

  bool take_position() QUORATE_REQUIRES(mutex_) {
    constexpr auto kQuiet = std::chrono::milliseconds(400);  // below the feed's own period
    if (sent_ && std::chrono::steady_clock::now() - *sent_ < kQuiet) return false;
    const raft::ServerStatus status = parts_.port->status();
    v1::Position& position = *outgoing_.mutable_position();
    position.set_end_offset(parts_.feed->end_offset());
    position.set_controller_epoch(status.core.term.value);
    const auto& leader = status.core.leader;
    position.set_active_controller(leader ? static_cast<std::int32_t>(leader->node.value) : -1);
    return true;
  }

  void end(const grpc::Status& status) QUORATE_REQUIRES(mutex_) {
    if (!std::exchange(ended_, true)) Finish(status);
  }

  const StreamParts parts_;
  grpc::CallbackServerContext& context_;
  Mutex mutex_;
  std::uint64_t cursor_;
  std::optional<SnapshotMessages> snapshot_;  // until its last message was taken
  v1::MetadataUpdate outgoing_;
  std::optional<std::chrono::steady_clock::time_point> sent_;
  bool snapshotting_ = false;
  bool writing_ = false;
  bool ended_ = false;
  std::shared_ptr<UpdateWriter> self_;
};

}  // namespace

grpc::ServerWriteReactor<v1::MetadataUpdate>* MetadataStreamService::Subscribe(
    grpc::CallbackServerContext* context, const v1::SubscribeRequest* request) {
  const auto refuse = [&](const Status& why) {
    return new RefusedStream(parts_.refusals->refuse(*context, why));
  };
  const Status allowed = authorize(caller_of(*context), ServiceName::kMetadataStream);
  if (!allowed.is_ok()) return refuse(allowed);
  const Uuid cluster = uuid_from(request->cluster_id());
  if (!cluster.is_none() && cluster != parts_.cluster_id) {
    return refuse(
        {Code::kFailedPrecondition,
         "this is cluster " + to_string(parts_.cluster_id) + ", not " + to_string(cluster)});
  }
  const auto writer = std::make_shared<UpdateWriter>(parts_, *context, request->from_offset());
  const Status opened = writer->open();
  if (!opened.is_ok()) return refuse(opened);
  return writer.get();
}

}  // namespace quorate::controller
