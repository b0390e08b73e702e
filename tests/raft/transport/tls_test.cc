#include "raft/transport/tls.h"

#include <fstream>

#include <catch2/catch.hpp>
#include <sys/stat.h>

#include "raft/base/clock.h"
#include "tests/raft/storage/temp_dir.h"
#include "tests/raft/transport/certificates.h"

namespace quorate::raft {

namespace {

std::int64_t now_ms() {
  return system_clock().wall_ms();
}

// The three files of `options` in `temp`, the key for its owner alone.
TlsFiles write_files(const TempDir& temp, const TlsOptions& options) {
  const TlsFiles files{temp.path("ca.pem"), temp.path("cert.pem"), temp.path("key.pem")};
  std::ofstream(files.ca) << options.ca_pem;
  std::ofstream(files.certificate) << options.certificate_pem;
  std::ofstream(files.key) << options.key_pem;
  REQUIRE(::chmod(files.key.c_str(), 0600) == 0);
  return files;
}

bool says(const Status& status, const std::string& text) {
  INFO(to_string(status));
  CHECK(status.message().find(text) != std::string::npos);
  return status.message().find(text) != std::string::npos;
}

}  // namespace

TEST_CASE("an issued certificate is usable and carries its names", "[raft][transport][tls]") {
  const TempDir temp;
  const TlsOptions options = issue_for(new_ca(), NodeId{7});
  const Result<TlsOptions> loaded = load_tls(write_files(temp, options), now_ms());
  INFO(to_string(loaded.status()));
  REQUIRE(loaded.is_ok());
  CHECK(loaded->key_pem == options.key_pem);
  CHECK(*dns_names(loaded->certificate_pem) ==
        std::vector<std::string>{"controller-7.quorate", "localhost"});
}

TEST_CASE("a missing file is named", "[raft][transport][tls][G12]") {
  const TempDir temp;
  TlsFiles files = write_files(temp, issue_for(new_ca(), NodeId{1}));
  files.certificate = temp.path("absent.pem");
  const Status status = load_tls(files, now_ms()).status();
  CHECK(status.code() == Code::kNotFound);
  CHECK(says(status, "absent.pem"));
}

TEST_CASE("a key that others may read is refused", "[raft][transport][tls][G13]") {
  const TempDir temp;
  const TlsFiles files = write_files(temp, issue_for(new_ca(), NodeId{1}));
  for (const mode_t mode : {0640U, 0604U, 0644U}) {
    REQUIRE(::chmod(files.key.c_str(), mode) == 0);
    const Status status = load_tls(files, now_ms()).status();
    CHECK(status.code() == Code::kPermissionDenied);
    CHECK(says(status, "key.pem"));
  }
}

TEST_CASE("a key of another certificate is refused", "[raft][transport][tls][G12]") {
  const KeyPair ca = new_ca();
  TlsOptions options = issue_for(ca, NodeId{1});
  options.key_pem = issue_for(ca, NodeId{2}).key_pem;
  CHECK(says(check_tls(options, now_ms()), "the key is not the certificate's"));
}

TEST_CASE("a certificate out of its time is refused", "[raft][transport][tls][G12]") {
  const KeyPair ca = new_ca();
  CertificateRequest request;
  request.common_name = "old";
  request.valid_from_days = -10;
  request.valid_days = 5;
  CHECK(says(check_tls(issue(ca, request), now_ms()), "the certificate has expired"));
  request.valid_from_days = 10;
  CHECK(says(check_tls(issue(ca, request), now_ms()), "the certificate is not valid yet"));
}

TEST_CASE("a certificate of another authority is refused", "[raft][transport][tls][G12]") {
  TlsOptions options = issue_for(new_ca(), NodeId{1});
  options.ca_pem = new_ca().certificate_pem;
  CHECK(says(check_tls(options, now_ms()), "not one of the CA"));
}

TEST_CASE("what is not PEM is named", "[raft][transport][tls][G12]") {
  const TlsOptions good = issue_for(new_ca(), NodeId{1});
  TlsOptions bad = good;
  bad.ca_pem = "nonsense";
  CHECK(says(check_tls(bad, now_ms()), "the CA is not a PEM certificate"));
  bad = good;
  bad.certificate_pem.resize(bad.certificate_pem.size() / 2);
  CHECK(says(check_tls(bad, now_ms()), "the certificate is not a PEM certificate"));
  bad = good;
  bad.key_pem = good.certificate_pem;
  CHECK(says(check_tls(bad, now_ms()), "the key is not a PEM private key"));
}

TEST_CASE("a certificate request with malformed names is refused", "[raft][transport][tls][X12]") {
  const KeyPair ca = new_ca();
  CertificateRequest request;
  request.common_name = "x";
  request.dns_names = {"a,DNS:controller-1.quorate"};
  CHECK(issue_certificate(ca, request).status().code() == Code::kInvalidArgument);
  request.dns_names = {};
  request.ip_addresses = {"not-an-address"};
  CHECK(issue_certificate(ca, request).status().code() == Code::kInvalidArgument);
  CHECK(issue_certificate(KeyPair{"", ""}, request).status().code() == Code::kInvalidArgument);
}

}  // namespace quorate::raft
