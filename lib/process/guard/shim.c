#define _GNU_SOURCE
#include "guard.h"

#include "../guard_protocol.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static void tell(const struct kahn_shim_message* message) {
    send(CONTROL, message, sizeof *message, MSG_NOSIGNAL | MSG_DONTWAIT);
}

static void tell_value(int32_t what, int32_t value) {
    struct kahn_shim_message message;
    memset(&message, 0, sizeof message);
    message.what = what;
    message.value = value;
    tell(&message);
}

/* The descriptors that the program has now belong to it alone: held here, they would keep its pipes open. */
static void let_go_of_output(void) {
    const int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    for (int fd = 0; fd < 3; ++fd) {
        if (null < 0 || dup2(null, fd) < 0) close(fd);
    }
    if (null > CONTROL) close(null);
}

static pid_t start(const char* program, char** arguments, volatile int* error) {
    const pid_t pid = vfork();
    if (pid != 0) return pid;
    for (int number = 1; number < NSIG; ++number) signal(number, SIG_DFL);
    setsid();
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    execv(program, arguments);
    *error = errno; /* the memory is shared */
    _exit(127);
}

/* Kills every process below `parent`, deepest last: what loses its parent meanwhile becomes a child of ours. A session of
 * its own is killed as a group too, so that a chain of forks in it cannot outrun us. */
static void kill_below(pid_t parent, int depth) {
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int)parent, (int)parent);
    FILE* const file = fopen(path, "re");
    if (file == NULL) return;
    int child = 0;
    while (fscanf(file, "%d", &child) == 1) {
        const pid_t group = getpgid(child);
        if (group > 1 && group != getpgrp()) kill(-group, SIGKILL);
        if (depth < 64) kill_below(child, depth + 1);
        kill(child, SIGKILL);
    }
    fclose(file);
}

/* Where the kernel does not list children (CONFIG_PROC_CHILDREN): the direct ones, found by their parent. The others follow
 * as they are orphaned. */
static void kill_children_by_search(void) {
    DIR* const proc = opendir("/proc");
    const struct dirent* entry;
    while (proc != NULL && (entry = readdir(proc)) != NULL) {
        const int pid = atoi(entry->d_name);
        if (pid <= 0) continue;
        char path[64];
        char line[512];
        snprintf(path, sizeof path, "/proc/%d/stat", pid);
        FILE* const file = fopen(path, "re");
        if (file == NULL) continue;
        const size_t size = fread(line, 1, sizeof line - 1, file);
        fclose(file);
        line[size] = '\0';
        const char* const name_end = strrchr(line, ')');
        int parent = 0;
        if (name_end != NULL && sscanf(name_end + 1, " %*c %d", &parent) == 1 && parent == (int)getpid()) kill(pid, SIGKILL);
    }
    if (proc != NULL) closedir(proc);
}

/* Reaps whatever has ended, and tells of the program when it is among them. Returns whether a child is left. */
static int reap(pid_t program) {
    struct kahn_shim_message message;
    memset(&message, 0, sizeof message);
    pid_t pid = 0;
    for (;;) {
        int status = 0;
        pid = waitpid(-1, &status, WNOHANG);
        if (pid < 0 && errno == EINTR) continue;
        if (pid <= 0) break;
        if (pid == program) {
            message.what = KAHN_SHIM_ENDED;
            message.value = status;
        }
    }
    if (message.what != 0) {
        message.none_left = pid < 0;
        getrusage(RUSAGE_CHILDREN, &message.usage);
        tell(&message);
    }
    return pid == 0;
}

static void kill_all(pid_t program) {
    const int has_list = access("/proc/self/task", F_OK) == 0 && access("/proc/thread-self/children", F_OK) == 0;
    const pid_t self = getpid();
    while (reap(program)) {
        if (has_list) {
            kill_below(self, 0);
        } else {
            kill_children_by_search();
        }
        /* Sleeps a moment, or until one of them has died: SIGCHLD is blocked, so it waits for us if it was faster. */
        sigset_t child;
        sigemptyset(&child);
        sigaddset(&child, SIGCHLD);
        const struct timespec moment = {.tv_sec = 0, .tv_nsec = 1000 * 1000};
        sigtimedwait(&child, NULL, &moment);
    }
}

int run_shim(int engine, const char* program, char** arguments) {
    sigset_t child;
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    sigprocmask(SIG_BLOCK, &child, NULL);
    const int signals = signalfd(-1, &child, SFD_CLOEXEC | SFD_NONBLOCK);
    if (engine == ENGINE_GONE || signals < 0 || prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0) {
        tell_value(KAHN_SHIM_EXEC_FAILED, errno);
        return 1;
    }

    volatile int error = 0;
    const pid_t pid = start(program, arguments, &error);
    let_go_of_output();
    if (pid < 0) error = errno;
    if (error != 0) {
        tell_value(KAHN_SHIM_EXEC_FAILED, error);
        if (pid > 0) waitpid(pid, NULL, 0);
        return 1;
    }
    tell_value(KAHN_SHIM_STARTED, pid);

    struct pollfd sources[3] = {
        {.fd = CONTROL, .events = POLLIN}, {.fd = engine, .events = POLLIN}, {.fd = signals, .events = POLLIN}};
    for (;;) {
        if (poll(sources, 3, -1) < 0) continue;
        if (sources[2].revents != 0) {
            struct signalfd_siginfo info;
            while (read(signals, &info, sizeof info) > 0) {}
            if (!reap(pid)) return 0; /* nothing is left, and nothing can come back */
        }
        if (sources[0].revents != 0 || sources[1].revents != 0) {
            kill_all(pid);
            return 0;
        }
    }
}
