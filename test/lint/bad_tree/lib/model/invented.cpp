#include <kahn/modle/pipeline.hpp>  // BAD
