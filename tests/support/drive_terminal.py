# Runs a command on a pseudo-terminal of 24 x 80 and drives it: drive_terminal.py STEPS COMMAND [ARG...]
# STEPS is JSON: ["send", text] · ["wait", text] up to 20 s for text after what was waited for last · ["pause", seconds] ·
# ["resize", rows, cols]. Prints JSON: output (latin1), status (as a shell shows it), missing (texts that did not come), and whether
# the terminal's modes are afterwards what they were before.
import fcntl, json, os, pty, select, struct, subprocess, sys, termios, time

steps, command = json.loads(sys.argv[1]), sys.argv[2:]
master, slave = pty.openpty()
fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack('HHHH', 24, 80, 0, 0))
before = termios.tcgetattr(slave)


def own_terminal():
    os.setsid()
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


child = subprocess.Popen(command, stdin=slave, stdout=slave, stderr=slave, preexec_fn=own_terminal)
output, mark, missing = b'', 0, []


def pump(seconds):
    global output
    if select.select([master], [], [], seconds)[0]:
        output += os.read(master, 65536)
        return True
    return False


def wait(text, limit=20):
    global mark
    end = time.time() + limit
    while text not in output[mark:] and time.time() < end and child.poll() is None:
        pump(0.05)
    at = output.find(text, mark)
    if at < 0:
        missing.append(text.decode('latin1'))
    else:
        mark = at + len(text)


for step in steps:
    if step[0] == 'send':
        os.write(master, step[1].encode('latin1'))
    elif step[0] == 'wait':
        wait(step[1].encode('latin1'))
    elif step[0] == 'pause':
        end = time.time() + step[1]
        while time.time() < end:
            pump(0.05)
    elif step[0] == 'resize':
        fcntl.ioctl(master, termios.TIOCSWINSZ, struct.pack('HHHH', step[1], step[2], 0, 0))
end = time.time() + 20
while child.poll() is None and time.time() < end:
    pump(0.05)
if child.poll() is None:
    child.kill()
    missing.append('its end')
while pump(0):
    pass
status = child.wait()
print(json.dumps({
    'output': output.decode('latin1'),
    'status': status if status >= 0 else 128 - status,
    'missing': missing,
    'restored': termios.tcgetattr(slave) == before,
}))
