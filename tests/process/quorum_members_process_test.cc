// Real controllers whose Raft group changes while they serve: one comes in, one goes, one has its
// disk replaced, the leadership is given away.
#include <set>
#include <utility>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "quorate/controller/v1/query.pb.h"

#include "tests/process/controllers.h"

namespace quorate::testing {
namespace {

using Members = std::set<std::pair<int, std::string>>;  // node, role

nlohmann::json json_of(const Ended& ended) {
  INFO(ended.errors);
  REQUIRE(ended.code == 0);
  return nlohmann::json::parse(ended.output);
}

Members members_of(const nlohmann::json& listing) {
  Members members;
  for (const auto& item : listing["items"])
    members.emplace(item["node"].get<int>(), item["role"].get<std::string>());
  return members;
}

Members voters(const std::set<int>& nodes) {
  Members members;
  for (const int node : nodes)
    members.emplace(node, "voter");
  return members;
}

Ended quorum(const Controllers& controllers, const std::vector<std::string>& words) {
  std::vector<std::string> arguments = {"quorum"};
  arguments.insert(arguments.end(), words.begin(), words.end());
  return controllers.quorate(arguments);
}

// The group as a change that was carried out shows it.
Members changed(const Controllers& controllers, const std::vector<std::string>& words) {
  return members_of(json_of(quorum(controllers, words)));
}

// Writes `count` records, each waited for, through whoever leads.
void write(const Controllers& controllers, int count) {
  const Ended ended =
      quorum(controllers, {"probe", "--interval-ms", "1", "--count", std::to_string(count)});
  INFO(ended.errors);
  CHECK(ended.code == 0);
}

}  // namespace

TEST_CASE("controllers come and go and have their disks replaced while they serve",
          "[process][controller][quorum][P64][P79]") {
  Controllers controllers(2);
  controllers.start_all();
  write(controllers, 20);

  const std::string fourth = controllers.format_to_join(4);
  const std::string fifth = controllers.format_to_join(5);
  controllers.start(4);
  controllers.start(5);
  CHECK(changed(controllers, {"add-controller", fourth}) == voters({1, 2, 3, 4}));
  CHECK(changed(controllers, {"add-controller", fifth}) == voters({1, 2, 3, 4, 5}));

  // Two of five are gone for good: the others go on.
  controllers.process(1).kill();
  controllers.process(2).kill();
  write(controllers, 5);
  CHECK(changed(controllers, {"remove-controller", "1"}) == voters({2, 3, 4, 5}));

  // A node comes back with a new disk under its old id, and is the third that a quorum needs.
  const std::string second = controllers.format_to_join(2);
  controllers.start(2);
  CHECK(changed(controllers, {"replace-controller", second}) == voters({2, 3, 4, 5}));
  controllers.process(3).kill();
  write(controllers, 5);
}

TEST_CASE("the leadership of controllers is given away and a leader is taken out",
          "[process][controller][quorum][P73]") {
  Controllers controllers(2);
  controllers.start_all();
  const int first = controllers.leader();
  const int heir = first == 1 ? 2 : 1;
  const auto moved =
      json_of(quorum(controllers, {"transfer-leader", "--to", std::to_string(heir)}));
  CHECK(moved["items"][0]["node"] == heir);
  std::set<int> others{1, 2, 3};
  others.erase(heir);
  CHECK(changed(controllers, {"remove-controller", std::to_string(heir)}) == voters(others));
  write(controllers, 5);
  CHECK(controllers.leader() != heir);
}

TEST_CASE("changes of the controllers that cannot be made say why and change nothing",
          "[process][controller][quorum][P79]") {
  Controllers controllers(2);
  controllers.start_all();
  const std::string absent = controllers.format_to_join(4);
  struct Case {
    std::vector<std::string> words;
    int exit;
    std::string says;
  };
  const std::vector<Case> cases{
      {{"add-controller", "4"}, 2, "'4' is not <id>:<incarnation>"},
      {{"add-controller", "9:AAAAAAAAAAAAAAAAAAAACQ"},
       2,
       "does not say where controller 9 listens"},
      {{"add-controller", "2:AAAAAAAAAAAAAAAAAAAAAg"}, 5, "already"},
      {{"add-controller", absent, "--catch-up", "1"}, 7, "did not catch up"},
      {{"remove-controller", "7"}, 4, "controller 7 is not in the Raft group"},
      {{"transfer-leader", "--to", "4"}, 4, "controller 4 has no vote"},
  };
  for (const Case& one : cases) {
    const Ended ended = quorum(controllers, one.words);
    CAPTURE(one.words, ended.errors);
    CHECK(ended.code == one.exit);
    CHECK(ended.errors.find(one.says) != std::string::npos);
  }
  write(controllers, 5);
  const auto admin = controllers.client("admin.quorate");
  const auto answer = admin->describe_quorum(admin->controllers()[0], {.timeout_ms = 5000});
  REQUIRE(answer.is_ok());
  CHECK(answer->peers_size() == 3);
}

}  // namespace quorate::testing
