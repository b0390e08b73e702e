// Reading, running and rewriting scenario files.
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "tests/scenarios/scenario.h"

namespace quorate::raft::testing {
namespace {

bool is_command(const std::string& line) {
  return !line.empty() && line.front() != '#';
}

std::string outcome_of(Scenario& scenario, const std::vector<std::string>& commands) {
  std::string out;
  for (const std::string& command : commands) {
    try {
      out += scenario.run(command);
    } catch (const std::exception& error) {
      throw std::runtime_error("'" + command + "': " + error.what());
    }
  }
  return out.empty() ? "ok\n" : out;
}

}  // namespace

std::string run_scenario(const std::filesystem::path& file) {
  std::ifstream in(file);
  if (!in) return "cannot open " + file.string();
  std::ostringstream head;
  std::string rewritten;
  std::string differences;
  std::vector<std::string> commands;
  Scenario scenario;
  for (std::string line; std::getline(in, line);) {
    rewritten += line + "\n";
    if (line != "----") {
      if (is_command(line)) commands.push_back(line);
      head << line << '\n';
      continue;
    }
    std::string expected;
    while (std::getline(in, line) && !line.empty())
      expected += line + "\n";
    const std::string seen = outcome_of(scenario, commands);
    if (seen != expected) {
      differences += "after '" + (commands.empty() ? std::string() : commands.back()) +
                     "'\nexpected:\n" + expected + "seen:\n" + seen;
    }
    rewritten += seen + (in.eof() ? "" : "\n");
    commands.clear();
  }
  if (!commands.empty()) differences += "commands without ---- at the end\n";
  const std::string text = head.str();
  if (text.find("# Goal:") == std::string::npos || text.find("# Method:") == std::string::npos) {
    differences += "the head has no Goal and Method\n";
  }
  if (std::getenv("QUORATE_REWRITE") != nullptr) {
    while (rewritten.size() > 1 && rewritten.substr(rewritten.size() - 2) == "\n\n")
      rewritten.pop_back();
    std::ofstream(file) << rewritten;
    return {};
  }
  return differences;
}

}  // namespace quorate::raft::testing
