#include <boost/process/v2/process.hpp>
#include <kahn/render/dot.hpp>  // BAD
