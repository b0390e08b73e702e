#include "raft/transport/tls.h"

#include <cerrno>
#include <ctime>
#include <fstream>
#include <iterator>
#include <system_error>
#include <utility>

#include <sys/stat.h>

#include "raft/transport/openssl_pointers.h"

namespace quorate::raft {

namespace {

using StorePtr = std::unique_ptr<X509_STORE, OpensslFree<&X509_STORE_free>>;
using StoreContextPtr = std::unique_ptr<X509_STORE_CTX, OpensslFree<&X509_STORE_CTX_free>>;
using NamesPtr = std::unique_ptr<GENERAL_NAMES, OpensslFree<&GENERAL_NAMES_free>>;

constexpr std::size_t kPemBytesMax = 1U << 20U;

Status unusable(std::string why) {
  return {Code::kInvalidArgument, std::move(why)};
}

Result<std::string> read_pem(const std::string& path) {
  struct stat found{};
  if (::stat(path.c_str(), &found) != 0) {
    const int reason = errno;
    return {reason == ENOENT ? Code::kNotFound : Code::kInvalidArgument,
            path + ": " + std::generic_category().message(reason)};
  }
  if (!S_ISREG(found.st_mode) || static_cast<std::size_t>(found.st_size) > kPemBytesMax) {
    return unusable(path + ": not a file of at most 1 MiB");
  }
  std::ifstream file(path, std::ios::binary);
  std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  if (!file) return unusable(path + ": cannot be read");
  return text;
}

Status check_key_mode(const std::string& path) {
  struct stat found{};
  if (::stat(path.c_str(), &found) == 0 && (found.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    return {Code::kPermissionDenied,
            path + ": the private key is readable by group or others; chmod 600 it"};
  }
  return Status::ok();
}

Status check_dates(X509* certificate, const char* what, std::int64_t now_ms) {
  std::time_t now = static_cast<std::time_t>(now_ms / 1000);
  if (X509_cmp_time(X509_get0_notAfter(certificate), &now) < 0) {
    return unusable(std::string(what) + " has expired");
  }
  if (X509_cmp_time(X509_get0_notBefore(certificate), &now) > 0) {
    return unusable(std::string(what) + " is not valid yet");
  }
  return Status::ok();
}

Status check_chain(const std::vector<CertificatePtr>& authorities,
                   const std::vector<CertificatePtr>& chain,
                   std::int64_t now_ms) {
  const StorePtr store(X509_STORE_new());
  for (const CertificatePtr& authority : authorities) {
    X509_STORE_add_cert(store.get(), authority.get());
  }
  const std::unique_ptr<STACK_OF(X509), void (*)(STACK_OF(X509)*)> between(
      sk_X509_new_null(), [](STACK_OF(X509) * stack) { sk_X509_free(stack); });
  for (std::size_t i = 1; i < chain.size(); ++i)
    sk_X509_push(between.get(), chain[i].get());
  const StoreContextPtr context(X509_STORE_CTX_new());
  X509_STORE_CTX_init(context.get(), store.get(), chain.front().get(), between.get());
  X509_STORE_CTX_set_time(context.get(), 0, static_cast<std::time_t>(now_ms / 1000));
  if (X509_verify_cert(context.get()) == 1) return Status::ok();
  const int reason = X509_STORE_CTX_get_error(context.get());
  ERR_clear_error();
  return unusable(std::string("the certificate is not one of the CA: ") +
                  X509_verify_cert_error_string(reason));
}

}  // namespace

std::string peer_dns_name(NodeId node) {
  return "controller-" + std::to_string(node.value) + ".quorate";
}

Result<TlsOptions> load_tls(const TlsFiles& files, std::int64_t now_ms) {
  Result<std::string> ca = read_pem(files.ca);
  if (!ca.is_ok()) return ca.status().with_context("CA");
  Result<std::string> certificate = read_pem(files.certificate);
  if (!certificate.is_ok()) return certificate.status().with_context("certificate");
  Result<std::string> key = read_pem(files.key);
  if (!key.is_ok()) return key.status().with_context("key");
  QUORATE_TRY(check_key_mode(files.key));
  TlsOptions options{*std::move(ca), *std::move(certificate), *std::move(key)};
  QUORATE_TRY(check_tls(options, now_ms)
                  .with_context(files.ca + ", " + files.certificate + ", " + files.key));
  return options;
}

Status check_tls(const TlsOptions& options, std::int64_t now_ms) {
  const std::vector<CertificatePtr> authorities = parse_certificates(options.ca_pem);
  if (authorities.empty()) return unusable("the CA is not a PEM certificate");
  const std::vector<CertificatePtr> chain = parse_certificates(options.certificate_pem);
  if (chain.empty()) return unusable("the certificate is not a PEM certificate");
  const KeyPtr key = parse_key(options.key_pem);
  if (!key) {
    ERR_clear_error();
    return unusable("the key is not a PEM private key without a pass phrase");
  }
  if (X509_check_private_key(chain.front().get(), key.get()) != 1) {
    ERR_clear_error();
    return unusable("the key is not the certificate's");
  }
  QUORATE_TRY(check_dates(chain.front().get(), "the certificate", now_ms));
  for (const CertificatePtr& authority : authorities) {
    QUORATE_TRY(check_dates(authority.get(), "the CA", now_ms));
  }
  return check_chain(authorities, chain, now_ms);
}

Result<std::vector<std::string>> dns_names(std::string_view certificate_pem) {
  const std::vector<CertificatePtr> chain = parse_certificates(certificate_pem);
  if (chain.empty()) return unusable("the certificate is not a PEM certificate");
  const NamesPtr names(static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(chain.front().get(), NID_subject_alt_name, nullptr, nullptr)));
  std::vector<std::string> found;
  for (int i = 0; i < sk_GENERAL_NAME_num(names.get()); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(names.get(), i);
    if (name->type != GEN_DNS) continue;
    const ASN1_STRING* text = name->d.dNSName;
    found.emplace_back(reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
                       static_cast<std::size_t>(ASN1_STRING_length(text)));
  }
  return found;
}

}  // namespace quorate::raft
