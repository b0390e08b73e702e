#include "raft/server/inbox.h"

#include <utility>

namespace quorate::raft {

Inbox::Inbox(const ServerOptions& options, std::function<void()> wake)
    : wake_(std::move(wake)),
      message_bytes_max_(options.inbox_message_bytes_max),
      queue_(options.inbox_items_max, std::chrono::nanoseconds(options.poll_ns)) {}

Push Inbox::push(inbox::Item&& item) {
  const Push pushed = queue_.push(std::move(item));
  if (pushed == Push::kDone && wake_) wake_();
  return pushed;
}

Status Inbox::post_request(inbox::Item&& request) {
  switch (push(std::move(request))) {
    case Push::kDone: return Status::ok();
    case Push::kFull: return {Code::kBusy, "the inbox is full"};
    case Push::kClosed: break;
  }
  return {Code::kShutdown, "the server is stopped"};
}

Inbox::Posted Inbox::post_messages(std::vector<Message> messages) {
  const std::size_t bytes = bytes_of(messages);
  const std::size_t before = message_bytes_.fetch_add(bytes, std::memory_order_relaxed);
  // A batch larger than the whole bound still enters an inbox without messages.
  if (before == 0 || before + bytes <= message_bytes_max_) {
    inbox::Item item = inbox::Received{.messages = std::move(messages), .bytes = bytes};
    if (push(std::move(item)) == Push::kDone) return Posted::kDone;
  }
  message_bytes_.fetch_sub(bytes, std::memory_order_relaxed);
  return Posted::kDropped;
}

Inbox::Posted Inbox::post_peer_lost(NodeId peer, PeerLoss loss) {
  inbox::Item item = inbox::PeerLost{.peer = peer, .loss = loss};
  return push(std::move(item)) == Push::kDone ? Posted::kDone : Posted::kDropped;
}

void Inbox::post_completion(inbox::Item&& completion) {
  // Refused only when closed: then nobody waits for it.
  if (queue_.push_always(std::move(completion)) && wake_) wake_();
}

void Inbox::on_written(std::span<const PersistBatch> batches) {
  post_completion(inbox::Persisted{.seq = batches.back().seq});
}

void Inbox::on_write_failed() {
  post_completion(inbox::Wake{});
}

bool Inbox::drain(std::vector<inbox::Item>& out, std::chrono::nanoseconds timeout) {
  const bool open = queue_.drain(out, timeout);
  std::size_t bytes = 0;
  for (const inbox::Item& item : out) {
    if (const auto* received = std::get_if<inbox::Received>(&item)) bytes += received->bytes;
  }
  if (bytes > 0) message_bytes_.fetch_sub(bytes, std::memory_order_relaxed);
  return open;
}

std::size_t bytes_of(const std::vector<Message>& messages) {
  std::size_t bytes = messages.size() * sizeof(Message);
  for (const Message& message : messages) {
    if (const auto* append = std::get_if<AppendEntries>(&message.body)) {
      for (const Entry& entry : append->entries)
        bytes += entry.bytes();
    } else if (const auto* snapshot = std::get_if<InstallSnapshot>(&message.body)) {
      bytes += snapshot->chunk.size();
    } else if (const auto* forward = std::get_if<ForwardProposals>(&message.body)) {
      for (const SharedBytes& data : forward->data)
        bytes += data.size() + Entry::kOverheadBytes;
    }
  }
  return bytes;
}

}  // namespace quorate::raft
