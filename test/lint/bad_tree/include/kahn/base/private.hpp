#pragma once

#include "base/text.hpp"  // BAD
#include <kahn/model/pipeline.hpp>  // BAD
