#include "engine/run.hpp"

#include <kahn/base/error.hpp>
#include "process/supervisor.hpp"
