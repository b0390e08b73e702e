#include "daemon/tls_files.h"

#include <filesystem>
#include <fstream>

#include <catch2/catch.hpp>
#include <sys/stat.h>
#include <unistd.h>

#include "raft/base/clock.h"
#include "raft/transport/dev_certificates.h"

namespace quorate {
namespace {

namespace fs = std::filesystem;

// An authority, a certificate and its key in a directory that is gone when the test ends.
class Files {
 public:
  Files() : dir_(fs::temp_directory_path() / ("quorate-tls-" + std::to_string(::getpid()))) {
    fs::create_directories(dir_);
    auto ca = raft::make_ca("test");
    REQUIRE(ca.is_ok());
    ca_ = *std::move(ca);
    write("ca.pem", ca_.certificate_pem);
    issue(0, 30);
  }
  ~Files() { fs::remove_all(dir_); }
  Files(const Files&) = delete;
  Files& operator=(const Files&) = delete;

  void issue(std::int64_t from_days, std::int64_t days) {
    const auto pair = raft::issue_certificate(ca_,
                                              {.common_name = "x",
                                               .dns_names = {"a.quorate", "b.quorate"},
                                               .valid_from_days = from_days,
                                               .valid_days = days});
    REQUIRE(pair.is_ok());
    write("x.pem", pair->certificate_pem);
    write("x.key", pair->key_pem);
  }
  void write(const std::string& name, const std::string& text) {
    std::ofstream(dir_ / name, std::ios::trunc) << text;
    ::chmod((dir_ / name).c_str(), 0600);
  }
  [[nodiscard]] std::string path(const std::string& name) const { return (dir_ / name).string(); }
  [[nodiscard]] TlsPaths paths() const { return {path("ca.pem"), path("x.pem"), path("x.key")}; }
  [[nodiscard]] std::string refusal() const {
    const auto loaded = load_tls_files(paths(), system_clock().wall_ms());
    REQUIRE_FALSE(loaded.is_ok());
    return loaded.status().message();
  }

 private:
  fs::path dir_;
  raft::KeyPair ca_;
};

TEST_CASE("a good certificate loads and tells its names", "[daemon][tls_files]") {
  const Files files;
  const auto loaded = load_tls_files(files.paths(), system_clock().wall_ms());
  REQUIRE(loaded.is_ok());
  const auto names = certificate_dns_names(loaded->certificate_pem);
  REQUIRE(names.is_ok());
  CHECK(*names == std::vector<std::string>{"a.quorate", "b.quorate"});
}

TEST_CASE("each bad certificate or key is refused by file and reason",
          "[daemon][tls_files][G12][G13]") {
  Files files;
  SECTION("expired") {
    files.issue(-20, 10);
    CHECK(files.refusal() == "certificate " + files.path("x.pem") + ": expired");
  }
  SECTION("not yet valid") {
    files.issue(5, 10);
    CHECK(files.refusal().find("not yet valid") != std::string::npos);
  }
  SECTION("another authority") {
    files.write("ca.pem", raft::make_ca("other").value().certificate_pem);
    CHECK(files.refusal().find("does not verify against") != std::string::npos);
  }
  SECTION("another key") {
    files.write("x.key", raft::make_ca("other").value().key_pem);
    CHECK(files.refusal().find("is not the key of certificate") != std::string::npos);
  }
  SECTION("readable by others") {
    ::chmod(files.path("x.key").c_str(), 0640);
    CHECK(files.refusal().find("readable by group or others") != std::string::npos);
  }
  SECTION("not PEM") {
    files.write("x.pem", "hello");
    CHECK(files.refusal() == "certificate " + files.path("x.pem") + ": holds no PEM certificate");
  }
  SECTION("missing") {
    fs::remove(files.path("ca.pem"));
    CHECK(files.refusal() == "CA file " + files.path("ca.pem") + ": No such file or directory");
  }
}

}  // namespace
}  // namespace quorate
