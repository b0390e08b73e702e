#include "cli/process.h"

#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <catch2/catch.hpp>
#include <stdlib.h>
#include <unistd.h>

namespace quorate::cli {
namespace {

std::string log_file() {
  std::string pattern = (std::filesystem::temp_directory_path() / "quorate-log-XXXXXX").string();
  ::close(::mkstemp(pattern.data()));
  return pattern;
}

std::string read_whole(const std::string& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

TEST_CASE("a started process lives until it is signalled", "[cli][process]") {
  const auto log = log_file();
  const auto process = start_process({"/bin/sleep", "600"}, log);
  REQUIRE(process.is_ok());
  CHECK(is_alive(*process));
  CHECK(send_signal(*process, SIGKILL));
  while (is_alive(*process))
    ::usleep(1000);
  CHECK_FALSE(send_signal(*process, SIGKILL));
  std::filesystem::remove(log);
}

TEST_CASE("a recycled process id is another process", "[cli][process]") {
  const ProcessRef someone_else{static_cast<std::int32_t>(::getpid()), 1};
  CHECK_FALSE(is_alive(someone_else));
  CHECK_FALSE(send_signal(someone_else, SIGKILL));
}

TEST_CASE("no process has the id zero", "[cli][process]") {
  CHECK_FALSE(is_alive(ProcessRef{}));
  CHECK_FALSE(send_signal(ProcessRef{}, SIGKILL));
}

TEST_CASE("output of a command lands in its log and its failure is reported", "[cli][process]") {
  const auto log = log_file();
  CHECK(run_process({"/bin/sh", "-c", "echo fine"}, log).is_ok());
  const auto failed = run_process({"/bin/sh", "-c", "echo broken >&2; exit 3"}, log);
  CHECK(failed.code() == Code::kInternal);
  CHECK(failed.message().find(log) != std::string::npos);
  CHECK(read_whole(log) == "fine\nbroken\n");
  std::filesystem::remove(log);
}

}  // namespace
}  // namespace quorate::cli
