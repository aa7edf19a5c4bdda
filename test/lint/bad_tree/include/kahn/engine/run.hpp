#pragma once

#include <kahn/base/error.hpp>
#include <string>
