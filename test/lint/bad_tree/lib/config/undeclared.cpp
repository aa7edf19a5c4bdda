#include <yaml-cpp/eventhandler.h>
#include "model/expression.hpp"  // BAD
#include <kahn/kahn.hpp>  // BAD
