/* A child that behaves badly on command, for the tests of the process module. Static and tiny. Whatever it starts tells on
 * standard output when it is ready, and ends by itself after a minute, so that a failing test leaves nothing for ever. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { LIFE_SECONDS = 60 };

static void say(const char* text) { (void)!write(STDOUT_FILENO, text, strlen(text)); }

static void stay(void) {
    for (;;) pause();
}

/* alarm() is not inherited: each process asks for its own. */
static pid_t bounded_fork(void) {
    const pid_t pid = fork();
    if (pid == 0) alarm(LIFE_SECONDS);
    return pid;
}

static void close_output(void) {
    const int null = open("/dev/null", O_RDWR);
    dup2(null, 0);
    dup2(null, 1);
    dup2(null, 2);
    if (null > 2) close(null);
}

static void spew(long long bytes, int with_lines) {
    static char block[1 << 16];
    for (size_t i = 0; i < sizeof block; ++i) block[i] = with_lines && i % 64 == 63 ? '\n' : 'x';
    while (bytes > 0) {
        const size_t part = bytes < (long long)sizeof block ? (size_t)bytes : sizeof block;
        const ssize_t count = write(STDOUT_FILENO, block, part);
        if (count < 0) exit(9);
        bytes -= count;
    }
}

static void grandchild(int own_session, int keeps_output) {
    if (bounded_fork() == 0) {
        if (own_session) setsid();
        if (!keeps_output) close_output();
        stay();
    }
}

/* Away from parent, session and output, as daemons go. */
static void daemons(int count) {
    for (int i = 0; i < count; ++i) {
        const pid_t middle = bounded_fork();
        if (middle < 0) exit(8);
        if (middle == 0) {
            setsid();
            const pid_t last = bounded_fork();
            if (last == 0) {
                close_output();
                stay();
            }
            _exit(last < 0 ? 8 : 0);
        }
        int status = 0;
        waitpid(middle, &status, 0);
        if (status != 0) exit(8);
    }
}

/* Each link of the chain lives for an instant in a session of its own: a killer has to be faster, or surer. */
static void respawn(int count) {
    for (int i = 0; i < count; ++i) {
        if (bounded_fork() != 0) continue;
        setsid();
        close_output();
        for (;;) {
            const pid_t pid = fork(); /* the alarm of the first does not come with it, so there is a count */
            static int links = 0;
            if (pid > 0) _exit(0);
            if (pid == 0 && ++links > 400000) _exit(0);
            if (pid == 0 && links % 64 == 0) setsid();
        }
    }
}

static void writers(int count, int lines) {
    for (int i = 0; i < count; ++i) {
        if (bounded_fork() != 0) continue;
        char line[128];
        for (int n = 0; n < lines; ++n) {
            const int size = snprintf(line, sizeof line, "writer %02d line %05d .....................\n", i, n);
            (void)!write(STDOUT_FILENO, line, (size_t)size);
        }
        _exit(0);
    }
    while (wait(NULL) > 0) {}
}

static void allocate(long megabytes) {
    const size_t size = (size_t)megabytes << 20;
    volatile char* const memory = malloc(size); /* volatile: a compiler may leave out what nobody reads */
    if (memory == NULL) exit(7);
    for (size_t i = 0; i < size; i += 4096) memory[i] = 1;
    say("allocated\n");
}

static void on_term(int number) {
    (void)number;
    say("terminated\n");
    _exit(5);
}

/* What it was born with: descriptors, session, standard input. The signals are in /proc/self/status. */
static void show(void) {
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    for (int fd = 0; fd < (int)limit.rlim_cur; ++fd) {
        if (fcntl(fd, F_GETFD) >= 0) printf("fd %d%s\n", fd, fcntl(fd, F_GETFL) & O_NONBLOCK ? " nonblocking" : "");
    }
    char byte;
    printf("stdin %zd\n", read(0, &byte, 1));
    printf("leader %d\n", getsid(0) == getpid());
    FILE* const status = fopen("/proc/self/status", "r");
    char line[256];
    while (status != NULL && fgets(line, sizeof line, status) != NULL) {
        if (strncmp(line, "Sig", 3) == 0) fputs(line, stdout);
    }
    fflush(stdout);
}

int main(int count, char** arguments) {
    alarm(LIFE_SECONDS);
    const char* const what = count > 1 ? arguments[1] : "";
    const char* const how = count > 2 ? arguments[2] : "0";
    const int number = atoi(how);

    if (strcmp(what, "exit") == 0) return number;
    if (strcmp(what, "print") == 0) return say(how), 0;
    if (strcmp(what, "error") == 0) return (void)!write(STDERR_FILENO, how, strlen(how)), 0;
    if (strcmp(what, "show") == 0) return show(), 0;
    if (strcmp(what, "signal") == 0) {
        const struct rlimit none = {0, 0};
        setrlimit(RLIMIT_CORE, &none);
        raise(number);
        return 1;
    }
    if (strcmp(what, "spew") == 0) return spew(atoll(how), 1), 0;
    if (strcmp(what, "spew-line") == 0) return spew(atoll(how), 0), 0;
    if (strcmp(what, "writers") == 0) return writers(number, 200), 0;
    if (strcmp(what, "allocate") == 0) return allocate(number), 0;
    if (strcmp(what, "bytes") == 0) return (void)!write(STDOUT_FILENO, "a\0b\xff\xc3\n\x80", 7), 0;
    if (strcmp(what, "fork-grandchild") == 0) return grandchild(0, 1), say("ready\n"), 0;
    if (strcmp(what, "setsid-grandchild") == 0) return grandchild(1, 1), say("ready\n"), 0;
    if (strcmp(what, "quiet-grandchild") == 0) return grandchild(0, 0), say("ready\n"), 0;
    if (strcmp(what, "quiet-daemon") == 0) return daemons(1), say("ready\n"), 0;

    if (strcmp(what, "trace") == 0) { /* the tracee's status is the tracer's first, and it never takes it */
        if (ptrace(PTRACE_SEIZE, number, 0, 0) != 0) return 6;
        say("tracing\n");
        stay();
    }
    if (strcmp(what, "wait") == 0) signal(SIGTERM, SIG_DFL);
    else if (strcmp(what, "polite") == 0) signal(SIGTERM, on_term);
    else if (strcmp(what, "ignore-sigterm") == 0) signal(SIGTERM, SIG_IGN), signal(SIGINT, SIG_IGN);
    else if (strcmp(what, "family") == 0) signal(SIGTERM, SIG_IGN), grandchild(0, 1), grandchild(1, 0), daemons(1);
    else if (strcmp(what, "daemons") == 0) daemons(number);
    else if (strcmp(what, "respawn") == 0) respawn(number);
    else if (strcmp(what, "fork-bomb") == 0) {
        say("ready\n");
        for (;;) {
            if (bounded_fork() < 0) usleep(1000);
        }
    } else if (strcmp(what, "stopped") == 0) {
        signal(SIGTERM, on_term);
        say("ready\n");
        raise(SIGSTOP);
        stay();
    } else {
        fprintf(stderr, "hostile: what?\n");
        return 2;
    }
    say("ready\n");
    stay();
}
