#include "raft/transport/dev_certificates.h"

#include <array>
#include <utility>

#include <openssl/rand.h>

#include "raft/transport/openssl_pointers.h"

namespace quorate::raft {

namespace {

constexpr std::int64_t kAuthorityDays = 3650;
constexpr long kSecondsOfDay = 24 * 60 * 60;

Status failed(const std::string& what) {
  ERR_clear_error();
  return {Code::kInternal, "OpenSSL could not " + what};
}

KeyPtr new_key() {
  return KeyPtr(EVP_EC_gen("P-256"));
}

// What a certificate says, before it is signed.
struct Subject {
  std::string common_name;
  std::int64_t from_days = 0;
  std::int64_t days = 0;
  std::vector<std::pair<int, std::string>> extensions;  // NID and OpenSSL's text form
};

bool set_serial(X509* certificate) {
  std::array<unsigned char, 8> bytes{};
  if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) return false;
  bytes[0] = static_cast<unsigned char>(bytes[0] & 0x7fU);
  std::uint64_t serial = 0;
  for (const unsigned char byte : bytes)
    serial = (serial << 8U) | byte;
  return ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), serial) == 1;
}

bool set_name(X509* certificate, const std::string& common_name) {
  return X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate),
                                    "CN",
                                    MBSTRING_UTF8,
                                    reinterpret_cast<const unsigned char*>(common_name.data()),
                                    static_cast<int>(common_name.size()),
                                    -1,
                                    0) == 1;
}

bool set_times(X509* certificate, const Subject& subject) {
  const auto seconds = [](std::int64_t days) { return static_cast<long>(days) * kSecondsOfDay; };
  // A minute early: clocks of two machines need not agree.
  return X509_gmtime_adj(X509_getm_notBefore(certificate), seconds(subject.from_days) - 60) &&
         X509_gmtime_adj(X509_getm_notAfter(certificate),
                         seconds(subject.from_days + subject.days));
}

bool add_extensions(X509* certificate, X509* issuer, const Subject& subject) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  for (const auto& [nid, text] : subject.extensions) {
    X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, nid, text.c_str());
    if (extension == nullptr) return false;
    const int added = X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
    if (added != 1) return false;
  }
  return true;
}

std::string to_pem(int (*write)(BIO*, const void*), const void* object) {
  const BioPtr bio(BIO_new(BIO_s_mem()));
  if (!bio || write(bio.get(), object) != 1) return "";
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

int write_certificate(BIO* bio, const void* object) {
  return PEM_write_bio_X509(bio, static_cast<const X509*>(object));
}

int write_key(BIO* bio, const void* object) {
  return PEM_write_bio_PKCS8PrivateKey(
      bio, static_cast<const EVP_PKEY*>(object), nullptr, nullptr, 0, nullptr, nullptr);
}

// Signs `subject` with `issuer` and its key; both null: with itself.
Result<KeyPair> sign(const Subject& subject, X509* issuer, EVP_PKEY* issuer_key) {
  const KeyPtr key = new_key();
  const CertificatePtr certificate(X509_new());
  if (!key || !certificate) return failed("make a key");
  X509* const made = certificate.get();
  if (issuer == nullptr) {
    issuer = made;
    issuer_key = key.get();
  }
  const bool filled = X509_set_version(made, X509_VERSION_3) == 1 && set_serial(made) &&
                      set_name(made, subject.common_name) && set_times(made, subject) &&
                      X509_set_pubkey(made, key.get()) == 1 &&
                      X509_set_issuer_name(made, X509_get_subject_name(issuer)) == 1;
  if (!filled) return failed("fill the certificate of " + subject.common_name);
  if (!add_extensions(made, issuer, subject)) {
    ERR_clear_error();
    return {Code::kInvalidArgument, "a name of " + subject.common_name + " is malformed"};
  }
  if (X509_sign(made, issuer_key, EVP_sha256()) == 0) return failed("sign");
  KeyPair pair{to_pem(&write_certificate, made), to_pem(&write_key, key.get())};
  if (pair.certificate_pem.empty() || pair.key_pem.empty()) return failed("write PEM");
  return pair;
}

// OpenSSL's text form of the names; nothing when one could be read as something else.
Result<std::string> alternative_names(const CertificateRequest& request) {
  std::string text;
  const auto add = [&](const char* kind, const std::string& name) {
    text += (text.empty() ? "" : ",") + std::string(kind) + ":" + name;
    return !name.empty() && name.find_first_of(",:\n ") == std::string::npos;
  };
  bool clean = true;
  for (const std::string& name : request.dns_names)
    clean = add("DNS", name) && clean;
  for (const std::string& address : request.ip_addresses)
    clean = add("IP", address) && clean;
  if (!clean) return {Code::kInvalidArgument, "a name in \"" + text + "\" is malformed"};
  return text;
}

}  // namespace

Result<KeyPair> make_ca(std::string_view cluster_name) {
  Subject subject;
  subject.common_name = std::string(cluster_name) + " development CA";
  subject.days = kAuthorityDays;
  subject.extensions = {{NID_basic_constraints, "critical,CA:TRUE,pathlen:0"},
                        {NID_key_usage, "critical,keyCertSign,cRLSign"},
                        {NID_subject_key_identifier, "hash"}};
  return sign(subject, nullptr, nullptr);
}

Result<KeyPair> issue_certificate(const KeyPair& ca, const CertificateRequest& request) {
  const std::vector<CertificatePtr> issuer = parse_certificates(ca.certificate_pem);
  const KeyPtr issuer_key = parse_key(ca.key_pem);
  if (issuer.empty() || !issuer_key) {
    ERR_clear_error();
    return {Code::kInvalidArgument, "the authority's certificate or key is not PEM"};
  }
  const Result<std::string> names = alternative_names(request);
  if (!names.is_ok()) return names.status();
  Subject subject;
  subject.common_name = request.common_name;
  subject.from_days = request.valid_from_days;
  subject.days = request.valid_days;
  subject.extensions = {{NID_basic_constraints, "critical,CA:FALSE"},
                        {NID_key_usage, "critical,digitalSignature"},
                        {NID_ext_key_usage, "serverAuth,clientAuth"},
                        {NID_authority_key_identifier, "keyid"}};
  if (!names->empty()) subject.extensions.emplace_back(NID_subject_alt_name, *names);
  return sign(subject, issuer.front().get(), issuer_key.get());
}

}  // namespace quorate::raft
