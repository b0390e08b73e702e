#include "daemon/properties.h"

#include <filesystem>
#include <fstream>

#include <catch2/catch.hpp>
#include <unistd.h>

namespace quorate {
namespace {

OptionTable table() {
  return OptionTable(
      "demo",
      {{.key = "node.id",
        .type = OptionType::kInteger,
        .fallback = std::nullopt,
        .doc = "Number.",
        .min = 0,
        .max = 100},
       {.key = "log.dirs", .type = OptionType::kList, .fallback = "", .doc = "Dirs."},
       {.key = "delete.topic.enable",
        .type = OptionType::kBoolean,
        .fallback = "true",
        .doc = "Whether."},
       {.key = "log.level",
        .type = OptionType::kChoice,
        .fallback = "info",
        .doc = "Level.",
        .choices = {"info", "debug"}}});
}

// A file that is gone when the test ends.
class File {
 public:
  explicit File(const std::string& text)
      : path_(std::filesystem::temp_directory_path() /
              ("quorate-properties-" + std::to_string(::getpid()))) {
    std::ofstream(path_) << text;
  }
  ~File() { std::filesystem::remove(path_); }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  [[nodiscard]] std::string path() const { return path_.string(); }

 private:
  std::filesystem::path path_;
};

std::string refusal(const std::string& text) {
  const File file(text);
  const auto loaded = Properties::load(table(), {file.path(), {}, {}});
  REQUIRE_FALSE(loaded.is_ok());
  CHECK(loaded.status().code() == Code::kInvalidArgument);
  std::string message = loaded.status().message();
  const auto at = message.find(file.path());
  return at == std::string::npos ? message : message.substr(at + file.path().size());
}

TEST_CASE("a flag beats the environment which beats the file which beats the default",
          "[daemon][properties]") {
  const File file("node.id = 1\nlog.level=debug\n");
  const std::vector<std::string> environment = {"QUORATE_NODE_ID=2", "QUORATE_OTHER=x", "PATH=/"};
  const auto from_file = Properties::load(table(), {file.path(), {}, {}});
  const auto from_environment = Properties::load(table(), {file.path(), environment, {}});
  const auto from_flag = Properties::load(table(), {file.path(), environment, {"node.id=3"}});
  REQUIRE(from_file.is_ok());
  REQUIRE(from_environment.is_ok());
  REQUIRE(from_flag.is_ok());
  CHECK(from_file->integer("node.id") == 1);
  CHECK(from_file->origin("node.id") == file.path() + ":1");
  CHECK(from_file->text("log.level") == "debug");
  CHECK(from_file->boolean("delete.topic.enable"));
  CHECK(from_environment->integer("node.id") == 2);
  CHECK(from_environment->origin("node.id") == "QUORATE_NODE_ID");
  CHECK(from_flag->integer("node.id") == 3);
  CHECK(from_flag->origin("node.id") == "--set");
}

TEST_CASE("comments colons and continued lines are read as in Java properties",
          "[daemon][properties]") {
  const File file("# a comment\n! another\n\n node.id : 7 \nlog.dirs = /a, \\\n   /b\n");
  const auto loaded = Properties::load(table(), {file.path(), {}, {}});
  REQUIRE(loaded.is_ok());
  CHECK(loaded->integer("node.id") == 7);
  CHECK(loaded->list("log.dirs") == std::vector<std::string>{"/a", "/b"});
}

TEST_CASE("every refusal names the line the key and the rule", "[daemon][properties][G01]") {
  CHECK(refusal("node.id=1\nnode.ids=2\n") == ":2: node.ids: unknown key; did you mean node.id?");
  CHECK(refusal("zzzzzzzzzzzzzz=2\n") == ":1: zzzzzzzzzzzzzz: unknown key");
  CHECK(refusal("node.id=x\n") == ":1: node.id: 'x' is not an integer");
  CHECK(refusal("node.id=1x\n") == ":1: node.id: '1x' is not an integer");
  CHECK(refusal("node.id=101\n") == ":1: node.id: '101' is not within 0 to 100");
  CHECK(refusal("node.id=99999999999999999999\n").find("is not an integer") != std::string::npos);
  CHECK(refusal("node.id=1\ndelete.topic.enable=yes\n") ==
        ":2: delete.topic.enable: 'yes' is neither true nor false");
  CHECK(refusal("node.id=1\nlog.level=loud\n") == ":2: log.level: 'loud' is none of info debug");
  CHECK(refusal("node.id\n") == ":1: node.id: is not of the form key=value");
  CHECK(refusal("node.id=1\nnode.id=2\n").find(":2: node.id: given already at") == 0);
  CHECK(refusal("log.level=info\n") == ": node.id: required but not given");
}

TEST_CASE("a configuration file that is not there is refused by name",
          "[daemon][properties][G01]") {
  const auto loaded = Properties::load(table(), {"/nonexistent/x.properties", {}, {}});
  REQUIRE_FALSE(loaded.is_ok());
  CHECK(loaded.status().message() == "/nonexistent/x.properties: No such file or directory");
}

TEST_CASE("help and documentation name every option", "[daemon][properties]") {
  const OptionTable options = table();
  for (const OptionSpec& option : options.options()) {
    CHECK(options.help_text().find(option.key) != std::string::npos);
    CHECK(options.markdown().find("`" + option.key + "`") != std::string::npos);
  }
}

}  // namespace
}  // namespace quorate
