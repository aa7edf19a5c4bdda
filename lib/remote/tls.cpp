#include "remote/tls.hpp"

#include <kahn/base/error.hpp>

#include "base/text.hpp"

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>

#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <array>

namespace kahn::remote {

namespace ssl = boost::asio::ssl;

std::shared_ptr<ssl::context> make_tls_context(const TransportOptions& options) {
    const auto context = std::make_shared<ssl::context>(ssl::context::tls_client);
    SSL_CTX_set_min_proto_version(context->native_handle(), TLS1_2_VERSION);
    context->set_verify_mode(ssl::verify_peer);
    boost::system::error_code error;
    context->set_default_verify_paths(error);  // honours SSL_CERT_FILE and SSL_CERT_DIR
    if (!options.ca_file.empty()) {
        context->load_verify_file(options.ca_file.string(), error);
        if (error) {
            throw Error(Errc::invalid_argument, "the certificate authorities in '" + options.ca_file.string() +
                                                    "' cannot be used: " + error.message());
        }
    }
    static constexpr std::array<unsigned char, 9> protocols{8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
    SSL_CTX_set_alpn_protos(context->native_handle(), protocols.data(), protocols.size());
    return context;
}

std::vector<std::string> certificate_names(X509* certificate) {
    std::vector<std::string> names;
    if (certificate == nullptr) return names;
    auto* const list = static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr));
    for (int i = 0; list != nullptr && i < sk_GENERAL_NAME_num(list); ++i) {
        const GENERAL_NAME* const name = sk_GENERAL_NAME_value(list, i);
        if (name->type == GEN_DNS) {
            const auto* const text = reinterpret_cast<const char*>(ASN1_STRING_get0_data(name->d.dNSName));
            names.push_back(printable(std::string_view(text, static_cast<std::size_t>(ASN1_STRING_length(name->d.dNSName)))));
        } else if (name->type == GEN_IPADD && ASN1_STRING_length(name->d.iPAddress) == 4) {
            const unsigned char* const bytes = ASN1_STRING_get0_data(name->d.iPAddress);
            const boost::asio::ip::address_v4::bytes_type address{bytes[0], bytes[1], bytes[2], bytes[3]};
            names.push_back(boost::asio::ip::address_v4(address).to_string());
        }
    }
    if (list != nullptr) GENERAL_NAMES_free(list);
    return names;
}

bool CertificateCheck::operator()(bool is_trusted, ssl::verify_context& context) {
    X509_STORE_CTX* const store = context.native_handle();
    refusal_.kind = ErrorKind::tls_verify;
    if (!is_trusted) {
        const int error = X509_STORE_CTX_get_error(store);
        refusal_.text = "the certificate of " + host_ + " is not trusted: " + X509_verify_cert_error_string(error);
        const bool is_about_time = error == X509_V_ERR_CERT_HAS_EXPIRED || error == X509_V_ERR_CERT_NOT_YET_VALID;
        refusal_.hint = is_about_time ? "is this machine's clock right?"
                                      : "if the server has an authority of its own, name its certificate with --cacert";
        return false;
    }
    if (ssl::host_name_verification(host_)(true, context)) return true;
    const auto names = certificate_names(X509_STORE_CTX_get_current_cert(store));
    refusal_.text = "the certificate is not one of " + host_ + ": it is for " + (names.empty() ? "no host" : join(names, ", "));
    return false;
}

}  // namespace kahn::remote
