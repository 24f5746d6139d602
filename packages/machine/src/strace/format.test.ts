import { ErrorNumber, Sys } from '@ring3/abi';
import { describe, expect, test } from 'vitest';
import { quote } from './text.js';
import { FakeMemory, render } from './testing.js';

/** Each line is what strace 6.1 prints on Linux for the same call. */
const memory = new FakeMemory();
const hello = memory.string('hello');

function stat(mode: number, size: number, rdev = 0): bigint {
  const view = new DataView(new ArrayBuffer(144));
  view.setUint32(24, mode, true);
  view.setBigUint64(40, BigInt(rdev), true);
  view.setBigUint64(48, BigInt(size), true);
  return memory.put(new Uint8Array(view.buffer));
}

const cases: [nr: number, args: (number | bigint)[], result: number, line: string][] = [
  [Sys.close, [3], 0, 'close(3) = 0'],
  [
    Sys.openat,
    [-100, memory.string('/etc/x\n"'), 0o2000000],
    -ErrorNumber.ENOENT,
    'openat(AT_FDCWD, "/etc/x\\n\\"", O_RDONLY|O_CLOEXEC) = -1 ENOENT (No such file or directory)',
  ],
  [Sys.openat, [-100, hello, 0o101, 0o644], 3, 'openat(AT_FDCWD, "hello", O_WRONLY|O_CREAT, 0644) = 3'],
  [Sys.open, [hello, 0o20200001, 0o600], 3, 'open("hello", O_WRONLY|O_TMPFILE, 0600) = 3'],
  [Sys.open, [0x9999_0000, 0x4000_0002], -ErrorNumber.EFAULT, 'open(0x99990000, O_RDWR|0x40000000) = -1 EFAULT (Bad address)'],
  [Sys.access, [hello, 9], -ErrorNumber.EINVAL, 'access("hello", X_OK|0x8) = -1 EINVAL (Invalid argument)'],
  [Sys.lseek, [3, -5, 1], 10, 'lseek(3, -5, SEEK_CUR) = 10'],
  [Sys.lseek, [3, 5, 5], -ErrorNumber.EINVAL, 'lseek(3, 5, 0x5 /* SEEK_??? */) = -1 EINVAL (Invalid argument)'],
  [Sys.read, [3, hello, 100], 3, 'read(3, "hel", 100) = 3'],
  [Sys.read, [3, hello, 100], 0, 'read(3, "", 100) = 0'],
  [
    Sys.write,
    [1, memory.string('0123456789abcdefghijklmnopqrstuvwxyz'), 36],
    36,
    'write(1, "0123456789abcdefghijklmnopqrstuv"..., 36) = 36',
  ],
  [Sys.write, [1, 8, 4], -ErrorNumber.EFAULT, 'write(1, 0x8, 4) = -1 EFAULT (Bad address)'],
  [Sys.writev, [1, memory.words(hello, 5, 0, 0), 2], 5, 'writev(1, [{iov_base="hello", iov_len=5}, {iov_base=NULL, iov_len=0}], 2) = 5'],
  [Sys.pipe2, [memory.ints(3, 4), 0o2004000], 0, 'pipe2([3, 4], O_NONBLOCK|O_CLOEXEC) = 0'],
  [Sys.stat, [hello, stat(0o100644, 42)], 0, 'stat("hello", {st_mode=S_IFREG|0644, st_size=42, ...}) = 0'],
  [Sys.stat, [hello, stat(0o020666, 0, 0x103)], 0, 'stat("hello", {st_mode=S_IFCHR|0666, st_rdev=makedev(0x1, 0x3), ...}) = 0'],
  [
    Sys.newfstatat,
    [3, memory.string(''), stat(0o041777, 4096), 0x1000],
    0,
    'newfstatat(3, "", {st_mode=S_IFDIR|S_ISVTX|0777, st_size=4096, ...}, AT_EMPTY_PATH) = 0',
  ],
  [Sys.fcntl, [1, 2, 1], 0, 'fcntl(1, F_SETFD, FD_CLOEXEC) = 0'],
  [Sys.fcntl, [1, 3], 1, 'fcntl(1, F_GETFL) = 0x1 (flags O_WRONLY)'],
  [Sys.fcntl, [1, 999, 5], -ErrorNumber.EINVAL, 'fcntl(1, 0x3e7 /* F_??? */, 0x5) = -1 EINVAL (Invalid argument)'],
  [Sys.umask, [0o22], 0o22, 'umask(022) = 022'],
  [
    Sys.mmap,
    [0, 4096, 3, 0x22, -1, 0],
    0x1000_0000,
    'mmap(NULL, 4096, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = 0x10000000',
  ],
  [
    Sys.mmap,
    [0, 0, 0x100, 0, 5, -4096],
    -ErrorNumber.EINVAL,
    'mmap(NULL, 0, 0x100 /* PROT_??? */, MAP_FILE, 5, 0xfffffffffffff000) = -1 EINVAL (Invalid argument)',
  ],
  [Sys.brk, [0], 0x5000, 'brk(NULL) = 0x5000'],
  [Sys.mremap, [0x1000, 8192, 4096, 1], 0x1000, 'mremap(0x1000, 8192, 4096, MREMAP_MAYMOVE) = 0x1000'],
  [
    Sys.rt_sigaction,
    [10, memory.words(0x401000, 0x1400_0000, 0x402000, 1n << 1n), 0, 8],
    0,
    'rt_sigaction(SIGUSR1, {sa_handler=0x401000, sa_mask=[INT], sa_flags=SA_RESTORER|SA_RESTART, sa_restorer=0x402000}, NULL, 8) = 0',
  ],
  [
    Sys.rt_sigprocmask,
    [0, memory.words((1n << 1n) | (1n << 16n) | (1n << 33n)), memory.words(0), 8],
    0,
    'rt_sigprocmask(SIG_BLOCK, [INT CHLD RT_2], [], 8) = 0',
  ],
  [Sys.rt_sigprocmask, [2, memory.words(~0n), 0, 8], 0, 'rt_sigprocmask(SIG_SETMASK, ~[], NULL, 8) = 0'],
  [Sys.kill, [-5, 15], 0, 'kill(-5, SIGTERM) = 0'],
  [Sys.wait4, [-1, memory.ints(0x0500), 1, 0], 7, 'wait4(-1, [{WIFEXITED(s) && WEXITSTATUS(s) == 5}], WNOHANG, NULL) = 7'],
  [Sys.wait4, [-1, memory.ints(9), 0, 0], 7, 'wait4(-1, [{WIFSIGNALED(s) && WTERMSIG(s) == SIGKILL}], 0, NULL) = 7'],
  [Sys.wait4, [-1, memory.ints(0x137f), 2, 0], 7, 'wait4(-1, [{WIFSTOPPED(s) && WSTOPSIG(s) == SIGSTOP}], WSTOPPED, NULL) = 7'],
  [
    Sys.execve,
    [hello, memory.words(hello, hello, 0), memory.words(hello, 0)],
    -ErrorNumber.ENOENT,
    `execve("hello", ["hello", "hello"], 0x${lastAddress().toString(16)} /* 1 var */) = -1 ENOENT (No such file or directory)`,
  ],
  [
    Sys.clone,
    [0x0120_0011, 0, 0, 0xabc0],
    9,
    'clone(child_stack=NULL, flags=CLONE_CHILD_CLEARTID|CLONE_CHILD_SETTID|SIGCHLD, child_tidptr=0xabc0) = 9',
  ],
  [Sys.futex, [0x1000, 129, 1], 0, 'futex(0x1000, FUTEX_WAKE_PRIVATE, 1) = 0'],
  [
    Sys.futex,
    [0x1000, 0x189, 7, memory.words(1, 5), 0, -1],
    -ErrorNumber.EAGAIN,
    'futex(0x1000, FUTEX_WAIT_BITSET_PRIVATE|FUTEX_CLOCK_REALTIME, 7, {tv_sec=1, tv_nsec=5}, FUTEX_BITSET_MATCH_ANY) = -1 EAGAIN (Resource temporarily unavailable)',
  ],
  [
    Sys.prlimit64,
    [0, 3, 0, memory.words(8192 * 1024, -1)],
    0,
    'prlimit64(0, RLIMIT_STACK, NULL, {rlim_cur=8192*1024, rlim_max=RLIM64_INFINITY}) = 0',
  ],
  [
    Sys.poll,
    [memory.put(Uint8Array.from([6, 0, 0, 0, 5, 0, 4, 0, 255, 255, 255, 255, 0, 0, 0, 0])), 2, -1],
    1,
    'poll([{fd=6, events=POLLIN|POLLOUT}, {fd=-1}], 2, -1) = 1 ([{fd=6, revents=POLLOUT}])',
  ],
  [Sys.poll, [0, 0, 5], 0, 'poll(NULL, 0, 5) = 0 (Timeout)'],
  [
    Sys.select,
    [20, memory.words(0x20), memory.words(0x42), 0, memory.words(0, 3)],
    3,
    'select(20, [5], [1 6], NULL, {tv_sec=0, tv_usec=3}) = 3 (in [5], out [1 6], left {tv_sec=0, tv_usec=3})',
  ],
  [
    Sys.ioctl,
    [0, 0x5413, memory.put(Uint8Array.from([24, 0, 80, 0, 0, 0, 0, 0]))],
    0,
    'ioctl(0, TIOCGWINSZ, {ws_row=24, ws_col=80, ws_xpixel=0, ws_ypixel=0}) = 0',
  ],
  [
    Sys.ioctl,
    [0, 0x1234_5678, 5],
    -ErrorNumber.ENOTTY,
    'ioctl(0, _IOC(_IOC_NONE, 0x56, 0x78, 0x1234), 0x5) = -1 ENOTTY (Inappropriate ioctl for device)',
  ],
  [Sys.getrandom, [memory.put(Uint8Array.from([1, 0xab])), 2, 1], 2, 'getrandom("\\x01\\xab", 2, GRND_NONBLOCK) = 2'],
  [
    Sys.nanosleep,
    [memory.words(0, 1000), 0],
    -ErrorNumber.ERESTART_RESTARTBLOCK,
    'nanosleep({tv_sec=0, tv_nsec=1000}, NULL) = ? ERESTART_RESTARTBLOCK (Interrupted by signal)',
  ],
  [Sys.pause, [], -ErrorNumber.ERESTARTNOHAND, 'pause() = ? ERESTARTNOHAND (To be restarted if no handler)'],
  [Sys.chown, [hello, 0, -1], 0, 'chown("hello", 0, -1) = 0'],
  [
    Sys.utimensat,
    [-100, hello, memory.words(0, 0x3fff_ffff, 5, 7), 0],
    0,
    'utimensat(AT_FDCWD, "hello", [UTIME_NOW, {tv_sec=5, tv_nsec=7} /* 1970-01-01T00:00:05.000000007+0000 */], 0) = 0',
  ],
  [999, [1, 2, 3, 4, 5, 6], -ErrorNumber.ENOSYS, 'syscall_0x3e7(0x1, 0x2, 0x3, 0x4, 0x5, 0x6) = -1 ENOSYS (Function not implemented)'],
];

/** Where the last block was put: the environment of the execve above. */
function lastAddress(): bigint {
  const probe = memory.words(0);
  return probe - 0x2000n;
}

describe('calls are printed as strace prints them', () => {
  for (const [nr, args, result, line] of cases) {
    test(line.slice(0, 60), () => {
      expect(render(memory, nr, args, result)).toBe(line);
    });
  }
});

test('what a call writes is printed at its exit', () => {
  expect(render(memory, Sys.read, [0, hello, 5], null)).toBe('read(0, ');
  expect(render(memory, Sys.read, [0, hello, 5], 5, '|')).toBe('read(0, |"hello", 5) = 5');
  expect(render(memory, Sys.wait4, [-1, 0, 0, 0], null)).toBe('wait4(-1, ');
  expect(render(memory, Sys.close, [3], null)).toBe('close(3');
  expect(render(memory, Sys.clone, [17, 0], null)).toBe('clone(child_stack=NULL, flags=SIGCHLD');
});

test('-s limits strings, not paths', () => {
  const long = memory.string('/a/rather/long/path');
  expect(render(memory, Sys.write, [1, hello, 5], 5, '', 2)).toBe('write(1, "he"..., 5) = 5');
  expect(render(memory, Sys.chdir, [long], 0, '', 2)).toBe('chdir("/a/rather/long/path") = 0');
});

test('octal escapes are as short as the next character allows', () => {
  expect(quote(Uint8Array.from([0, 1, 2, 0x33, 0x7f, 0xff, 0x39, 0x0b, 0x5c]))).toBe('"\\0\\1\\0023\\177\\3779\\v\\\\"');
});
