// Certificate, key and authority from PEM files, checked before anything is served with them.
//
// Each refusal names the file and what is wrong with it: missing, not PEM, expired or not yet
// valid, key of another certificate, key readable by others, not signed by the authority.
// Thread: any.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "raft/base/status.h"

namespace quorate {

struct TlsPaths {
  std::string ca;           // certificates that we trust, PEM
  std::string certificate;  // ours (and what links it to the authority), PEM
  std::string key;          // its private key, PEM; readable by its owner alone
};

struct TlsMaterial {
  std::string ca_pem;
  std::string certificate_pem;
  std::string key_pem;
};

// `wall_ms`: now, for the validity check. kInvalidArgument otherwise.
Result<TlsMaterial> load_tls_files(const TlsPaths& paths, std::int64_t wall_ms);

// The DNS names in the subject alternative names of the first certificate in `pem`.
Result<std::vector<std::string>> certificate_dns_names(std::string_view pem);

}  // namespace quorate
