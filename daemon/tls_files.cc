#include "daemon/tls_files.h"

#include <cerrno>
#include <cstring>
#include <ctime>
#include <fstream>
#include <iterator>
#include <memory>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>

namespace quorate {
namespace {

constexpr std::int64_t kMsPerSecond = 1000;
constexpr std::size_t kPemBytesMax = 1U << 20U;
constexpr mode_t kOthersMask = 077;

template <auto Free>
struct Freed {
  template <typename T>
  void operator()(T* object) const {
    Free(object);
  }
};
using Bio = std::unique_ptr<BIO, Freed<BIO_free_all>>;
using Certificate = std::unique_ptr<X509, Freed<X509_free>>;
using Key = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;
using Store = std::unique_ptr<X509_STORE, Freed<X509_STORE_free>>;
using StoreContext = std::unique_ptr<X509_STORE_CTX, Freed<X509_STORE_CTX_free>>;
using Names = std::unique_ptr<GENERAL_NAMES, Freed<GENERAL_NAMES_free>>;

Status refuse(std::string_view what, const std::string& path, std::string_view why) {
  return {Code::kInvalidArgument, std::string(what) + " " + path + ": " + std::string(why)};
}

Result<std::string> read_file(std::string_view what, const std::string& path) {
  if (path.empty()) return refuse(what, "(no path)", "not configured");
  std::ifstream file(path, std::ios::binary);
  if (!file) return refuse(what, path, std::strerror(errno));
  std::string bytes(std::istreambuf_iterator<char>(file), {});
  if (bytes.size() > kPemBytesMax) return refuse(what, path, "larger than 1 MiB");
  return bytes;
}

Bio reader(std::string_view pem) {
  return Bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
}

std::vector<Certificate> parse_certificates(std::string_view pem) {
  std::vector<Certificate> found;
  const Bio bio = reader(pem);
  while (X509* next = PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr)) {
    found.emplace_back(next);
  }
  ERR_clear_error();
  return found;
}

Status check_validity(const TlsPaths& paths, const X509& certificate, std::int64_t wall_ms) {
  std::time_t now = static_cast<std::time_t>(wall_ms / kMsPerSecond);
  if (X509_cmp_time(X509_get0_notBefore(&certificate), &now) > 0) {
    return refuse("certificate", paths.certificate, "not yet valid: check the clock");
  }
  if (X509_cmp_time(X509_get0_notAfter(&certificate), &now) < 0) {
    return refuse("certificate", paths.certificate, "expired");
  }
  return Status::ok();
}

Status check_key(const TlsPaths& paths, const TlsMaterial& material, const X509& certificate) {
  const Bio bio = reader(material.key_pem);
  const Key key(PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr));
  ERR_clear_error();
  if (key == nullptr) return refuse("private key", paths.key, "not an unencrypted PEM key");
  if (X509_check_private_key(&certificate, key.get()) != 1) {
    ERR_clear_error();
    return refuse("private key", paths.key, "is not the key of certificate " + paths.certificate);
  }
  return Status::ok();
}

Status check_mode(const std::string& path) {
  struct stat info{};
  if (::stat(path.c_str(), &info) != 0) return refuse("private key", path, std::strerror(errno));
  if ((info.st_mode & kOthersMask) != 0) {
    return refuse("private key", path, "readable by group or others: chmod 600 it");
  }
  return Status::ok();
}

Status check_chain(const TlsPaths& paths,
                   const std::vector<Certificate>& authorities,
                   const std::vector<Certificate>& chain,
                   std::int64_t wall_ms) {
  const Store store(X509_STORE_new());
  for (const Certificate& authority : authorities)
    X509_STORE_add_cert(store.get(), authority.get());
  STACK_OF(X509)* between = sk_X509_new_null();
  for (const Certificate& link : chain)
    sk_X509_push(between, link.get());
  const StoreContext context(X509_STORE_CTX_new());
  X509_STORE_CTX_init(context.get(), store.get(), chain.front().get(), between);
  X509_STORE_CTX_set_time(context.get(), 0, static_cast<std::time_t>(wall_ms / kMsPerSecond));
  const bool trusted = X509_verify_cert(context.get()) == 1;
  const int error = X509_STORE_CTX_get_error(context.get());
  sk_X509_free(between);
  ERR_clear_error();
  if (trusted) return Status::ok();
  return refuse(
      "certificate",
      paths.certificate,
      "does not verify against " + paths.ca + ": " + X509_verify_cert_error_string(error));
}

}  // namespace

Result<TlsMaterial> load_tls_files(const TlsPaths& paths, std::int64_t wall_ms) {
  Result<std::string> ca = read_file("CA file", paths.ca);
  QUORATE_TRY(ca.status());
  Result<std::string> certificate = read_file("certificate", paths.certificate);
  QUORATE_TRY(certificate.status());
  Result<std::string> key = read_file("private key", paths.key);
  QUORATE_TRY(key.status());
  const TlsMaterial material{*std::move(ca), *std::move(certificate), *std::move(key)};

  const auto authorities = parse_certificates(material.ca_pem);
  if (authorities.empty()) return refuse("CA file", paths.ca, "holds no PEM certificate");
  const auto chain = parse_certificates(material.certificate_pem);
  if (chain.empty()) return refuse("certificate", paths.certificate, "holds no PEM certificate");
  QUORATE_TRY(check_mode(paths.key));
  QUORATE_TRY(check_key(paths, material, *chain.front()));
  QUORATE_TRY(check_validity(paths, *chain.front(), wall_ms));
  QUORATE_TRY(check_chain(paths, authorities, chain, wall_ms));
  return material;
}

Result<std::vector<std::string>> certificate_dns_names(std::string_view pem) {
  const auto chain = parse_certificates(pem);
  if (chain.empty()) return {Code::kInvalidArgument, "not a PEM certificate"};
  std::vector<std::string> found;
  const Names names(static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(chain.front().get(), NID_subject_alt_name, nullptr, nullptr)));
  const int count = names == nullptr ? 0 : sk_GENERAL_NAME_num(names.get());
  for (int at = 0; at < count; ++at) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(names.get(), at);
    if (name->type != GEN_DNS) continue;
    const auto* text = ASN1_STRING_get0_data(name->d.dNSName);
    const auto length = static_cast<std::size_t>(ASN1_STRING_length(name->d.dNSName));
    found.emplace_back(reinterpret_cast<const char*>(text), length);
  }
  return found;
}

}  // namespace quorate
