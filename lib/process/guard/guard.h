#ifndef KAHN_GUARD_H
#define KAHN_GUARD_H

enum { CONTROL = 3, ENGINE_GONE = -2 };

/* engine: a pidfd, -1, or ENGINE_GONE. Both return the exit code of the program. */
int run_guard(int engine, const char* cgroup);
int run_shim(int engine, const char* program, char** arguments);

#endif
