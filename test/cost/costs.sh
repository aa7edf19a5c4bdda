#!/bin/sh
# Counts what things cost and holds that against recorded figures, or records them anew.
#
#     costs.sh check|renew COST...
#
# Of the environment: KAHN, PROBE, NOOP (programs), FIGURES (the recorded figures), COMPILER (its version). Exit status 0, 1
# if something costs more than is allowed, 77 if it cannot be counted here.
#
# A figure is what one job (or node) more costs: the difference between many and few of them, so that what a start costs
# cancels out. What depends on how fast a machine is (waiting, being woken, syncing every so often) is not counted.
set -eu

few=100
many=300

fail() { printf 'costs.sh: %s\n' "$*" >&2; exit 1; }
leave_out() { printf 'left out: %s\n' "$*"; exit 77; }

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# pipeline N COMMAND FORMAT: a file of N jobs in stages of ten
pipeline() {
    if [ "$3" = json ]; then
        printf '{"name":"cost","stages":['
    else
        printf 'name: cost\nstages:\n'
    fi
    stage=0
    while [ $((stage * 10)) -lt "$1" ]; do
        if [ "$3" = json ]; then
            [ $stage -eq 0 ] || printf ','
            printf '{"name":"stage %s","jobs":[' $stage
        else
            printf '  - name: stage %s\n    jobs:\n' $stage
        fi
        for job in 0 1 2 3 4 5 6 7 8 9; do
            if [ "$3" = json ]; then
                [ $job -eq 0 ] || printf ','
                printf '{"name":"job %s","commands":["%s"],"environment":{"NUMBER":"%s"},"timeout":"10m"}' $job "$2" $job
            else
                printf '      - name: job %s\n        commands: ["%s"]\n        environment: {NUMBER: "%s"}\n        timeout: 10m\n' \
                    $job "$2" $job
            fi
        done
        if [ "$3" = json ]; then printf ']}'; fi
        stage=$((stage + 1))
    done
    if [ "$3" = json ]; then printf ']}\n'; fi
}

# instructions COMMAND...: how many of them it takes, in this process and without its children
instructions() {
    valgrind --tool=callgrind --callgrind-out-file=/dev/null --log-file="$folder/valgrind" "$@" >"$folder/output" 2>&1 ||
        { cat "$folder/output" "$folder/valgrind" >&2; fail "$1 failed under valgrind"; }
    sed -n 's/^.*I *refs: *//p' "$folder/valgrind" | tr -d ,
}

# calls COMMAND...: how many system calls it and its children make, and which
calls() {
    strace -f -qq -c -U calls,name -o "$folder/calls" "$@" >"$folder/output" 2>&1 ||
        { cat "$folder/output" >&2; fail "$1 failed under strace"; }
    awk '$2 !~ /^(syscall|total|-.*|epoll_wait|epoll_pwait|poll|futex|fsync|fdatasync|restart_syscall|sched_yield|timerfd_settime|getrusage|madvise|brk|mmap|munmap|mprotect)$/ && $1 ~ /^[0-9]+$/ {sum += $1} END {print sum + 0}' "$folder/calls"
}

each() { echo $((($2 - $1) / (many - few))); }

needs_valgrind() {
    command -v valgrind >/dev/null 2>&1 || leave_out "there is no valgrind to count instructions with"
    valgrind --tool=callgrind --callgrind-out-file=/dev/null true >/dev/null 2>&1 || leave_out "valgrind does not run here"
}
needs_strace() {
    command -v strace >/dev/null 2>&1 || leave_out "there is no strace to count system calls with"
    strace -qq -o /dev/null true 2>/dev/null || leave_out "strace may not trace anything here"
}

# measure COST: lines of `name figure`
measure() {
    case $1 in
        driver | engine)
            needs_valgrind
            first=$(instructions "$PROBE" "$1" $few)
            second=$(instructions "$PROBE" "$1" $many)
            echo "$1.instructions $(each "$first" "$second")"
            ;;
        config)
            needs_valgrind
            for format in json yaml; do
                pipeline $few true $format >"$folder/few.$format"
                pipeline $many true $format >"$folder/many.$format"
                first=$(instructions "$KAHN" validate "$folder/few.$format")
                second=$(instructions "$KAHN" validate "$folder/many.$format")
                echo "config.$format.instructions $(each "$first" "$second")"
            done
            ;;
        start)
            needs_valgrind
            pipeline 10 true json >"$folder/small.json"
            echo "start.version.instructions $(instructions "$KAHN" --version)"
            echo "start.validate.instructions $(instructions "$KAHN" validate "$folder/small.json")"
            ;;
        library_calls)
            needs_strace
            first=$(calls "$PROBE" library $few "$NOOP")
            second=$(calls "$PROBE" library $many "$NOOP")
            echo "library.session.calls $(each "$first" "$second")"
            ;;
        run_calls)
            needs_strace
            containment=$("$KAHN" doctor --workspace "$folder" 2>/dev/null | sed -n 's/^containment *\([a-z0-9]*\).*/\1/p')
            pipeline $few "$NOOP" json >"$folder/few.json"
            pipeline $many "$NOOP" json >"$folder/many.json"
            first=$(calls "$KAHN" run "$folder/few.json" -j 4 --workspace "$folder")
            second=$(calls "$KAHN" run "$folder/many.json" -j 4 --workspace "$folder")
            echo "run.$containment.calls $(each "$first" "$second")"
            ;;
        *) fail "there is no cost called $1" ;;
    esac
}

# compare NAME FIGURE: against the recorded one
compare() {
    recorded=$(awk -v name="$1" '$1 == name {print $2, $3}' "$FIGURES")
    if [ -z "$recorded" ]; then
        printf '%s: %s, nothing recorded to compare it with\n' "$1" "$2"
        return 0
    fi
    allowed=$(echo "$recorded" | awk '{print int($1 * (100 + $2) / 100)}')
    printf '%s: %s; recorded, with the margin in percent: %s\n' "$1" "$2" "$recorded"
    [ "$2" -le "$allowed" ] || {
        printf '%s costs more than %s. If that is worth it, record it: cmake --build build/release --target renew_costs\n' "$1" "$allowed"
        return 1
    }
}

# record NAME FIGURE: in place of the recorded one
record() {
    awk -v name="$1" -v figure="$2" '$1 == name {$0 = sprintf("%-32s %10s %4s", name, figure, $3); found = 1} {print}
        END {if (!found) printf "%-32s %10s %4s\n", name, figure, 5}' "$FIGURES" >"$folder/figures"
    cp "$folder/figures" "$FIGURES"
    printf '%s: %s\n' "$1" "$2"
}

[ $# -ge 2 ] || fail "usage: costs.sh check|renew COST..."
action=$1
shift
compiler=$(sed -n 's/^# compiler: g++ //p' "$FIGURES")
if [ "$action" = check ] && [ "${COMPILER%%.*}" != "$compiler" ]; then
    leave_out "the figures are those of g++ $compiler, this is $COMPILER"
fi
status=0
for cost in "$@"; do
    measure "$cost" >"$folder/measured" || { code=$?; cat "$folder/measured"; exit $code; }
    while read -r name figure; do
        case $action in
            check) compare "$name" "$figure" || status=1 ;;
            renew) record "$name" "$figure" ;;
            *) fail "neither check nor renew: $action" ;;
        esac
    done <"$folder/measured"
done
exit $status
