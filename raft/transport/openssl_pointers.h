// OpenSSL's objects with owners. Internal: names OpenSSL. Thread: any.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

namespace quorate::raft {

template <auto kFree>
struct OpensslFree {
  template <typename T>
  void operator()(T* object) const {
    kFree(object);
  }
};

using BioPtr = std::unique_ptr<BIO, OpensslFree<&BIO_free_all>>;
using KeyPtr = std::unique_ptr<EVP_PKEY, OpensslFree<&EVP_PKEY_free>>;
using CertificatePtr = std::unique_ptr<X509, OpensslFree<&X509_free>>;

// Reads from `text`, which must outlive it.
[[nodiscard]] inline BioPtr memory_bio(std::string_view text) {
  return BioPtr(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

// Null when `pem` does not begin with a readable key; no pass phrase is ever asked for.
[[nodiscard]] inline KeyPtr parse_key(std::string_view pem) {
  char no_pass_phrase[] = "";
  return KeyPtr(PEM_read_bio_PrivateKey(memory_bio(pem).get(), nullptr, nullptr, no_pass_phrase));
}

// The certificates of `pem`, in order; empty when there is none or one does not parse.
[[nodiscard]] inline std::vector<CertificatePtr> parse_certificates(std::string_view pem) {
  std::vector<CertificatePtr> certificates;
  const BioPtr bio = memory_bio(pem);
  while (X509* certificate = PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr)) {
    certificates.emplace_back(certificate);
  }
  const bool ended = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  ERR_clear_error();
  if (!ended) certificates.clear();
  return certificates;
}

}  // namespace quorate::raft
