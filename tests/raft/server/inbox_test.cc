#include "raft/server/inbox.h"

#include <string>

#include <catch2/catch.hpp>

namespace quorate::raft {
namespace {

ServerOptions small() {
  ServerOptions options;
  options.inbox_items_max = 2;
  options.inbox_message_bytes_max = 10'000;
  return options;
}

std::vector<Message> message_of(std::size_t bytes) {
  AppendEntries append;
  append.entries.push_back({.id = {}, .data = SharedBytes(std::string(bytes, 'x'))});
  Message message;
  message.body = append;
  return {message};
}

std::vector<inbox::Item> drained(Inbox& inbox) {
  std::vector<inbox::Item> items;
  REQUIRE(inbox.drain(items, std::chrono::nanoseconds::zero()));
  return items;
}

TEST_CASE("a full inbox turns requests away as busy", "[server][inbox]") {
  Inbox inbox(small());
  REQUIRE(inbox.post_request(inbox::StepDown{}).is_ok());
  REQUIRE(inbox.post_request(inbox::StepDown{}).is_ok());
  inbox::Item read = inbox::Read{.done = [](const Status&) {}};
  CHECK(inbox.post_request(std::move(read)).code() == Code::kBusy);
  CHECK(std::get<inbox::Read>(read).done != nullptr);  // still the caller's
  CHECK(drained(inbox).size() == 2);
}

TEST_CASE("a full inbox drops messages but takes completions", "[server][inbox]") {
  Inbox inbox(small());
  REQUIRE(inbox.post_messages(message_of(1)) == Inbox::Posted::kDone);
  REQUIRE(inbox.post_peer_lost(NodeId{2}, PeerLoss::kDisconnected) == Inbox::Posted::kDone);
  CHECK(inbox.post_messages(message_of(1)) == Inbox::Posted::kDropped);
  CHECK(inbox.post_peer_lost(NodeId{2}, PeerLoss::kDisconnected) == Inbox::Posted::kDropped);
  inbox.post_completion(inbox::Persisted{.seq = 1});
  CHECK(drained(inbox).size() == 3);
}

TEST_CASE("messages are dropped when they would hold too many bytes", "[server][inbox]") {
  Inbox inbox(small());
  REQUIRE(inbox.post_messages(message_of(6'000)) == Inbox::Posted::kDone);
  CHECK(inbox.post_messages(message_of(6'000)) == Inbox::Posted::kDropped);
  CHECK(drained(inbox).size() == 1);
  CHECK(inbox.post_messages(message_of(6'000)) == Inbox::Posted::kDone);
}

TEST_CASE("a message larger than the whole bound enters an empty inbox", "[server][inbox]") {
  Inbox inbox(small());
  CHECK(inbox.post_messages(message_of(50'000)) == Inbox::Posted::kDone);
  CHECK(inbox.post_messages(message_of(1)) == Inbox::Posted::kDropped);
}

TEST_CASE("a closed inbox answers shutdown and gives out what it holds", "[server][inbox]") {
  Inbox inbox(small());
  REQUIRE(inbox.post_request(inbox::StepDown{}).is_ok());
  inbox.close();
  CHECK(inbox.post_request(inbox::StepDown{}).code() == Code::kShutdown);
  CHECK(drained(inbox).size() == 1);
  std::vector<inbox::Item> items;
  CHECK_FALSE(inbox.drain(items, std::chrono::nanoseconds::zero()));
}

}  // namespace
}  // namespace quorate::raft
