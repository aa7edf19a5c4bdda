#include <boost/beast/http.hpp>  // BAD
#include <boost/process/v2/process.hpp>  // BAD
#include <sqlite3.h>  // BAD
#include <SQLiteCpp/Database.h>  // BAD
#include <yaml-cpp/eventhandler.h>  // BAD
#include <boost/asio/awaitable.hpp>
