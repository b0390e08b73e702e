// What is written to standard output meanwhile. Thread: the test.
#pragma once

#include <cstdio>
#include <string>

#include <unistd.h>

namespace quorate::cli {

// What `print` writes to standard output.
template <typename Print>
std::string captured(Print print) {
  std::fflush(stdout);
  std::FILE* file = std::tmpfile();
  const int before = ::dup(STDOUT_FILENO);
  ::dup2(::fileno(file), STDOUT_FILENO);
  print();
  std::fflush(stdout);
  ::dup2(before, STDOUT_FILENO);
  ::close(before);
  std::rewind(file);
  std::string text;
  for (int c = std::fgetc(file); c != EOF; c = std::fgetc(file))
    text.push_back(static_cast<char>(c));
  std::fclose(file);
  return text;
}

}  // namespace quorate::cli
