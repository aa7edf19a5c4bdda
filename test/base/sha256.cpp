#include "base/sha256.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

namespace {

using kahn::Sha256;
using kahn::sha256_hex;

BOOST_AUTO_TEST_SUITE(digests)

// The examples of FIPS 180-4 as NIST publishes them.
BOOST_AUTO_TEST_CASE(known_texts_have_their_published_digests) {
    BOOST_TEST(sha256_hex("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    BOOST_TEST(sha256_hex("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    BOOST_TEST(sha256_hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq") ==
               "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

BOOST_AUTO_TEST_CASE(pieces_count_like_the_whole) {
    const std::string whole(100'000, 'k');
    Sha256 digest;
    for (std::size_t at = 0, step = 1; at < whole.size(); at += step++) digest.add(std::string_view(whole).substr(at, step));
    BOOST_TEST(digest.hex() == sha256_hex(whole));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
