// A replica's state as bytes: what is read back is the same state, in every role and in the middle
// of everything that takes more than one step.
#include "raft/core/state_codec.h"

#include <catch2/catch.hpp>

#include "tests/raft/core/replica_group.h"

namespace quorate::raft::testing {

namespace {

// Required to be read back as what it was.
void check_round_trip(const Node& node, const Options& options) {
  if (node->has_ready()) return;
  const std::string bytes = node->encode_state();
  const auto read = Consensus::decode_state(options, bytes);
  INFO(node->describe() << " " << to_string(read.status()));
  REQUIRE(read.is_ok());
  CHECK((*read)->describe() == node->describe());
  CHECK((*read)->encode_state() == bytes);
}

}  // namespace

TEST_CASE("the state of every replica of a busy group is read back",
          "[raft][core][state_codec][P107]") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    INFO("seed " << seed);
    Random random(seed);
    ReplicaGroup group;
    std::map<std::uint64_t, Options> options;
    for (std::uint64_t node = 1; node <= 3; ++node) {
      options[node] = options_for(node);
      group.add(node, options[node], recovered_with(voters(3), {}, 0));
      group[node].serve_snapshots();
    }
    for (int step = 0; step < 150; ++step) {
      Node& node = group[random.between(1, 3)];
      const std::uint64_t act = random.below(13);
      if (act < 5) node->tick();
      if (act == 5)
        node->propose({.token = static_cast<std::uint64_t>(step),
                       .data = SharedBytes(std::string(random.below(40), 'x'))});
      if (act == 6) node->read(static_cast<std::uint64_t>(step));
      if (act == 12)
        node->read_at_least(
            1000 + static_cast<std::uint64_t>(step), {Index{random.below(60)}, node->term()}, 30);
      if (act == 7) node.hold_disk();
      if (act == 8) node.release_disk();
      if (act == 9) node->transfer(NodeId{random.between(1, 3)});
      if (act == 10) group.tick(5);
      node.drain();
      for (const auto& [id, each] : group.nodes())
        check_round_trip(each, options[id]);
    }
  }
}

TEST_CASE("bytes that are no state are refused", "[raft][core][state_codec][P109]") {
  Node node(options_for(1), recovered_with(voters(3), {1, 1, 2}, 2), 1);
  node.drain();
  const std::string bytes = node->encode_state();
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    CHECK(Consensus::decode_state(options_for(1), bytes.substr(0, length)).status().code() ==
          Code::kCorruption);
  }
  CHECK(!Consensus::decode_state(options_for(1), bytes + "x").is_ok());
}

TEST_CASE("payloads are not in the bytes and their sizes and damage are",
          "[raft][core][state_codec]") {
  AppendEntries body;
  for (std::uint64_t index = 1; index <= 100; ++index) {
    body.entries.push_back(
        make_entry({Term{2}, Index{index}}, EntryKind::kNormal, SharedBytes(std::string(32, 's'))));
  }
  ++body.entries[49].checksum;
  const Message message = message_from(2, 2, body);
  std::string bytes;
  StateWriter(bytes, Payloads::kCompared)(message);
  CHECK(bytes.find("ss") == std::string::npos);
  CHECK(bytes.size() < 200);  // runs of equal entries are one
  Message read;
  StateReader reader(bytes, options_for(1));
  reader(read);
  REQUIRE(reader.finished());
  const auto& entries = std::get<AppendEntries>(read.body).entries;
  REQUIRE(entries.size() == 100);
  for (std::size_t i = 0; i < entries.size(); ++i) {
    CHECK(entries[i].id == body.entries[i].id);
    CHECK(entries[i].data.size() == 32);
    CHECK(is_intact(entries[i]) == (i != 49));
  }
}

}  // namespace quorate::raft::testing
