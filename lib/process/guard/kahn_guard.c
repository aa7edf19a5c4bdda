/* kahn-guard: outlives the engine for as long as it takes to end what the engine had started.
 *
 *   kahn-guard guard ENGINE_PID [CGROUP]   one for each engine: when the engine is gone, kills the cgroup and removes its
 *                                          directories, or kills the process groups that it was told of
 *   kahn-guard shim ENGINE_PID PROGRAM ARGUMENTS...
 *                                          one for each command on the subreaper rung: starts the program, adopts whatever
 *                                          it leaves behind, and kills it all when the engine closes descriptor 3 or is gone
 *
 * Static and without a library but the C one, so that it starts in a fraction of a millisecond and depends on nothing. */
#define _GNU_SOURCE
#include "../guard_protocol.h"

#include "guard.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Readable when the engine is gone; -1 where the kernel cannot say: then the end of the connection has to do. */
static int open_engine(const char* text) {
    const pid_t engine = (pid_t)atoi(text);
    const int fd = (int)syscall(SYS_pidfd_open, engine, 0);
    /* Either order of death and opening ends here with the right answer: a parent that is gone is not our parent. */
    if (getppid() == engine) return fd;
    if (fd >= 0) close(fd);
    return ENGINE_GONE;
}

static void ignore_all_signals(void) {
    for (int number = 1; number < NSIG; ++number) {
        if (number != SIGCHLD) signal(number, SIG_IGN);
    }
}

int main(int count, char** arguments) {
    if (count < 3 || fcntl(CONTROL, F_SETFD, FD_CLOEXEC) != 0) {
        static const char text[] = "kahn-guard is started by kahn and does nothing by itself\n";
        (void)!write(STDERR_FILENO, text, sizeof text - 1);
        return 2;
    }
    ignore_all_signals();
    const int engine = open_engine(arguments[2]);
    if (strcmp(arguments[1], "guard") == 0) return run_guard(engine, count > 3 ? arguments[3] : NULL);
    if (strcmp(arguments[1], "shim") == 0 && count > 4) return run_shim(engine, arguments[3], arguments + 4);
    return 2;
}
