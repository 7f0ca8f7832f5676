#!/bin/bash
# What a kernel does for programs by tricks of its own: tracing, filters, code that it writes while it runs. Prints "NAME ok" for each.
check() { if eval "$2" > /tmp/out 2>&1; then echo "$1 ok"; else echo "$1 failed"; tail -5 /tmp/out; fi; }

check strace 'strace -f -o /tmp/trace sh -c "/bin/true; /bin/true; exit 0" && grep -c "exited with 0" /tmp/trace | grep -qx 3'
check "strace, syscalls stopped and changed" 'strace -o /tmp/trace -e trace=getppid -e inject=getppid:retval=4711 python3 -c "import os; assert os.getppid() == 4711"'
python3 /opt/facilities.py

mount -t tracefs tracefs /sys/kernel/tracing
cd /sys/kernel/tracing || exit 1
check "ftrace, one function" 'echo vfs_read > set_ftrace_filter && echo function > current_tracer && cat /etc/debian_version && grep -q "vfs_read <-" trace && echo nop > current_tracer && echo > set_ftrace_filter'
check "ftrace, all functions" 'echo function > current_tracer && /bin/true && echo nop > current_tracer'
check "kprobe" 'echo "p:opened do_sys_openat2" > kprobe_events && echo 1 > events/kprobes/opened/enable && cat /etc/debian_version && grep -q "opened: (do_sys_openat2" trace && echo 0 > events/kprobes/opened/enable && echo > kprobe_events'
