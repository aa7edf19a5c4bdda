#define BOOST_TEST_MODULE KAHN_TEST_MODULE
#include <boost/test/unit_test.hpp>
