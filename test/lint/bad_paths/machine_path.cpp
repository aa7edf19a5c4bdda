// Somebody's own folder, in the forms in which it slips in: lint/paths_catches_bad_file wants each marked line.
const char* in_text = "/home/somebody/kahn/build";  // BAD
#include "/root/kahn/include/kahn/base/error.hpp"  // BAD
// see /Users/somebody/notes.txt  // BAD
const char* of_this_build = "/machine/of/this/build/lib";  // BAD
const char* other = "/machine/of/this/building";
const char* relative = "some/home/page";
