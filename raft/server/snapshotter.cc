#include "raft/server/snapshotter.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "raft/base/check.h"
#include "raft/server/fail_point.h"

namespace quorate::raft {
namespace {

// Breaks off when the server stops: writing a large state away can take long.
class InterruptedSource final : public SnapshotSource {
 public:
  InterruptedSource(SnapshotSource& below, const std::atomic<bool>& stopping)
      : below_(below), stopping_(stopping) {}
  Result<SharedBytes> read(std::size_t bytes_max) override {
    if (stopping_.load()) return {Code::kShutdown, "the server is stopped"};
    return below_.read(bytes_max);
  }

 private:
  SnapshotSource& below_;
  const std::atomic<bool>& stopping_;
};

}  // namespace

Snapshotter::Snapshotter(Parts parts, const ServerOptions& options)
    : parts_(parts),
      queue_(kNoBound),
      throttle_(options.snapshot_send_bytes_per_second),
      seat_("snapshotter", parts.shared, [this](std::chrono::nanoseconds timeout) {
        return turn(timeout);
      }) {}

Snapshotter::~Snapshotter() {
  stop();
}

void Snapshotter::start() {
  seat_.start();
}

void Snapshotter::stop() {
  stopping_.store(true);
  queue_.close();
  seat_.join();
}

void Snapshotter::take(SnapshotMeta place,
                       std::unique_ptr<SnapshotSource> content,
                       SnapshotCallback done) {
  QUORATE_CHECK(!is_taking_.exchange(true));
  Item item = Take{std::move(place), std::move(content), std::move(done)};
  if (queue_.push_always(std::move(item))) return seat_.wake();
  abandon_take(std::get<Take>(item));
}

void Snapshotter::read(SnapshotRequest request) {
  submit(request);
}
void Snapshotter::release(const SnapshotTransfer& transfer) {
  submit(transfer);
}
void Snapshotter::write(SnapshotPiece piece) {
  submit(std::move(piece));
}
void Snapshotter::collect(Index applied) {
  submit(Collect{applied});
}

void Snapshotter::submit(Item item) {
  queue_.push_always(std::move(item));
  seat_.wake();
}

std::optional<std::chrono::nanoseconds> Snapshotter::turn(std::chrono::nanoseconds timeout) {
  if (!queue_.drain(items_, timeout)) return std::nullopt;
  for (Item& item : items_) {
    if (stopping_.load()) break;
    std::visit([this](auto& one) { carry_out(one); }, item);
  }
  for (Item& item : items_) {
    if (auto* waiting = std::get_if<Take>(&item)) abandon_take(*waiting);
  }
  items_.clear();
  serve_reads();
  if (queue_.has_waiting()) return std::chrono::nanoseconds::zero();
  if (reads_.empty()) return std::chrono::nanoseconds(LoopSeat::kIdle);
  return std::chrono::nanoseconds(throttled_ns() + 1);
}

// Told once: what was carried out has no callback left.
void Snapshotter::abandon_take(Take& take) {
  if (const SnapshotCallback done = std::exchange(take.done, nullptr)) {
    done(Status(Code::kShutdown, "the server is stopped"));
  }
}

void Snapshotter::carry_out(Take& take) {
  const Result<SnapshotMeta> taken = write_away(take);
  take.content.reset();
  is_taking_.store(false);
  if (taken.is_ok()) {
    parts_.metrics.snapshots_taken.add();
    parts_.metrics.snapshot_index.store(taken->last.index.value);
    parts_.metrics.snapshot_bytes.store(taken->bytes);
    parts_.metrics.snapshot_taken_ns.store(parts_.clock.monotonic_ns());
    parts_.inbox.post_completion(inbox::SnapshotTaken{.last = taken->last.index});  // I3
    applied_ = std::max(applied_, taken->last.index);
    tidy();
  } else {
    parts_.metrics.snapshots_failed.add();
    parts_.inbox.post_completion(inbox::SnapshotFailed{.reason = taken.status()});
  }
  if (const SnapshotCallback done = std::exchange(take.done, nullptr)) done(taken);
}

Result<SnapshotMeta> Snapshotter::write_away(Take& take) {
  QUORATE_TRY(reach(FailPoint::kSnapshotBefore));
  InterruptedSource content(*take.content, stopping_);
  Result<SnapshotMeta> taken = parts_.store.take(take.place, content);
  if (taken.is_ok()) QUORATE_TRY(reach(FailPoint::kSnapshotAfter));
  return taken;
}

void Snapshotter::carry_out(const SnapshotRequest& request) {
  reads_.push_back(request);
}

void Snapshotter::carry_out(const SnapshotTransfer& transfer) {
  std::erase_if(reads_, [&](const SnapshotRequest& read) { return read.transfer == transfer; });
  std::erase_if(sending_, [&](const Sending& each) { return each.transfer == transfer; });
  tidy();
}

// How long the next piece has to wait.
std::int64_t Snapshotter::throttled_ns() const {
  const std::int64_t now_ns = parts_.clock.monotonic_ns();
  const std::int64_t own_ns = throttle_.wait_ns(now_ns);
  if (parts_.shared_throttle == nullptr) return own_ns;
  return std::max(own_ns, parts_.shared_throttle->wait_ns(now_ns));
}

void Snapshotter::serve_reads() {
  while (!reads_.empty() && !stopping_.load()) {
    if (throttled_ns() > 0) return;
    const SnapshotRequest request = reads_.front();
    reads_.pop_front();
    serve(request);
  }
}

void Snapshotter::serve(const SnapshotRequest& request) {
  const std::shared_ptr<StoredSnapshot> snapshot = open_for(request.transfer);
  if (snapshot != nullptr) {
    auto bytes = snapshot->read(request.offset, request.bytes_max);
    if (bytes.is_ok()) {
      const std::int64_t now_ns = parts_.clock.monotonic_ns();
      throttle_.on_passed(bytes->size(), now_ns);
      if (parts_.shared_throttle != nullptr)
        parts_.shared_throttle->on_passed(bytes->size(), now_ns);
      parts_.metrics.snapshot_bytes_sent.add(bytes->size());
      parts_.inbox.post_completion(inbox::SnapshotRead{
          {request.transfer, snapshot->meta(), request.offset, *std::move(bytes)}});
      return;
    }
    parts_.metrics.snapshots_failed.add();
    parts_.inbox.post_completion(inbox::SnapshotFailed{.reason = bytes.status()});
  }
  parts_.inbox.post_completion(
      inbox::SnapshotReport{request.transfer, inbox::SnapshotStep::kUnread});
}

// The snapshot of this transfer; the newest one when it is new. Null: there is none to be read.
std::shared_ptr<StoredSnapshot> Snapshotter::open_for(const SnapshotTransfer& transfer) {
  for (const Sending& each : sending_) {
    if (each.transfer == transfer) return each.snapshot;
  }
  const std::vector<SnapshotMeta> there = parts_.store.list();
  if (there.empty()) return nullptr;
  auto opened = parts_.store.open(there.front().last);
  if (!opened.is_ok()) {
    parts_.metrics.snapshots_failed.add();
    parts_.inbox.post_completion(inbox::SnapshotFailed{.reason = opened.status()});
    return nullptr;
  }
  sending_.push_back({transfer, *std::move(opened)});
  return sending_.back().snapshot;
}

Result<std::uint64_t> Snapshotter::receive(const SnapshotPiece& piece) {
  QUORATE_TRY(reach(FailPoint::kReceiveBefore));
  return parts_.store.receive(piece.meta, piece.offset, piece.bytes.view());
}

void Snapshotter::carry_out(SnapshotPiece& piece) {
  using Step = inbox::SnapshotStep;
  const auto report = [&](Step step, std::uint64_t held = 0) {
    parts_.inbox.post_completion(inbox::SnapshotReport{piece.transfer, step, held});
  };
  const auto held = receive(piece);
  Status status = held.status();
  if (status.is_ok()) {
    parts_.metrics.snapshot_bytes_received.add(piece.bytes.size());
    report(Step::kReceived, *held);
    if (*held < piece.meta.bytes) return;
    status = parts_.store.finish(piece.meta);
  }
  if (status.is_ok()) status = reach(FailPoint::kReceiveAfter);
  if (status.is_ok()) return report(Step::kVerified);
  parts_.metrics.snapshots_failed.add();
  parts_.inbox.post_completion(inbox::SnapshotFailed{.reason = status});
  report(Step::kRefused);
}

void Snapshotter::carry_out(const Collect& collect) {
  applied_ = std::max(applied_, collect.applied);
  tidy();
}

// What cannot be removed now is tried again with the next one.
void Snapshotter::tidy() {
  const Status removed = parts_.store.collect(applied_);
  if (removed.is_ok()) return;
  parts_.metrics.snapshots_failed.add();
  parts_.inbox.post_completion(inbox::SnapshotFailed{.reason = removed});
}

}  // namespace quorate::raft
