#include "raft/server/entry_reader.h"

#include <utility>

namespace quorate::raft {
namespace {}  // namespace

EntryReader::EntryReader(Parts parts, GroupId group, SharedThread* shared)
    : parts_(parts),
      group_(group),
      queue_(kNoBound),
      seat_("entry-reader", shared, [this](std::chrono::nanoseconds timeout) {
        return turn(timeout);
      }) {}

EntryReader::~EntryReader() {
  stop();
}

void EntryReader::start() {
  seat_.start();
}

void EntryReader::stop() {
  stopping_.store(true, std::memory_order_relaxed);
  queue_.close();
  seat_.join();
}

void EntryReader::fetch(const FetchRequest& request) {
  queue_.push_always(FetchRequest(request));
  seat_.wake();
}

std::optional<std::chrono::nanoseconds> EntryReader::turn(std::chrono::nanoseconds timeout) {
  if (!queue_.drain(requests_, timeout)) return std::nullopt;
  for (const FetchRequest& request : requests_) {
    if (stopping_.load(std::memory_order_relaxed) || parts_.fatal.tripped()) break;
    read(request);
  }
  return queue_.has_waiting() ? std::chrono::nanoseconds::zero()
                              : std::chrono::nanoseconds(LoopSeat::kIdle);
}

void EntryReader::read(const FetchRequest& request) {
  auto entries = parts_.store.read(group_, request.first, request.last, request.bytes_max);
  std::vector<Entry> found;
  if (entries.is_ok()) {
    found = std::move(entries).value();
    parts_.metrics.entries_fetched.add(found.size());
  } else if (entries.status().code() != Code::kNotFound) {
    // kNotFound: cut or compacted since it was asked for; the core sees an empty answer and asks
    // anew. Anything else is the disk.
    parts_.fatal.trip(entries.status().with_context("reading entries for a peer"));
    parts_.inbox.post_completion(inbox::Wake{});
    return;
  }
  parts_.inbox.post_completion(
      inbox::Fetched{.peer = request.peer, .first = request.first, .entries = std::move(found)});
}

}  // namespace quorate::raft
