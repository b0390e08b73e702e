// What the core's library asks of the outside, as the linker sees it.
#include <array>
#include <cstdio>
#include <memory>
#include <regex>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

namespace quorate::raft {
namespace {

// The undefined symbols of an archive, demangled.
std::vector<std::string> undefined_symbols(const std::string& archive) {
  const std::string command = "nm --undefined-only --demangle '" + archive + "' 2>&1";
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(::popen(command.c_str(), "r"), ::pclose);
  REQUIRE(pipe != nullptr);
  std::vector<std::string> symbols;
  std::array<char, 4096> line{};
  while (std::fgets(line.data(), line.size(), pipe.get()) != nullptr) {
    std::string text(line.data());
    const std::size_t at = text.find(" U ");
    if (at == std::string::npos) continue;
    text = text.substr(at + 3);
    text.erase(text.find_last_not_of('\n') + 1);
    symbols.push_back(text);
  }
  return symbols;
}

// Clocks, threads, locks, randomness, files, sockets, the environment, hashes of addresses.
bool is_impure(const std::string& symbol) {
  static const std::regex impure(
      "std::(chrono|this_thread|thread|mutex|condition_variable|random_device|_Hash_bytes|"
      "basic_[io]?f(stream|ilebuf)|filesystem)\\b.*|"
      "(clock_gettime|gettimeofday|time|clock|pthread_\\w+|s?rand(om)?(_r)?|getrandom|getentropy|"
      "f?open(64|at)?|read|write|socket|send\\w*|recv\\w*|poll|secure_getenv|getenv|syscall|"
      "nanosleep|sched_yield)(@.*)?");
  return std::regex_match(symbol, impure);
}

std::vector<std::string> impure_symbols(const std::string& archive) {
  const std::vector<std::string> all = undefined_symbols(archive);
  REQUIRE(all.size() > 20);  // fewer, and nm has not read a library
  std::vector<std::string> impure;
  for (const std::string& symbol : all) {
    if (is_impure(symbol)) impure.push_back(symbol);
  }
  return impure;
}

}  // namespace

TEST_CASE("the core calls no clock and no thread and no random device and no file",
          "[raft][purity][P108]") {
  CHECK(impure_symbols(QUORATE_RAFT_CORE) == std::vector<std::string>{});
}

TEST_CASE("a library that reads the clock is told from the core", "[raft][purity][P108]") {
  const std::vector<std::string> found = impure_symbols(QUORATE_RAFT_BASE);
  CHECK(found == std::vector<std::string>{"std::chrono::_V2::steady_clock::now()",
                                          "std::chrono::_V2::system_clock::now()",
                                          "clock_gettime"});
}

}  // namespace quorate::raft
