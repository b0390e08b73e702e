// Certificates of a test's own, made on the spot.
#pragma once

#include <string>

#include <catch2/catch.hpp>

#include "raft/transport/dev_certificates.h"
#include "raft/transport/tls.h"

namespace quorate::raft {

inline KeyPair new_ca() {
  Result<KeyPair> ca = make_ca("test");
  REQUIRE(ca.is_ok());
  return *std::move(ca);
}

// A certificate of `ca` for `request`, with the CA as the one to trust.
inline TlsOptions issue(const KeyPair& ca, const CertificateRequest& request) {
  const Result<KeyPair> pair = issue_certificate(ca, request);
  INFO(to_string(pair.status()));
  REQUIRE(pair.is_ok());
  return {ca.certificate_pem, pair->certificate_pem, pair->key_pem};
}

// The same for the controller `node`.
inline TlsOptions issue_for(const KeyPair& ca, NodeId node) {
  CertificateRequest request;
  request.common_name = peer_dns_name(node);
  request.dns_names = {peer_dns_name(node), "localhost"};
  request.ip_addresses = {"127.0.0.1"};
  return issue(ca, request);
}

}  // namespace quorate::raft
