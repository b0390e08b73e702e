// A certificate authority for one machine: development, tests and demonstrations.
//
// Keys are EC P-256; a certificate is good for both ends of a connection. Nothing is written to a
// disk here: keep the keys in files that only their owner can read.
// Thread: any. Source: RFC 5280.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "raft/base/status.h"

namespace quorate::raft {

// A certificate and its private key, in PEM.
struct KeyPair {
  std::string certificate_pem;
  std::string key_pem;
};

struct CertificateRequest {
  std::string common_name;
  std::vector<std::string> dns_names;  // subject alternative names, e.g. peer_dns_name(), localhost
  std::vector<std::string> ip_addresses;  // the same, e.g. 127.0.0.1
  std::int64_t valid_from_days = 0;       // relative to now; negative: in the past
  std::int64_t valid_days = 365;          // from then on
};

// A self-signed authority, valid for ten years.
Result<KeyPair> make_ca(std::string_view cluster_name);

// kInvalidArgument when the request or the authority's PEM is malformed.
Result<KeyPair> issue_certificate(const KeyPair& ca, const CertificateRequest& request);

}  // namespace quorate::raft
