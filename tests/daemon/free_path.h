// Where a test lets something write a file.
//
// Owner and thread: one test.
#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include <unistd.h>

namespace quorate {

// A path that is free when the test begins and again when it ends.
class FreePath {
 public:
  FreePath()
      : path_(std::filesystem::temp_directory_path() /
              ("quorate-diagnostics-" + std::to_string(::getpid()))) {
    std::filesystem::remove(path_);
  }
  ~FreePath() { std::filesystem::remove(path_); }
  FreePath(const FreePath&) = delete;
  FreePath& operator=(const FreePath&) = delete;
  [[nodiscard]] std::string text() const { return path_.string(); }
  [[nodiscard]] std::string contents() const {
    std::ifstream file(path_);
    return {std::istreambuf_iterator<char>(file), {}};
  }

 private:
  std::filesystem::path path_;
};

}  // namespace quorate
