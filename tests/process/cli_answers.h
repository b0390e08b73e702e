// What the command line answers: the form of refusals and of lists.
//
// Thread: one test.
#pragma once

#include <string>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "tests/process/live_cluster.h"

namespace quorate::testing {

using nlohmann::json;

struct Refused {
  std::string arguments;
  int status;
  std::string begins;    // of standard error
  std::string attempts;  // what stands behind "try:", if anything
};

// error[E_...]: sentence, then a hint and a thing to try, if any; nothing else.
inline void check_form(const std::string& errors) {
  INFO(errors);
  CHECK(errors.starts_with("error[E_"));
  CHECK(errors.find("]: ") != std::string::npos);
  std::size_t begin = errors.find('\n') + 1;
  while (begin < errors.size()) {
    const std::string line = errors.substr(begin, errors.find('\n', begin) - begin);
    CHECK((line.starts_with("  hint: ") || line.starts_with("  try:  ")));
    begin += line.size() + 1;
  }
}

inline void check_refused(const LiveCluster& cluster, const Refused& refused) {
  INFO(refused.arguments);
  const Ran ran = cluster.cli(refused.arguments);
  INFO(ran.errors);
  CHECK(ran.status == refused.status);
  check_form(ran.errors);
  CHECK(ran.errors.starts_with(refused.begins));
  CHECK((refused.attempts.empty() ||
         ran.errors.find("  try:  " + refused.attempts + '\n') != std::string::npos));
}

inline json listing(const LiveCluster& cluster,
                    const std::string& arguments,
                    const std::string& kind) {
  const Ran ran = cluster.cli(arguments + " -o json");
  INFO(arguments << ' ' << ran.errors);
  REQUIRE(ran.status == 0);
  CHECK(ran.errors.empty());
  const json parsed = json::parse(ran.output);
  CHECK(parsed["apiVersion"] == "quorate/v1");
  CHECK(parsed["kind"] == kind);
  REQUIRE(parsed["items"].is_array());
  return parsed;
}

}  // namespace quorate::testing
