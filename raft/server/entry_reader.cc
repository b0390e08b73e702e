#include "raft/server/entry_reader.h"

#include <chrono>
#include <utility>
#include <vector>

#include "raft/server/thread_name.h"

namespace quorate::raft {
namespace {

constexpr std::size_t kNoBound = SIZE_MAX;  // push_always() is the only way in
constexpr std::chrono::hours kIdle{1};

}  // namespace

EntryReader::EntryReader(Parts parts, GroupId group)
    : parts_(parts), group_(group), queue_(kNoBound) {}

EntryReader::~EntryReader() {
  stop();
}

void EntryReader::start() {
  thread_ = std::thread([this] { run(); });
}

void EntryReader::stop() {
  stopping_.store(true, std::memory_order_relaxed);
  queue_.close();
  if (thread_.joinable()) thread_.join();
}

void EntryReader::fetch(const FetchRequest& request) {
  queue_.push_always(FetchRequest(request));
}

void EntryReader::run() {
  name_this_thread("entry-reader");
  std::vector<FetchRequest> requests;
  while (queue_.drain(requests, kIdle)) {
    for (const FetchRequest& request : requests) {
      if (stopping_.load(std::memory_order_relaxed) || parts_.fatal.tripped()) return;
      read(request);
    }
  }
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
