"""Runs cases.txt in a fresh tmpfs as root of this machine and writes native-results.txt: what Linux answers, line by line.

Needs root (mount, chroot). The file systems mounted are gone when it ends.
"""
import errno, os, stat, subprocess, sys, tempfile

here = os.path.dirname(os.path.abspath(__file__))
lines = [line.rstrip('\n') for line in open(os.path.join(here, 'cases.txt'))]
O = {n[2:]: getattr(os, n) for n in dir(os) if n.startswith('O_')}


def expand(p):
    return {'LONG255': '/' + 'a' * 255, 'LONG256': '/' + 'a' * 256, 'PATH4095': '/' * 4095, 'PATH4096': '/' * 4096}.get(p, p)


def run(words):
    op, a = words[0], [expand(w) for w in words[1:]]
    if op == 'mkdir': os.mkdir(a[0], int(a[1], 8))
    elif op == 'write': open(a[0], 'w').write(a[1])
    elif op == 'append': open(a[0], 'a').write(a[1])
    elif op == 'read': return open(a[0]).read()
    elif op == 'open':
        flags = 0
        for f in a[1].split('|'): flags |= O[f]
        os.close(os.open(a[0], flags, int(a[2], 8)))
    elif op in ('stat', 'lstat'): return stat.filemode(getattr(os, op)(a[0]).st_mode)
    elif op == 'mode': return '%o' % os.stat(a[0]).st_mode
    elif op == 'nlink': return str(os.stat(a[0]).st_nlink)
    elif op == 'gid': return str(os.stat(a[0]).st_gid)
    elif op == 'size': return str(os.stat(a[0]).st_size)
    elif op == 'symlink' and a[0] == 'LINK40':
        os.symlink('/d', '/c1')
        for i in range(2, 42): os.symlink('/c%d' % (i - 1), '/c%d' % i)
    elif op == 'symlink': os.symlink(*a)
    elif op == 'link': os.link(*a, follow_symlinks=False)
    elif op == 'rename': os.rename(*a)
    elif op == 'rename2':
        import ctypes
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.renameat2(-100, a[0].encode(), -100, a[1].encode(), int(a[2])) < 0: raise OSError(ctypes.get_errno(), '')
    elif op == 'unlink': os.unlink(a[0])
    elif op == 'rmdir': os.rmdir(a[0])
    elif op == 'readlink': return os.readlink(a[0])
    elif op == 'chmod': os.chmod(a[0], int(a[1], 8))
    elif op == 'chown': os.chown(a[0], int(a[1]), int(a[2]))
    elif op == 'truncate': os.truncate(a[0], int(a[1]))
    elif op == 'access':
        import ctypes
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.access(a[0].encode(), int(a[1])) < 0: raise OSError(ctypes.get_errno(), '')
    elif op == 'mknod': os.mknod(a[0], {'chr': stat.S_IFCHR, 'fifo': stat.S_IFIFO, 'sock': stat.S_IFSOCK}[a[1]] | 0o666, os.makedev(1, 3))
    elif op == 'su':
        uid = int(a[0])
        os.setresuid(0, 0, 0) if uid == 0 else None
        os.setresgid(uid, uid, 0)
        os.setgroups([uid]) if uid == 0 else os.setgroups([uid])
        os.setresuid(uid, uid, 0)
    elif op == 'chdir': os.chdir(a[0])
    elif op == 'getcwd': return os.getcwd()
    elif op == 'list': return ' '.join(os.listdir(a[0]))
    else: raise SystemExit('what is ' + op)
    return 'ok'


root = tempfile.mkdtemp()
subprocess.check_call(['mount', '-t', 'tmpfs', '-o', 'mode=755', 'tmpfs', root])
import ctypes
ctypes.CDLL(None)
out = open(os.path.join(here, 'native-results.txt'), 'w')
os.umask(0o022)
try:
    pid = os.fork()
    if pid == 0:
        os.chroot(root)
        os.chdir('/')
        for line in lines:
            try: result = run(line.split(' '))
            except OSError as e: result = errno.errorcode[e.errno]
            out.write(result + '\n')
        out.flush()
        os._exit(0)
    sys.exit(os.waitpid(pid, 0)[1])
finally:
    subprocess.call(['umount', root])
    os.rmdir(root)
