#include "raft/testing/seed_sweep.h"

#include <array>
#include <csignal>
#include <cstdio>
#include <cstring>

#include <unistd.h>

namespace quorate::raft::testing {
namespace {

// Written before each seed, so that the signal handler has nothing to make.
std::array<char, 512> g_abort_note{};

extern "C" void print_abort_note(int signal) {
  const auto written =
      write(STDERR_FILENO, g_abort_note.data(), strnlen(g_abort_note.data(), g_abort_note.size()));
  static_cast<void>(written);
  std::signal(signal, SIG_DFL);
}

}  // namespace

std::optional<std::uint64_t> parse_seed(std::string_view text) {
  if (text.empty()) return std::nullopt;
  std::uint64_t number = 0;
  for (const char digit : text) {
    if (digit < '0' || digit > '9') return std::nullopt;
    const auto value = static_cast<std::uint64_t>(digit - '0');
    if (number > (UINT64_MAX - value) / 10) return std::nullopt;
    number = number * 10 + value;
  }
  return number;
}

std::optional<SeedRange> parse_seed_range(std::string_view text) {
  const std::size_t dots = text.find("..");
  const auto first = parse_seed(text.substr(0, dots));
  const auto last = dots == std::string_view::npos ? first : parse_seed(text.substr(dots + 2));
  if (!first || !last || *last < *first || *last == UINT64_MAX) return std::nullopt;
  return SeedRange{*first, *last};
}

void SeedFindings::add(const SeedVerdict& verdict) {
  ++seeds;
  if (verdict.is_clean()) return;
  ++failed;
  if (failures.size() < kFailuresKept) failures.push_back(verdict);
}

AbortNote::AbortNote() : before_(std::signal(SIGABRT, print_abort_note)) {}

AbortNote::~AbortNote() {
  std::signal(SIGABRT, before_);
}

// NOLINTNEXTLINE(readability-convert-member-functions-to-static): means something while one exists
void AbortNote::set(std::uint64_t seed, const std::string& replay_command) {
  std::snprintf(g_abort_note.data(),
                g_abort_note.size(),
                "seed %llu aborted the process; replay: %s\n",
                static_cast<unsigned long long>(seed),
                replay_command.c_str());
}

}  // namespace quorate::raft::testing
