#include "examples/kv/kv_state_machine.h"

#include <algorithm>
#include <map>
#include <vector>

#include <catch2/catch.hpp>

#include "quorate/kv/v1/command.pb.h"

#include "examples/kv/kv_snapshot.h"
#include "raft/base/random.h"

namespace quorate::kv {
namespace {

class Results final : public raft::ApplyResults {
 public:
  void set(std::size_t /*position*/, raft::SharedBytes result) override { last = result; }
  raft::SharedBytes last;
};

void apply(KvStateMachine& machine, std::uint64_t index, const v1::Command& command) {
  const raft::Entry entry = raft::make_entry(
      {{1}, {index}}, raft::EntryKind::kNormal, raft::SharedBytes(command.SerializeAsString()));
  Results results;
  machine.apply({&entry, 1}, results);
}

void put(KvStateMachine& machine, std::uint64_t index, const std::string& key, std::string value) {
  v1::Command command;
  command.mutable_put()->set_key(key);
  command.mutable_put()->set_value(std::move(value));
  apply(machine, index, command);
}

std::string read_all(raft::SnapshotSource& source, std::size_t chunk = 7) {
  std::string out;
  while (true) {
    const auto more = source.read(chunk);
    REQUIRE(more.is_ok());
    REQUIRE(more->size() <= chunk);
    if (more->size() == 0) return out;
    out += more->view();
  }
}

class Bytes final : public raft::SnapshotSource {
 public:
  Bytes(std::string bytes, std::size_t chunk) : bytes_(std::move(bytes)), chunk_(chunk) {}
  Result<raft::SharedBytes> read(std::size_t bytes_max) override {
    const std::string part = bytes_.substr(at_, std::min(bytes_max, chunk_));
    at_ += part.size();
    return raft::SharedBytes(part);
  }

 private:
  std::string bytes_;
  std::size_t chunk_;
  std::size_t at_ = 0;
};

Status restore(KvStateMachine& machine, const std::string& bytes, std::size_t chunk = 5) {
  Bytes source(bytes, chunk);
  return machine.restore({.last = {{1}, {77}}, .membership = {}}, source);
}

TEST_CASE("what is applied is read together with the index", "[examples][kv]") {
  KvStateMachine machine;
  put(machine, 3, "a", "1");
  CHECK(machine.get("a").value == "1");
  CHECK(machine.get("a").applied == raft::Index{3});
  CHECK_FALSE(machine.get("b").value);
}

TEST_CASE("an entry that does not parse is answered and changes nothing", "[examples][kv]") {
  KvStateMachine machine;
  const raft::Entry entry =
      raft::make_entry({{1}, {1}}, raft::EntryKind::kNormal, raft::SharedBytes("\xff\xff"));
  Results results;
  machine.apply({&entry, 1}, results);
  v1::CommandResult result;
  REQUIRE(result.ParseFromString(std::string(results.last.view())));
  CHECK(result.error() == v1::INTERNAL);
  CHECK(machine.sizes().keys == 0);
}

TEST_CASE("a snapshot restores keys and sessions", "[examples][kv][R43]") {
  KvStateMachine machine;
  v1::Command open;
  open.mutable_open_session();
  apply(machine, 1, open);
  v1::Command stamped;
  stamped.mutable_put()->set_key("once");
  stamped.mutable_put()->set_value("1");
  stamped.mutable_stamp()->set_session(1);
  stamped.mutable_stamp()->set_number(1);
  stamped.mutable_stamp()->set_first_unanswered(1);
  apply(machine, 2, stamped);
  put(machine, 3, "once", "2");

  KvStateMachine copy;
  REQUIRE(restore(copy, read_all(*machine.snapshot())).is_ok());
  CHECK(copy.sizes().sessions == 1);
  CHECK(copy.sizes().applied == raft::Index{77});
  apply(copy, 78, stamped);  // sent again
  CHECK(copy.get("once").value == "2");
}

TEST_CASE("a snapshot shows the moment at which it was made", "[examples][kv]") {
  KvStateMachine machine;
  for (std::uint64_t i = 1; i <= 100; ++i)
    put(machine, i, "k" + std::to_string(i), "old");
  const auto first = machine.snapshot();
  const auto second = machine.snapshot();
  static_cast<void>(second->read(10));
  for (std::uint64_t i = 1; i <= 100; ++i)
    put(machine, 100 + i, "k" + std::to_string(i), "new");
  KvStateMachine copy;
  REQUIRE(restore(copy, read_all(*first)).is_ok());
  for (std::uint64_t i = 1; i <= 100; ++i)
    CHECK(copy.get("k" + std::to_string(i)).value == "old");
  CHECK(machine.get("k1").value == "new");
}

TEST_CASE("equal states give equal snapshots however they came about", "[examples][kv]") {
  Random random(5);
  KvStateMachine machine;
  std::map<std::string, std::string> model;
  for (std::uint64_t i = 1; i <= 3000; ++i) {
    const std::string key = "k" + std::to_string(random.below(500));
    if (random.chance(1, 4)) {
      v1::Command erase;
      erase.mutable_delete_key()->set_key(key);
      apply(machine, i, erase);
      model.erase(key);
    } else {
      put(machine, i, key, std::string(random.below(300), 'v'));
      model[key] = *machine.get(key).value;
    }
    if (random.chance(1, 300)) static_cast<void>(machine.snapshot());
  }
  CHECK(machine.sizes().keys == model.size());
  KvStateMachine direct;
  std::uint64_t index = 0;
  for (const auto& [key, value] : model)
    put(direct, ++index, key, value);
  const std::string bytes = read_all(*machine.snapshot(), /*chunk=*/1000);
  CHECK(read_all(*direct.snapshot()) == bytes);
  KvStateMachine copy;
  REQUIRE(restore(copy, bytes, /*chunk=*/3).is_ok());
  CHECK(read_all(*copy.snapshot()) == bytes);
}

TEST_CASE("a damaged snapshot is refused and leaves the state as it was", "[examples][kv]") {
  KvStateMachine machine;
  put(machine, 1, "a", "1");
  put(machine, 2, "b", "2");
  const std::string good = read_all(*machine.snapshot());
  KvStateMachine other;
  put(other, 1, "x", "9");
  for (std::size_t length = 0; length < good.size(); ++length)
    CHECK(restore(other, good.substr(0, length)).code() == Code::kCorruption);
  CHECK(restore(other, good + "x").code() == Code::kCorruption);
  CHECK(restore(other, "NOPE" + good.substr(4)).code() == Code::kCorruption);
  CHECK(other.get("x").value == "9");
  CHECK(restore(other, good).is_ok());
  CHECK_FALSE(other.get("x").value);
}

}  // namespace
}  // namespace quorate::kv
