#include "engine/run.hpp"  // BAD
#include "base/text.hpp"
#include "../model/pipeline.hpp"  // BAD
