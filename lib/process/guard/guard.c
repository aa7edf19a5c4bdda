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
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static int32_t* groups;
static size_t group_count;

static void watch(int32_t group) {
    int32_t* const more = realloc(groups, (group_count + 1) * sizeof *groups);
    if (more == NULL) return;
    groups = more;
    groups[group_count++] = group;
}

static void forget(int32_t group) {
    for (size_t i = 0; i < group_count; ++i) {
        if (groups[i] == group) {
            groups[i] = groups[--group_count];
            return;
        }
    }
}

/* Returns when the engine is gone. */
static void serve(int engine) {
    if (engine == ENGINE_GONE) return;
    struct pollfd sources[2] = {{.fd = CONTROL, .events = POLLIN}, {.fd = engine, .events = POLLIN}};
    for (;;) {
        if (poll(sources, 2, -1) < 0) continue;
        if (sources[0].revents != 0) {
            struct kahn_guard_message message;
            const ssize_t size = recv(CONTROL, &message, sizeof message, MSG_DONTWAIT);
            if (size == 0 || (size < 0 && errno != EAGAIN && errno != EINTR)) return;
            if (size == (ssize_t)sizeof message) {
                if (message.what == KAHN_GUARD_WATCH) watch(message.group);
                if (message.what == KAHN_GUARD_FORGET) forget(message.group);
            }
            continue; /* what it said before it went counts */
        }
        if (sources[1].revents != 0) return;
    }
}

/* Without depth limits of ours: the kernel has its own (cgroup.max.depth), and jobs may make directories too. */
static void remove_tree(int parent, const char* name) {
    const int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0) return;
    DIR* const directory = fdopendir(fd);
    if (directory == NULL) {
        close(fd);
        return;
    }
    const struct dirent* entry;
    while ((entry = readdir(directory)) != NULL) {
        if (entry->d_type == DT_DIR && strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            remove_tree(fd, entry->d_name);
    }
    closedir(directory);
    unlinkat(parent, name, AT_REMOVEDIR);
}

static void kill_cgroup(const char* path) {
    const struct timespec pause = {.tv_sec = 0, .tv_nsec = 5 * 1000 * 1000};
    const int rounds = 2000; /* 10 s: what has not died by then is in the kernel's hands */
    for (int round = 0; round < rounds; ++round) {
        char file[4096];
        snprintf(file, sizeof file, "%s/cgroup.kill", path);
        const int fd = open(file, O_WRONLY | O_CLOEXEC);
        if (fd >= 0) {
            (void)!write(fd, "1", 1);
            close(fd);
        }
        remove_tree(AT_FDCWD, path);
        if (access(path, F_OK) != 0) return;
        nanosleep(&pause, NULL);
    }
}

int run_guard(int engine, const char* cgroup) {
    serve(engine);
    for (size_t i = 0; i < group_count; ++i) kill(-groups[i], SIGKILL);
    if (cgroup != NULL) kill_cgroup(cgroup);
    return 0;
}
