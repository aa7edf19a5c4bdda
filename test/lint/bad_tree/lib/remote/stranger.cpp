#include <boost/beast/http.hpp>
#include "process/supervisor.hpp"  // BAD
