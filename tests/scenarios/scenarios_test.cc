// Each scenario file is one test.
#include <set>

#include <catch2/catch.hpp>

#include "tests/scenarios/scenario.h"

namespace quorate::raft::testing {
namespace {

const std::filesystem::path kFolder = std::filesystem::path(QUORATE_SOURCE_DIR) / "tests/scenarios";

const std::set<std::string> kFiles = {"change_before_own_term.txt",
                                      "commit_beyond_match.txt",
                                      "duplicate_vote.txt",
                                      "figure_7.txt",
                                      "figure_8.txt",
                                      "joint_consensus.txt",
                                      "lagging_pre_vote.txt",
                                      "late_append.txt",
                                      "late_append_of_earlier_leadership.txt",
                                      "stale_nack.txt",
                                      "two_node_replacement.txt"};

void run(const std::string& file) {
  REQUIRE(kFiles.count(file) == 1);
  const std::string differences = run_scenario(kFolder / file);
  if (!differences.empty()) FAIL(file << ": " << differences);
}

TEST_CASE("figure 7 - the leader of term 8 brings six different logs in line",
          "[scenario][paper-5.3][P42][P48]") {
  run("figure_7.txt");
}

TEST_CASE("figure 8 - an older term's entry is never committed by counting its copies",
          "[scenario][paper-5.4.2][P44]") {
  run("figure_8.txt");
}

TEST_CASE("a late refusal changes nothing", "[scenario][P49]") {
  run("stale_nack.txt");
}

TEST_CASE("a deposed leader's late append changes nothing", "[scenario][P49]") {
  run("late_append.txt");
}

TEST_CASE("an answer to an earlier leadership of the same leader changes nothing",
          "[scenario][P49][P50]") {
  run("late_append_of_earlier_leadership.txt");
}

TEST_CASE("a repeated vote counts once", "[scenario][P20]") {
  run("duplicate_vote.txt");
}

TEST_CASE("a lagging replica's pre-vote disturbs nobody and teaches it", "[scenario][P22][P23]") {
  run("lagging_pre_vote.txt");
}

TEST_CASE("a follower commits only what an append has proved", "[scenario][P47]") {
  run("commit_beyond_match.txt");
}

TEST_CASE("joint consensus - neither half of a joint membership decides alone",
          "[scenario][paper-6][P71]") {
  run("joint_consensus.txt");
}

TEST_CASE("a leader changes nothing before an entry of its own term is committed",
          "[scenario][paper-6][P70]") {
  run("change_before_own_term.txt");
}

TEST_CASE("replacing a voter of a group of two cannot wedge", "[scenario][P72][P75]") {
  run("two_node_replacement.txt");
}

TEST_CASE("every scenario file is run", "[scenario]") {
  std::set<std::string> found;
  for (const auto& entry : std::filesystem::directory_iterator(kFolder)) {
    if (entry.path().extension() == ".txt" && entry.path().filename() != "CMakeLists.txt") {
      found.insert(entry.path().filename().string());
    }
  }
  CHECK(found == kFiles);
}

}  // namespace
}  // namespace quorate::raft::testing
