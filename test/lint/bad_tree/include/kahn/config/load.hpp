#pragma once

#include <yaml-cpp/yaml.h>  // BAD
#include <openssl/ssl.h>  // BAD
#include <boost/asio/ssl/context.hpp>  // BAD
