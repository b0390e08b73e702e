// TLS as text: a CA, a certificate and its key in PEM, loaded and checked before anything listens.
//
// Every check names the file or field that is wrong, so that a bad certificate is a refused start
// and not a handshake that never succeeds.
// Thread: any. Source: docs/security.md.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "raft/base/status.h"
#include "raft/core/types.h"

namespace quorate::raft {

struct TlsOptions {
  std::string ca_pem;           // who may sign peers' certificates
  std::string certificate_pem;  // ours, leaf first
  std::string key_pem;
};

struct TlsFiles {
  std::string ca;
  std::string certificate;
  std::string key;  // must not be readable by group or world
};

// "controller-<node id>.quorate": the name that binds a certificate to a node.
[[nodiscard]] std::string peer_dns_name(NodeId node);

// Reads and checks the files. `now_ms` is the wall clock, as of Clock::wall_ms().
// kNotFound, kPermissionDenied (key readable by others), kInvalidArgument (everything else).
Result<TlsOptions> load_tls(const TlsFiles& files, std::int64_t now_ms);

// Ok when the texts parse, the key is the certificate's, the CA signed it and both are valid at
// `now_ms`; else kInvalidArgument with what is wrong.
Status check_tls(const TlsOptions& options, std::int64_t now_ms);

// The DNS names of the first certificate in `certificate_pem`.
Result<std::vector<std::string>> dns_names(std::string_view certificate_pem);

}  // namespace quorate::raft
