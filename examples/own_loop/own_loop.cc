// The pure core under a host's own loop: three replicas in one thread, on UDP sockets and poll().
//
// What raft::Server would bring is the host's here: loop (run_until), clock, random source, disk
// and transport (datagrams of opaque bytes). The one thing to get right is Node::carry_out().
#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include "raft/core/consensus.h"
#include "raft/transport/message_codec.h"

using namespace quorate;
using namespace quorate::raft;

namespace {

constexpr auto kTick = std::chrono::milliseconds(10);
constexpr auto now = std::chrono::steady_clock::now;
constexpr std::size_t kDatagramMax = 65507;

ReplicaId replica(std::uint64_t node) {
  return {.node = NodeId{node}, .incarnation = {.high = 1, .low = node}};
}

// Stands for the host's storage: what write() got is still there after a crash.
class Disk {
 public:
  // All of it or nothing, and durable on return.
  void write(const PersistBatch& batch) {
    if (batch.truncate_from) log_.resize(batch.truncate_from->value - 1);
    log_.insert(log_.end(), batch.entries.begin(), batch.entries.end());
    if (batch.hard_state) hard_state_ = *batch.hard_state;
  }
  [[nodiscard]] std::vector<Entry> read(Index first, Index last) const {
    return {log_.data() + first.value - 1, log_.data() + last.value};
  }
  [[nodiscard]] Recovered recover() const {
    Recovered found{.hard_state = hard_state_, .last = Index{log_.size()}};
    found.snapshot.membership.voters = {replica(1), replica(2), replica(3)};
    for (const Entry& entry : log_) {
      if (found.term_runs.empty() || found.term_runs.back().term != entry.id.term)
        found.term_runs.push_back({.first = entry.id.index, .term = entry.id.term});
    }
    return found;
  }

 private:
  HardState hard_state_;
  std::vector<Entry> log_;  // entry i has index i + 1
};

// One replica. Its state machine is a set of words.
struct Node {
  int socket = -1;
  Disk disk;
  std::unique_ptr<Consensus> core;  // null while crashed
  std::set<std::string> words;
  std::optional<Status> outcome;  // of the newest proposal

  void start(std::uint64_t id);
  void receive();
  void carry_out();
  void send(const Message& message) const;
  void apply(const ApplyRange& range);
};

std::array<Node, 3> nodes;             // node id - 1
std::array<sockaddr_in, 3> addresses;  // node id - 1
sockaddr* generic(sockaddr_in& address) {
  return reinterpret_cast<sockaddr*>(&address);
}

void Node::start(std::uint64_t id) {
  Options options{.cluster = {.high = 7, .low = 7}, .self = replica(id)};
  options.append_bytes_max = kDatagramMax / 2;  // a message must fit into a datagram
  options.entry_bytes_max = kDatagramMax / 2;
  core = *Consensus::create(options, disk.recover(), Random(std::random_device{}()));
  words.clear();  // they are not on the disk: every entry is applied again
}

void Node::receive() {
  static std::array<char, kDatagramMax> bytes;
  sockaddr_in from{};
  socklen_t size = sizeof from;
  const auto length =
      ::recvfrom(socket, bytes.data(), bytes.size(), MSG_DONTWAIT, generic(from), &size);
  if (length < 0 || !core) return;
  Result<Message> message = decode_message({bytes.data(), static_cast<std::size_t>(length)});
  if (!message.is_ok()) return;  // garbage; the status says what kind
  const std::size_t sender = message->from.node.value - 1;
  if (sender >= nodes.size() || addresses[sender].sin_port != from.sin_port) return;  // an impostor
  core->step(*std::move(message));
}

// What the core asks for, in the order of the fields, until it asks for nothing more.
void Node::carry_out() {
  while (core && core->has_ready()) {
    const Ready ready = core->take_ready();
    std::ranges::for_each(ready.messages, [&](const Message& message) { send(message); });
    if (ready.persist) {
      disk.write(*ready.persist);
      core->persisted(ready.persist->seq);  // only now may the promises in it leave
    }
    if (!ready.apply.empty()) apply(ready.apply);
    if (!ready.outcomes.empty()) outcome = ready.outcomes.back().status;
    for (const FetchRequest& want : ready.fetches)  // one entry at a time will do
      core->entries_fetched(want.peer, want.first, disk.read(want.first, want.first));
  }
}

// May fail, like any network: the core repeats what matters.
void Node::send(const Message& message) const {
  const std::string bytes = encode_message(message);
  sockaddr_in to = addresses.at(message.to.node.value - 1);
  ::sendto(socket, bytes.data(), bytes.size(), MSG_DONTWAIT, generic(to), sizeof to);
}

void Node::apply(const ApplyRange& range) {
  for (const Entry& entry :
       range.entries.empty() ? disk.read(range.first, range.last) : range.entries) {
    if (entry.kind == EntryKind::kNormal) words.emplace(entry.data.view());
  }
  core->applied(range.last);
}

// The host's loop: sockets, ticks and whatever else it has to do. False when 20 s were not enough.
bool run_until(const std::function<bool()>& done) {
  const auto deadline = now() + std::chrono::seconds(20);
  auto next_tick = now() + kTick;
  while (!done() && now() < deadline) {
    std::array<pollfd, 3> waiting{};
    for (std::size_t i = 0; i < nodes.size(); ++i)
      waiting[i] = {.fd = nodes[i].socket, .events = POLLIN, .revents = 0};
    const auto rest = std::chrono::ceil<std::chrono::milliseconds>(next_tick - now());
    ::poll(waiting.data(), waiting.size(), std::max(0, static_cast<int>(rest.count())));
    const bool is_tick = now() >= next_tick;
    if (is_tick) next_tick = now() + kTick;  // a late loop makes no burst of ticks
    for (std::size_t i = 0; i < nodes.size(); ++i) {
      if (waiting[i].revents != 0) nodes[i].receive();
      if (is_tick && nodes[i].core) nodes[i].core->tick();
      nodes[i].carry_out();
    }
  }
  return done();
}

Node* leader() {
  for (Node& node : nodes)
    if (node.core && node.core->role() == Role::kLeader) return &node;
  return nullptr;
}

// Rejected or unknown, it is tried again: to add a word twice is harmless.
bool add(const std::string& word) {
  while (run_until([] { return leader() != nullptr; })) {
    Node& asked = *leader();
    asked.outcome.reset();
    asked.core->propose({.token = 1, .data = SharedBytes(word)});
    if (!run_until([&] { return asked.outcome.has_value(); })) return false;
    std::printf("%s: %s\n", word.c_str(), to_string(*asked.outcome).c_str());
    if (asked.outcome->is_ok()) return true;
  }
  return false;
}

}  // namespace

int main() {
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    socklen_t size = sizeof addresses[i];
    addresses[i] = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    nodes[i].socket = ::socket(AF_INET, SOCK_DGRAM, 0);
    if (::bind(nodes[i].socket, generic(addresses[i]), size) != 0) return 1;
    ::getsockname(nodes[i].socket, generic(addresses[i]), &size);  // which port it was given
    nodes[i].start(i + 1);
  }
  if (!add("one") || !add("two")) return 1;
  Node& victim = leader() != nullptr ? *leader() : nodes[0];
  victim.core.reset();  // a crash: the others elect a leader among themselves
  if (!add("three")) return 1;
  victim.start(static_cast<std::uint64_t>(&victim - nodes.data()) + 1);
  const auto holds_all = [](const Node& node) { return node.words.size() == 3; };
  const bool agree = run_until([&] { return std::ranges::all_of(nodes, holds_all); });
  for (const Node& node : nodes)
    std::printf("%s\n", node.core->describe().c_str());
  return agree ? 0 : 1;
}
