// quorate-history: judges what a load client has recorded.
//
//   quorate-history check FILE
//
// Exit status: 0 linearizable, 1 not linearizable, 2 no verdict (malformed input, a limit of the
// search, wrong use); the message says which.
#include <fstream>
#include <iostream>
#include <string>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "examples/kv/history_line.h"
#include "examples/kv/history_model.h"

namespace quorate::kv {
namespace {

using raft::testing::LinearizabilityVerdict;
using Answer = LinearizabilityVerdict::Answer;

constexpr std::size_t kShownMax = 20;

struct CheckOptions {
  std::string file;
  std::uint64_t memory_mib = 1024;
  std::uint64_t steps_max = 200'000'000;
  bool json = false;
};

const char* word_of(Answer answer) {
  switch (answer) {
    case Answer::kLinearizable: return "linearizable";
    case Answer::kNotLinearizable: return "not linearizable";
    case Answer::kGaveUp: return "gave up";
  }
  return "invalid";
}

int exit_of(Answer answer) {
  switch (answer) {
    case Answer::kLinearizable: return 0;
    case Answer::kNotLinearizable: return 1;
    case Answer::kGaveUp: break;
  }
  return 2;
}

void print_proof(const HistoryModel& model, const LinearizabilityVerdict& verdict) {
  const auto line_of = [&model](std::size_t at) { return to_line(*model.operations()[at]); };
  std::cout << "no order explains: " << line_of(verdict.impossible) << '\n'
            << "all states possible when it was invoked (" << verdict.states_before.size()
            << "):\n";
  for (std::size_t i = 0; i < std::min(kShownMax, verdict.states_before.size()); ++i)
    std::cout << "  " << describe_state(verdict.states_before[i]) << '\n';
  std::cout << "what ran at the same time, or may still take effect (" << verdict.window.size()
            << " with itself):\n";
  for (std::size_t i = 0; i < std::min(kShownMax, verdict.window.size()); ++i)
    std::cout << "  " << line_of(verdict.window[i]) << '\n';
}

void print_json(const HistoryModel& model,
                const LinearizabilityVerdict& verdict,
                std::size_t lines) {
  nlohmann::ordered_json out = {{"verdict", word_of(verdict.answer)},
                                {"operations", lines},
                                {"checked", model.operations().size()},
                                {"parts", verdict.parts},
                                {"steps", verdict.steps}};
  if (verdict.answer == Answer::kGaveUp) out["limit"] = verdict.limit;
  if (verdict.answer == Answer::kNotLinearizable) {
    const auto json_of = [&model](std::size_t at) {
      return nlohmann::ordered_json::parse(to_line(*model.operations()[at]));
    };
    out["impossible"] = json_of(verdict.impossible);
    out["window"] = nlohmann::ordered_json::array();
    for (const std::size_t at : verdict.window)
      out["window"].push_back(json_of(at));
    out["states_before"] = nlohmann::ordered_json::array();
    for (const std::string& state : verdict.states_before)
      out["states_before"].push_back(nlohmann::ordered_json::parse(describe_state(state)));
  }
  std::cout << out.dump(2) << '\n';
}

int check(const CheckOptions& options) {
  std::ifstream file(options.file);
  const auto history =
      file ? read_history(file)
           : Result<std::vector<HistoryOperation>>(Code::kNotFound, "cannot be read");
  if (!history.is_ok()) {
    std::cerr << "quorate-history: " << options.file << ": " << history.status() << '\n';
    return 2;
  }
  const HistoryModel model(*history);
  const auto verdict = raft::testing::check_linearizable(
      model.spans(),
      model,
      {.memory_bytes_max = options.memory_mib << 20U, .steps_max = options.steps_max});
  if (options.json) {
    print_json(model, verdict, history->size());
    return exit_of(verdict.answer);
  }
  std::cout << word_of(verdict.answer) << ": " << history->size() << " operations, "
            << model.operations().size() << " checked in " << verdict.parts << " parts, "
            << verdict.steps << " steps\n";
  if (verdict.answer == Answer::kNotLinearizable) print_proof(model, verdict);
  if (verdict.answer == Answer::kGaveUp) std::cout << "limit reached: " << verdict.limit << '\n';
  return exit_of(verdict.answer);
}

int run(int argc, char** argv) {
  CLI::App app("Judges the history of a load client.", "quorate-history");
  app.footer("exit status: 0 linearizable, 1 not linearizable, 2 no verdict");
  app.require_subcommand(1);
  CheckOptions options;
  CLI::App* command = app.add_subcommand("check", "Is the history linearizable?");
  command->add_option("file", options.file, "JSON lines of quorate-kv-load")->required();
  command->add_option("--memory-mib", options.memory_mib, "Of the search, for one part")
      ->check(CLI::Range(1U, 1U << 20U));
  command->add_option("--steps-max", options.steps_max, "Of the search, for one part");
  command->add_flag("--json", options.json, "The verdict as JSON");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  return check(options);
}

}  // namespace
}  // namespace quorate::kv

int main(int argc, char** argv) {
  return quorate::kv::run(argc, argv);
}
