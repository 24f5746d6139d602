import { At, Cpu, Sig } from '@ring3/abi';
import { EACCES, EAGAIN, ENOENT, ENOTDIR, Errno } from './errno.js';
import { doExecve } from './exec/exec.js';
import type { Kernel } from './kernel.js';
import { switchTo } from './sched/switch.js';
import { copySighand } from './signal/actions.js';
import { SigPending, SignalStruct } from './signal/signal-struct.js';
import { Cred } from './task/cred.js';
import { FilesStruct } from './task/files-struct.js';
import { FsStruct } from './task/fs-struct.js';
import { endThread } from './task/exit.js';
import { PageWait } from './mm/page-read.js';
import { allowedLimit, threadsAllowed } from './task/limits.js';
import { Task, TaskState } from './task/task.js';
import { Trace, emit } from './trace/tracer.js';
import { attachTty } from './tty/ctty.js';
import type { Tty } from './tty/tty.js';
import type { File } from './vfs/file.js';
import { fput, installInto } from './vfs/file-table.js';
import { LookupFlags, pathAt } from './vfs/namei.js';

export interface SpawnRequest {
  /** With a slash: taken as it is; without: looked up in envp's PATH. */
  path: string;
  argv: readonly string[];
  envp: readonly string[];
  cwd: string;
  uid: number;
  gid: number;
  /** Descriptors 0, 1, 2. Their references go to the task. */
  files: readonly [File, File, File];
  /** Controlling terminal of the new session. */
  tty?: Tty;
  /** Changes to the limits that pid 1 has, by RLIMIT_*. */
  rlimits?: ReadonlyMap<number, { cur: number; max: number }>;
}

/**
 * Starts a program from outside: a child of pid 1 in a session of its own, as a login would. Its end is reported by takeExits.
 * @throws Errno as execve gives it; nothing of the task is left then
 */
export function spawnProcess(k: Kernel, request: SpawnRequest): Task {
  const task = prepareSpawn(k, request);
  execSpawned(k, task, request, false);
  return task;
}

/**
 * The task of a program that is about to be started by execSpawned; it does not run before.
 * @throws EAGAIN there are as many threads as may be; the request's files are closed then
 */
export function prepareSpawn(k: Kernel, request: SpawnRequest): Task {
  if (k.pids.threads >= threadsAllowed(k)) {
    for (const file of request.files) fput(k, file);
    throw EAGAIN;
  }
  const task = createTask(k, request);
  task.state = TaskState.Uninterruptible;
  return task;
}

/**
 * Has a prepared task execute its program.
 * @param mayWait where pages have to be fetched first, false is returned: call it again after the next blockReadDone
 * @throws Errno as execve gives it; nothing of the task is left then
 */
export function execSpawned(k: Kernel, task: Task, request: SpawnRequest, mayWait: boolean): boolean {
  const previous = k.current;
  task.state = TaskState.Running;
  switchTo(k, task);
  k.vm.mayWait = mayWait;
  try {
    task.fs.pwd = pathAt(k, At.FDCWD, request.cwd, LookupFlags.Follow | LookupFlags.Directory);
    const file = execInPath(k, request);
    if (k.trace.on(Trace.Task)) {
      // argv as /proc/PID/cmdline has it.
      const fields = { file, argv: request.argv.map((arg) => `${arg}\0`).join(''), envc: request.envp.length };
      emit(k, Trace.Task, 'task:spawn', fields);
    }
  } catch (error) {
    if (error instanceof PageWait) {
      const { read, started, sleep } = error;
      task.pageWait = { kind: 'page', read, started, sleep, inner: null };
      task.state = TaskState.Uninterruptible;
      return false;
    }
    // Past the point of no return there is a process, which dies of the signal that waits for it.
    if (!(error instanceof Errno && task.mm)) {
      task.spawned = false;
      endThread(k, task, 127 << 8);
      throw error;
    }
  } finally {
    k.vm.mayWait = false;
    switchTo(k, previous);
  }
  task.pageWait = null;
  k.scheduler.enqueue(task);
  return true;
}

function createTask(k: Kernel, request: SpawnRequest): Task {
  const { init } = k;
  const cred = request.uid === 0 && request.gid === 0 ? init.cred : userCred(request.uid, request.gid, init.cred.capBounding);
  const signal = new SignalStruct();
  signal.leader = true;
  signal.rlimits = init.signal.rlimits.map((limit, i) => allowedLimit(k, i, request.rlimits?.get(i) ?? limit));
  const fs = new FsStruct(init.fs.root, init.fs.root);
  const task = new Task(k.pids.alloc(), cred, new FilesStruct(), fs, signal, copySighand(init.sighand), new SigPending(), Cpu.TaskBytes);
  task.comm = init.comm;
  task.sigAltFlags = 0;
  task.exitSignal = Sig.CHLD;
  task.realParent = task.parent = init;
  task.startTime = k.clock.monotonic(k);
  task.spawned = true;
  request.files.forEach((file, fd) => installInto(task, fd, file));
  signal.threads.add(task);
  k.pids.attach(task);
  k.pids.setPgrp(task, task.pid);
  k.pids.setSession(task, task.pid);
  init.children.add(task);
  if (request.tty) attachTty(task, request.tty);
  return task;
}

/** The bounding set stays full, so that set-uid programs work. */
function userCred(uid: number, gid: number, bounding: bigint): Cred {
  const cred = new Cred();
  cred.uid = cred.euid = cred.suid = cred.fsuid = uid;
  cred.gid = cred.egid = cred.sgid = cred.fsgid = gid;
  cred.capBounding = bounding;
  return cred;
}

/**
 * execvp: a name without a slash is looked for in PATH; EACCES is told only when no directory had a better one.
 * @returns the file that was taken
 */
function execInPath(k: Kernel, request: SpawnRequest): string {
  const { path, argv, envp } = request;
  if (path.includes('/')) {
    doExecve(k, path, argv, envp);
    return path;
  }
  const search = envp.find((entry) => entry.startsWith('PATH='))?.slice(5) ?? '/bin:/usr/bin';
  let error: Errno = ENOENT;
  for (const directory of search.split(':')) {
    try {
      const file = `${directory || '.'}/${path}`;
      doExecve(k, file, argv, envp);
      return file;
    } catch (thrown) {
      if (k.current.mm) throw thrown;
      if (thrown !== ENOENT && thrown !== ENOTDIR && thrown !== EACCES) throw thrown;
      if (thrown === EACCES) error = EACCES;
    }
  }
  throw error;
}
