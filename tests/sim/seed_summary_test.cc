#include "raft/testing/seed_summary.h"

#include <sstream>

#include <catch2/catch.hpp>

#include "raft/testing/seed_run.h"

namespace quorate::raft::testing {
namespace {

SeedVerdict told_failure() {
  SeedVerdict verdict;
  verdict.seed = 42;
  verdict.violation = Violation{"R8", "n1 and \"n2\" differ\nat 3:7"};
  verdict.last_lines = {"the last event"};
  return verdict;
}

SeedFindings one_of_two_failed() {
  SeedFindings findings;
  findings.add(SeedVerdict{});
  findings.add(told_failure());
  return findings;
}

TEST_CASE("a violation is told with its invariant and how to see it again", "[sim][seed_summary]") {
  std::ostringstream out;
  print_failure(out, told_failure(), sim_program());
  CHECK_THAT(out.str(), Catch::Contains("seed 42 violates R8 (log matching"));
  CHECK_THAT(out.str(), Catch::Contains("n1 and \"n2\" differ"));
  CHECK_THAT(out.str(), Catch::Contains("  the last event\n"));
  CHECK_THAT(out.str(), Catch::EndsWith("replay: quorate-sim --replay 42\n"));
}

TEST_CASE("a replayed seed ends with a word on what it broke", "[sim][seed_summary]") {
  std::ostringstream clean;
  print_end(clean, SeedVerdict{}, sim_program());
  CHECK(clean.str() == "no violation\n");
  std::ostringstream broken;
  print_end(broken, told_failure(), sim_program());
  CHECK_THAT(broken.str(), Catch::StartsWith("violates R8 (log matching"));
}

TEST_CASE("the totals of a sweep are clean seeds and failed ones", "[sim][seed_summary]") {
  std::ostringstream out;
  print_totals(out, {41, 42}, one_of_two_failed());
  CHECK(out.str() == "seeds 41..42: 1 clean, 1 failed");
}

TEST_CASE("a summary for scripts is one line of JSON", "[sim][seed_summary]") {
  const JsonCounts counts{{{"events", 12}, {"entries", 3}}, {{"a vote split", 1}, {"b", 0}}};
  std::ostringstream out;
  print_json(out, {41, 42}, one_of_two_failed(), counts, sim_program({"a\\b", ""}));
  CHECK(out.str() ==
        R"({"first_seed":41,"last_seed":42,"seeds":2,"failed":1,"events":12,"entries":3,)"
        R"("failures":[{"seed":42,"invariant":"R8","evidence":"n1 and \"n2\" differ at 3:7",)"
        R"("replay":"quorate-sim --replay 42 --options a\\b"}],)"
        R"("states":{"a vote split":1,"b":0}})"
        "\n");
}

TEST_CASE("a summary without failures and states leaves no gap", "[sim][seed_summary]") {
  std::ostringstream out;
  print_json(out, {1, 1}, SeedFindings{}, JsonCounts{}, sim_program());
  CHECK(out.str() == R"({"first_seed":1,"last_seed":1,"seeds":0,"failed":0,"failures":[]})"
                     "\n");
}

TEST_CASE("progress is told every five seconds and failures at once", "[sim][seed_summary]") {
  using std::chrono::seconds;
  const ProgressLines::Time start{};
  const SeedVerdict clean;
  SeedFindings so_far;
  std::ostringstream out;
  ProgressLines lines(out, {1, 300}, sim_program(), start);
  so_far.add(clean);
  lines.tell(clean, so_far, start + seconds(4));
  CHECK(out.str().empty());
  so_far.add(clean);
  lines.tell(clean, so_far, start + seconds(5));
  CHECK(out.str() == "2 of 300 seeds, 0 failed\n");
  lines.tell(clean, so_far, start + seconds(9));
  CHECK(out.str() == "2 of 300 seeds, 0 failed\n");
  so_far.add(told_failure());
  lines.tell(told_failure(), so_far, start + seconds(10));
  CHECK_THAT(out.str(), Catch::Contains("seed 42 violates"));
  CHECK_THAT(out.str(), Catch::EndsWith("3 of 300 seeds, 1 failed\n"));
}

}  // namespace
}  // namespace quorate::raft::testing
