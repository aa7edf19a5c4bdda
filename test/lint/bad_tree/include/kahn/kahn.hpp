#pragma once

#include <kahn/engine/run.hpp>
#include <boost/beast/core.hpp>  // BAD
