#include "raft/testing/apart.h"

#include <array>
#include <cstdio>
#include <sstream>
#include <string>

#include <sys/wait.h>
#include <unistd.h>

#include "raft/base/check.h"

namespace quorate::raft::testing {
namespace {

// The child's last words, or what it found: "events simulated [invariant evidence]".
std::string to_text(const SimVerdict& verdict) {
  std::ostringstream out;
  out << verdict.events << ' ' << verdict.simulated;
  if (verdict.violation)
    out << ' ' << verdict.violation->invariant << ' ' << verdict.violation->evidence;
  return out.str();
}

SimVerdict from_text(const std::string& text) {
  std::istringstream in(text);
  SimVerdict verdict;
  in >> verdict.events >> verdict.simulated;
  Violation violation;
  if (in >> violation.invariant) {
    std::getline(in >> std::ws, violation.evidence);
    verdict.violation = violation;
  }
  return verdict;
}

std::string read_all(int file) {
  std::string text;
  std::array<char, 4096> piece{};
  for (ssize_t count = 0; (count = read(file, piece.data(), piece.size())) > 0;)
    text.append(piece.data(), static_cast<std::size_t>(count));
  return text;
}

// Ends the child; nothing of the parent's is flushed or torn down by it.
[[noreturn]] void be_child(int to_parent, const std::function<SimVerdict()>& run) {
  dup2(to_parent, STDERR_FILENO);
  const std::string text = to_text(run());
  const ssize_t written = write(to_parent, text.data(), text.size());
  _exit(written == static_cast<ssize_t>(text.size()) ? 0 : 1);
}

}  // namespace

SimVerdict run_apart(const std::function<SimVerdict()>& run) {
  std::array<int, 2> ends{};
  QUORATE_CHECK(pipe(ends.data()) == 0);
  const pid_t child = fork();
  QUORATE_CHECK(child >= 0);
  if (child == 0) be_child(ends[1], run);
  close(ends[1]);
  const std::string text = read_all(ends[0]);
  close(ends[0]);
  int status = 0;
  QUORATE_CHECK(waitpid(child, &status, 0) == child);
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return from_text(text);
  SimVerdict verdict;
  verdict.violation = Violation{"ABORT", text.substr(0, text.find('\n'))};
  return verdict;
}

}  // namespace quorate::raft::testing
