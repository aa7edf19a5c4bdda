#include "process/supervisor.hpp"  // BAD
