"""Runs a command on a terminal of its own and types what a script of lines says: terminal.py SCRIPT COMMAND...

SCRIPT has lines of "expect TEXT" (wait until the output since the last match contains it), "send TEXT" (with Python's escapes). At its end the terminal is
held open until the command ends. Prints everything the terminal got; exits as the command did, or with 99 if a text did not come.
"""
import os, pty, select, sys, time

script, command = sys.argv[1], sys.argv[2:]
child, terminal = pty.fork()
if child == 0:
    os.execvp(command[0], command)

output = b""


def more(deadline):
    """Reads what there is; False if the command has ended or time is up."""
    global output
    if not select.select([terminal], [], [], max(0, deadline - time.monotonic()))[0]:
        return False
    try:
        data = os.read(terminal, 65536)
    except OSError:
        return False
    # Who asks a terminal where its cursor is waits for the answer.
    for _ in range((output[-3:] + data).count(b"\x1b[6n")):
        os.write(terminal, b"\x1b[24;80R")
    output += data
    return bool(data)


seen = 0
failed = None
for line in open(script):
    verb, _, text = line.rstrip("\n").partition(" ")
    data = text.encode().decode("unicode_escape").encode("latin-1")
    if verb == "send":
        os.write(terminal, data)
        continue
    deadline = time.monotonic() + 300
    while (found := output.find(data, seen)) < 0:
        if not more(deadline):
            failed = text
            break
    if failed:
        break
    seen = found + len(data)

if failed:
    os.kill(child, 9)
else:
    deadline = time.monotonic() + 300
    while more(deadline):
        pass
sys.stdout.buffer.write(output)
sys.stdout.flush()
code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
if failed:
    print(f"\n-- waited in vain for: {failed}")
sys.exit(99 if failed else code)
