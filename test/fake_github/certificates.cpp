#include "fake_github/certificates.hpp"

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string_view>

namespace kahn::testing {

namespace {

constexpr long day = 24L * 3600;

struct Free {
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
    void operator()(X509* certificate) const { X509_free(certificate); }
    void operator()(BIO* bio) const { BIO_free(bio); }
    void operator()(X509_EXTENSION* extension) const { X509_EXTENSION_free(extension); }
};
using Key = std::unique_ptr<EVP_PKEY, Free>;
using Certificate = std::unique_ptr<X509, Free>;
using Bio = std::unique_ptr<BIO, Free>;
using Extension = std::unique_ptr<X509_EXTENSION, Free>;

void check(bool is_good, const char* what) {
    if (!is_good) throw std::runtime_error(std::string("OpenSSL cannot ") + what);
}

Key new_key() {
    Key key(EVP_EC_gen("P-256"));
    check(key != nullptr, "make a key");
    return key;
}

std::string text_of(BIO* bio) {
    char* data = nullptr;
    const auto length = BIO_get_mem_data(bio, &data);
    return std::string(data, static_cast<std::size_t>(length));
}

std::string key_text(EVP_PKEY* key) {
    const Bio bio(BIO_new(BIO_s_mem()));
    check(bio && PEM_write_bio_PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr) == 1, "write a key");
    return text_of(bio.get());
}

std::string certificate_text(X509* certificate) {
    const Bio bio(BIO_new(BIO_s_mem()));
    check(bio && PEM_write_bio_X509(bio.get(), certificate) == 1, "write a certificate");
    return text_of(bio.get());
}

Bio reading(const std::string& text) { return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size()))); }

void extend(X509* certificate, X509* issuer, int kind, const std::string& value) {
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
    const Extension extension(X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str()));
    check(extension && X509_add_ext(certificate, extension.get(), -1) == 1, "extend a certificate");
}

void set_name(X509_NAME* name, std::string_view text) {
    // Up to 64 characters may stand there.
    const std::string common(text.substr(0, 60));
    const auto* bytes = reinterpret_cast<const unsigned char*>(common.c_str());
    check(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, bytes, -1, -1, 0) == 1, "name a certificate");
}

Certificate new_certificate(EVP_PKEY* key, std::string_view name, long from, long to) {
    Certificate certificate(X509_new());
    check(certificate != nullptr, "make a certificate");
    std::uint64_t serial = 0;
    check(RAND_bytes(reinterpret_cast<unsigned char*>(&serial), sizeof serial) == 1, "make a number");
    X509_set_version(certificate.get(), 2);
    ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate.get()), serial >> 1U);
    X509_gmtime_adj(X509_getm_notBefore(certificate.get()), from);
    X509_gmtime_adj(X509_getm_notAfter(certificate.get()), to);
    X509_set_pubkey(certificate.get(), key);
    set_name(X509_get_subject_name(certificate.get()), name);
    return certificate;
}

bool is_address(const std::string& host) { return host.find_first_not_of("0123456789.") == std::string::npos; }

std::string alternative_names(const std::vector<std::string>& hosts) {
    std::string text;
    for (const auto& host : hosts) {
        if (!text.empty()) text += ",";
        text += (is_address(host) ? "IP:" : "DNS:") + host;
    }
    return text;
}

void sign(X509* certificate, EVP_PKEY* key) { check(X509_sign(certificate, key, EVP_sha256()) > 0, "sign a certificate"); }

Certificate leaf(EVP_PKEY* key, const std::vector<std::string>& hosts, Validity validity, X509* issuer) {
    long from = -day;
    long to = 30 * day;
    if (validity == Validity::over) {
        from = -30 * day;
        to = -day;
    }
    if (validity == Validity::not_begun) {
        from = day;
    }
    auto certificate = new_certificate(key, hosts.front(), from, to);
    auto* signer = issuer ? issuer : certificate.get();
    X509_set_issuer_name(certificate.get(), X509_get_subject_name(signer));
    extend(certificate.get(), signer, NID_basic_constraints, "critical,CA:FALSE");
    extend(certificate.get(), signer, NID_key_usage, "critical,digitalSignature");
    extend(certificate.get(), signer, NID_ext_key_usage, "serverAuth");
    extend(certificate.get(), signer, NID_subject_alt_name, alternative_names(hosts));
    return certificate;
}

}  // namespace

CertificateAuthority::CertificateAuthority() {
    const auto key = new_key();
    const auto certificate = new_certificate(key.get(), "kahn test authority", -40 * day, 400 * day);
    X509_set_issuer_name(certificate.get(), X509_get_subject_name(certificate.get()));
    extend(certificate.get(), certificate.get(), NID_basic_constraints, "critical,CA:TRUE,pathlen:0");
    extend(certificate.get(), certificate.get(), NID_key_usage, "critical,keyCertSign,cRLSign");
    extend(certificate.get(), certificate.get(), NID_subject_key_identifier, "hash");
    sign(certificate.get(), key.get());
    authority_.certificate = certificate_text(certificate.get());
    authority_.key = key_text(key.get());
}

Identity CertificateAuthority::issue(const std::vector<std::string>& hosts, Validity validity) const {
    const auto key_source = reading(authority_.key);
    const auto certificate_source = reading(authority_.certificate);
    const Key issuer_key(PEM_read_bio_PrivateKey(key_source.get(), nullptr, nullptr, nullptr));
    const Certificate issuer(PEM_read_bio_X509(certificate_source.get(), nullptr, nullptr, nullptr));
    check(issuer_key && issuer, "read the authority");
    const auto key = new_key();
    const auto certificate = leaf(key.get(), hosts, validity, issuer.get());
    sign(certificate.get(), issuer_key.get());
    Identity identity;
    identity.certificate = certificate_text(certificate.get());
    identity.key = key_text(key.get());
    return identity;
}

Identity CertificateAuthority::self_signed(const std::vector<std::string>& hosts) {
    const auto key = new_key();
    const auto certificate = leaf(key.get(), hosts, Validity::now, nullptr);
    sign(certificate.get(), key.get());
    Identity identity;
    identity.certificate = certificate_text(certificate.get());
    identity.key = key_text(key.get());
    return identity;
}

}  // namespace kahn::testing
