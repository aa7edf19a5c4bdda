#pragma once  // BAD
