// One line of a scenario, cut into words.
#pragma once

#include <map>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "tests/scenarios/scenario.h"

namespace quorate::raft::testing {

// A line cut into words: the verb, plain words, and key=value pairs; further words of the form
// number:number belong to the list of log=.
struct Scenario::Command {
  explicit Command(const std::string& line) {
    std::istringstream in(line);
    in >> verb;
    for (std::string word; in >> word;) {
      const std::size_t equals = word.find('=');
      if (equals != std::string::npos) {
        options[word.substr(0, equals)] = word.substr(equals + 1);
      } else if (word.find(':') != std::string::npos && options.count("log") > 0) {
        options["log"] += " " + word;
      } else {
        words.push_back(word);
      }
    }
  }

  [[nodiscard]] const std::string& word(std::size_t at) const {
    if (at >= words.size()) throw std::invalid_argument("a word is missing");
    return words[at];
  }
  [[nodiscard]] std::uint64_t number(const std::string& key, std::uint64_t otherwise) const {
    const auto option = options.find(key);
    return option == options.end() ? otherwise : std::stoull(option->second);
  }
  // "A->B"
  [[nodiscard]] std::pair<std::string, std::string> arrow(std::size_t at) const {
    const std::string& text = word(at);
    const std::size_t middle = text.find("->");
    if (middle == std::string::npos) throw std::invalid_argument("A->B is missing");
    return {text.substr(0, middle), text.substr(middle + 2)};
  }
  // "1:1 4:4" with last=5 as one term per entry.
  [[nodiscard]] std::vector<std::uint64_t> entry_terms() const {
    std::vector<std::uint64_t> terms;
    const auto log = options.find("log");
    if (log == options.end()) return terms;
    const std::uint64_t last = number("last", 0);
    std::istringstream in(log->second);
    std::uint64_t first = 0;
    std::uint64_t term = 0;
    char colon = 0;
    while (in >> first >> colon >> term) {
      if (first == 0 || first > last) throw std::invalid_argument("log and last disagree");
      terms.resize(first - 1, terms.empty() ? 0 : terms.back());
      terms.resize(last, term);
    }
    return terms;
  }

  // "A,B" behind `key`; empty when it is not there.
  [[nodiscard]] std::vector<std::string> list(const std::string& key) const {
    std::vector<std::string> items;
    const auto option = options.find(key);
    if (option == options.end()) return items;
    std::istringstream in(option->second);
    for (std::string item; std::getline(in, item, ',');)
      items.push_back(item);
    return items;
  }

  std::string verb;
  std::vector<std::string> words;
  std::map<std::string, std::string> options;
};

}  // namespace quorate::raft::testing
