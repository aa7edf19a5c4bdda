/*
 * What starting and ending children costs at the very least: vfork-style clone, pidfds in one epoll set, two pipes a child
 * whose output is read to its end. Nothing is contained, recorded or told.
 *
 *     spawn-limit JOBS AT_ONCE THREADS PROGRAM [ARGUMENT...]
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { stack_bytes = 64 * 1024 };

struct child {
    int pidfd;
    int pipes[2]; /* standard output and error; -1: closed */
};

struct share {
    int jobs;
    int at_once;
    char **words;
    pthread_t thread;
};

struct start {
    char **words;
    int output;
    int error;
};

static void fail(const char *what) {
    perror(what);
    exit(1);
}

static int child_main(void *argument) {
    const struct start *start = argument;
    if (dup2(start->output, 1) < 0 || dup2(start->error, 2) < 0) _exit(126);
    execv(start->words[0], start->words);
    _exit(127);
}

static void watch(int epoll, int fd, unsigned slot, unsigned which) {
    struct epoll_event event = {.events = EPOLLIN, .data.u32 = slot * 4 + which};
    if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) < 0) fail("epoll_ctl");
}

static void start_child(struct child *child, unsigned slot, int epoll, char **words, char *stack_top) {
    int output[2], error[2];
    if (pipe2(output, O_CLOEXEC | O_NONBLOCK) < 0 || pipe2(error, O_CLOEXEC | O_NONBLOCK) < 0) fail("pipe2");
    struct start start = {words, output[1], error[1]};
    if (clone(child_main, stack_top, CLONE_VM | CLONE_VFORK | CLONE_PIDFD | SIGCHLD, &start, &child->pidfd) < 0) fail("clone");
    close(output[1]);
    close(error[1]);
    child->pipes[0] = output[0];
    child->pipes[1] = error[0];
    watch(epoll, child->pidfd, slot, 0);
    watch(epoll, output[0], slot, 1);
    watch(epoll, error[0], slot, 2);
}

static void forget(int epoll, int *fd) {
    if (*fd < 0) return;
    epoll_ctl(epoll, EPOLL_CTL_DEL, *fd, NULL);
    close(*fd);
    *fd = -1;
}

static void drain(int epoll, int *fd) {
    char buffer[65536];
    ssize_t got;
    while ((got = read(*fd, buffer, sizeof buffer)) > 0) {
    }
    if (got == 0) forget(epoll, fd);
}

static void *run(void *argument) {
    struct share *share = argument;
    struct child *children = calloc((size_t)share->at_once, sizeof *children);
    unsigned *free_slots = calloc((size_t)share->at_once, sizeof *free_slots);
    char *stack = mmap(NULL, stack_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    const int epoll = epoll_create1(EPOLL_CLOEXEC);
    if (!children || !free_slots || stack == MAP_FAILED || epoll < 0) fail("set-up");
    unsigned free_count = (unsigned)share->at_once;
    for (unsigned i = 0; i < free_count; ++i) free_slots[i] = i;

    int started = 0, ended = 0;
    while (ended < share->jobs) {
        while (started < share->jobs && free_count > 0) {
            const unsigned slot = free_slots[--free_count];
            start_child(&children[slot], slot, epoll, share->words, stack + stack_bytes);
            ++started;
        }
        struct epoll_event events[64];
        const int count = epoll_wait(epoll, events, 64, -1);
        for (int i = 0; i < count; ++i) {
            const unsigned slot = events[i].data.u32 / 4, which = events[i].data.u32 % 4;
            struct child *child = &children[slot];
            if (which > 0) {
                if (child->pipes[which - 1] >= 0) drain(epoll, &child->pipes[which - 1]);
                continue;
            }
            if (child->pidfd < 0) continue;
            siginfo_t info = {0};
            if (waitid(P_PIDFD, (id_t)child->pidfd, &info, WEXITED | WNOHANG) < 0) fail("waitid");
            if (info.si_pid == 0) continue;
            if (info.si_code != CLD_EXITED || info.si_status != 0) {
                fprintf(stderr, "a child failed with %d\n", info.si_status);
                exit(1);
            }
            for (int pipe = 0; pipe < 2; ++pipe) {
                if (child->pipes[pipe] >= 0) drain(epoll, &child->pipes[pipe]);
                forget(epoll, &child->pipes[pipe]);
            }
            forget(epoll, &child->pidfd);
            free_slots[free_count++] = slot;
            ++ended;
        }
    }
    close(epoll);
    munmap(stack, stack_bytes);
    free(children);
    free(free_slots);
    return NULL;
}

int main(int argc, char **argv) {
    if (argc < 5) {
        fputs("usage: spawn-limit JOBS AT_ONCE THREADS PROGRAM [ARGUMENT...]\n", stderr);
        return 2;
    }
    const int jobs = atoi(argv[1]), at_once = atoi(argv[2]), threads = atoi(argv[3]);
    if (jobs < 1 || at_once < 1 || threads < 1 || threads > 64) return 2;
    struct share shares[64];
    for (int i = 0; i < threads; ++i) {
        shares[i].jobs = jobs / threads + (i < jobs % threads);
        shares[i].at_once = at_once / threads > 0 ? at_once / threads : 1;
        shares[i].words = argv + 4;
        if (pthread_create(&shares[i].thread, NULL, run, &shares[i]) != 0) fail("pthread_create");
    }
    for (int i = 0; i < threads; ++i) pthread_join(shares[i].thread, NULL);
    return 0;
}
