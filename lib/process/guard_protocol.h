/* What the engine and kahn-guard say to each other over descriptor 3 (SOCK_SEQPACKET). Read by C and by C++. */
#ifndef KAHN_GUARD_PROTOCOL_H
#define KAHN_GUARD_PROTOCOL_H

#include <stdint.h>
#include <sys/resource.h>

/* To the guard. The end of the connection means that the engine is gone. */
enum { KAHN_GUARD_WATCH = 1, KAHN_GUARD_FORGET = 2 };

struct kahn_guard_message {
    int32_t what;
    int32_t group; /* a process group */
};

/* From a shim. It takes no orders but the end of the connection (or of the engine's half): kill all. */
enum { KAHN_SHIM_STARTED = 1, KAHN_SHIM_EXEC_FAILED = 2, KAHN_SHIM_ENDED = 3 };

struct kahn_shim_message {
    int32_t what;
    int32_t value; /* pid, errno or wait status */
    /* With KAHN_SHIM_ENDED: */
    int32_t none_left;   /* nothing of the tree is alive, and the shim exits at once */
    struct rusage usage; /* of everything reaped so far */
};

#endif
