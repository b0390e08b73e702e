// A program of the build as a child process; killed with the object.
//
// Owner and thread: one test.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include <sys/types.h>

namespace quorate::testing {

struct ChildFiles {
  std::string output = "/dev/null";  // standard output, written anew
  std::string errors = "/dev/null";  // standard error, appended to
};

class Child {
 public:
  // No process.
  Child() = default;
  // Runs `program` of the build's bin directory.
  // `environment`: NAME=value, beside the test's own.
  Child(const std::string& program,
        std::vector<std::string> arguments,
        const ChildFiles& files,
        std::vector<std::string> environment = {});
  Child(Child&& other) noexcept : pid_(std::exchange(other.pid_, 0)) {}
  Child& operator=(Child&& other) noexcept;
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() { kill(); }

  [[nodiscard]] bool is_alive() const;
  [[nodiscard]] pid_t pid() const { return pid_; }  // 0: no process
  void kill();                                      // SIGKILL, and waits
  // Until it ends by itself: its exit status; -1 when a signal ended it, or when it had to be
  // killed because it took too long.
  int wait();
  int terminate();  // SIGTERM, then wait()

 private:
  pid_t pid_ = 0;
};

// A whole file as text; empty when there is none.
std::string text_of(const std::string& path);

}  // namespace quorate::testing
