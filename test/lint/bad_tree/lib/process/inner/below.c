#include "../protocol.h"
#include "../../base/unique_fd.hpp"
#include "../../render/dot.hpp"  // BAD
