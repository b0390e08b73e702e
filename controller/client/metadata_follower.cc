#include "controller/client/metadata_follower.h"

#include <atomic>
#include <chrono>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include <grpcpp/completion_queue.h>

#include "quorate/controller/v1/metadata_stream.grpc.pb.h"

#include "controller/client/backoff.h"
#include "controller/client/controller_channels.h"

namespace quorate::controller {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr auto kQuietGlance = milliseconds(50);  // how late stop() and silence are noticed

enum class Next : std::uint8_t { kUpdate, kQuiet, kEnded };

// One Subscribe call; not moved, used by one thread.
class UpdateStream {
 public:
  UpdateStream(ControllerChannels& channels, const Target& target, const v1::SubscribeRequest& ask)
      : channels_(channels), open_(channels.begin(context_)) {
    v1::MetadataStream::Stub stub(target.channel);
    reader_ = stub.PrepareAsyncSubscribe(&context_, ask, &queue_);
    reader_->StartCall(tag(kStart));
    if (!open_) context_.TryCancel();
    open_ = wait_for(kStart) && open_;
  }

  ~UpdateStream() {
    context_.TryCancel();
    if (reading_) wait_for(kRead);
    grpc::Status status;
    reader_->Finish(&status, tag(kFinish));
    wait_for(kFinish);
    channels_.end(context_);
    queue_.Shutdown();
    void* ignored = nullptr;
    bool ok = false;
    while (queue_.Next(&ignored, &ok)) {
    }
  }
  UpdateStream(const UpdateStream&) = delete;
  UpdateStream& operator=(const UpdateStream&) = delete;

  // The next update, if it comes within a glance.
  Next next(v1::MetadataUpdate& update) {
    if (!open_) return Next::kEnded;
    if (!reading_) {
      reader_->Read(&incoming_, tag(kRead));
      reading_ = true;
    }
    void* done = nullptr;
    bool ok = false;
    const auto until = std::chrono::system_clock::now() + kQuietGlance;
    const auto status = queue_.AsyncNext(&done, &ok, until);
    if (status == grpc::CompletionQueue::TIMEOUT) return Next::kQuiet;
    reading_ = false;
    open_ = ok;
    if (!ok) return Next::kEnded;
    update.Swap(&incoming_);
    return Next::kUpdate;
  }

 private:
  enum Step : std::uintptr_t { kStart = 1, kRead, kFinish };
  static void* tag(Step step) { return reinterpret_cast<void*>(static_cast<std::uintptr_t>(step)); }

  bool wait_for(Step step) {
    void* done = nullptr;
    bool ok = false;
    while (queue_.Next(&done, &ok)) {
      if (done == tag(step)) return ok;
    }
    return false;
  }

  ControllerChannels& channels_;
  grpc::CompletionQueue queue_;
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientAsyncReader<v1::MetadataUpdate>> reader_;
  v1::MetadataUpdate incoming_;
  bool open_;
  bool reading_ = false;
};

// A snapshot whose end has not come yet.
struct Assembly {
  std::uint64_t end_offset = 0;
  std::size_t bytes = 0;
  std::vector<v1::SnapshotChunk> chunks;
};

}  // namespace

class MetadataFollower::Impl {
 public:
  Impl(ControllerClient& client,
       MetadataListener& listener,
       FollowerOptions options,
       std::function<void(const Status&)> on_stopped)
      : channels_(client.channels()),
        listener_(listener),
        options_(options),
        on_stopped_(std::move(on_stopped)),
        next_offset_(options.from_offset) {
    thread_ = std::thread([this] { run(); });
  }
  ~Impl() { stop(); }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  [[nodiscard]] std::uint64_t next_offset() const { return next_offset_.load(); }
  [[nodiscard]] bool is_connected() const { return connected_.load(); }

  void stop() {
    stopping_.store(true);
    if (thread_.joinable()) thread_.join();
  }

 private:
  [[nodiscard]] bool goes_on() const { return !stopping_.load() && !channels_.is_shut_down(); }

  void run() {
    Backoff backoff(options_.backoff_min_ms, options_.backoff_max_ms);
    while (goes_on() && refusal_.is_ok()) {
      const Target target = channels_.any();
      const bool reached = channels_.connect(target, steady_clock::now() + kConnectPatience);
      if (reached && follow(target)) backoff.reset();
      connected_.store(false);
      if (goes_on() && refusal_.is_ok()) channels_.sleep(backoff.next());
    }
    if (!refusal_.is_ok() && on_stopped_) on_stopped_(refusal_);
  }

  // Returns whether the stream delivered anything.
  bool follow(const Target& target) {
    v1::SubscribeRequest ask;
    ask.mutable_cluster_id()->set_high(options_.cluster_high);
    ask.mutable_cluster_id()->set_low(options_.cluster_low);
    ask.set_from_offset(next_offset_.load());
    UpdateStream stream(channels_, target, ask);
    v1::MetadataUpdate update;
    assembly_.reset();
    auto heard = steady_clock::now();
    useful_ = heard;
    bool delivered = false;
    while (goes_on()) {
      const Next next = stream.next(update);
      const auto now = steady_clock::now();
      if (next == Next::kEnded) break;
      if (next == Next::kQuiet && now - heard > milliseconds(options_.silence_max_ms)) break;
      if (now - useful_ > milliseconds(options_.leaderless_max_ms)) break;
      if (next == Next::kQuiet) continue;
      heard = now;
      if (!take(std::move(update), now)) break;
      delivered = true;
      connected_.store(true);
    }
    return delivered;
  }

  // Returns whether the stream may go on.
  bool take(v1::MetadataUpdate update, SteadyTime now) {
    switch (update.kind_case()) {
      case v1::MetadataUpdate::kSnapshotBegin:
        useful_ = now;
        assembly_ = Assembly{update.snapshot_begin().end_offset(), 0, {}};
        // A controller that is behind us would take us back in time: another one is asked.
        return assembly_->end_offset >= next_offset_.load();
      case v1::MetadataUpdate::kSnapshotChunk:
        useful_ = now;
        return take_chunk(std::move(*update.mutable_snapshot_chunk()));
      case v1::MetadataUpdate::kSnapshotEnd: return take_snapshot(update.snapshot_end());
      case v1::MetadataUpdate::kDelta: useful_ = now; return take_batch(update.delta());
      case v1::MetadataUpdate::kPosition:
        if (update.position().active_controller() >= 0 &&
            update.position().end_offset() >= next_offset_.load()) {
          useful_ = now;
        }
        listener_.on_position(update.position());
        return true;
      case v1::MetadataUpdate::KIND_NOT_SET: break;
    }
    return true;  // from a newer controller, and nothing that we must know
  }

  bool take_chunk(v1::SnapshotChunk chunk) {
    if (!assembly_) return false;
    assembly_->bytes += chunk.ByteSizeLong();
    if (assembly_->bytes > options_.snapshot_bytes_max) return false;
    assembly_->chunks.push_back(std::move(chunk));
    return true;
  }

  bool take_snapshot(const v1::SnapshotEnd& end) {
    if (!assembly_ || assembly_->end_offset != end.end_offset()) return false;
    std::vector<const v1::Record*> records;
    for (const v1::SnapshotChunk& chunk : assembly_->chunks) {
      for (const v1::Record& record : chunk.records())
        records.push_back(&record);
    }
    const MetadataSnapshot snapshot{
        records, end.end_offset(), end.state_hash(), end.timestamp_ms()};
    refusal_ = listener_.on_snapshot(snapshot);
    assembly_.reset();
    if (refusal_.is_ok()) next_offset_.store(end.end_offset());
    return refusal_.is_ok();
  }

  bool take_batch(const v1::RecordBatch& batch) {
    const std::uint64_t next = next_offset_.load();
    if (assembly_ || batch.base_offset() != next) return false;  // a gap or a repetition
    refusal_ = listener_.on_batch(batch);
    if (refusal_.is_ok())
      next_offset_.store(next + static_cast<std::uint64_t>(batch.records_size()));
    return refusal_.is_ok();
  }

  ControllerChannels& channels_;
  MetadataListener& listener_;
  const FollowerOptions options_;
  const std::function<void(const Status&)> on_stopped_;
  std::atomic<std::uint64_t> next_offset_;
  std::atomic<bool> connected_{false};
  std::atomic<bool> stopping_{false};
  // Only the follower's thread touches what follows.
  std::optional<Assembly> assembly_;
  SteadyTime useful_;  // when the serving controller last had a leader and was not behind us
  Status refusal_;
  std::thread thread_;
};

std::unique_ptr<MetadataFollower> MetadataFollower::start(
    ControllerClient& client,
    MetadataListener& listener,
    FollowerOptions options,
    std::function<void(const Status&)> on_stopped) {
  auto impl = std::make_unique<Impl>(client, listener, options, std::move(on_stopped));
  return std::unique_ptr<MetadataFollower>(new MetadataFollower(std::move(impl)));
}

MetadataFollower::MetadataFollower(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
MetadataFollower::~MetadataFollower() = default;

std::uint64_t MetadataFollower::next_offset() const {
  return impl_->next_offset();
}
bool MetadataFollower::is_connected() const {
  return impl_->is_connected();
}
void MetadataFollower::stop() {
  impl_->stop();
}

}  // namespace quorate::controller
