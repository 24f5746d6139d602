export { createKernel, type BootOptions } from './boot.js';
export { Errno, errnoOf } from './errno.js';
export { createHostFs } from './fs/hostfs/hostfs.js';
export {
  createHostInput,
  createHostOutput,
  hostInput,
  hostInputEnd,
  hostOutputFailed,
  hostOutputWritable,
} from './fs/host-stream/host-stream.js';
export { bindImage, imageSource, type ImageSource } from './fs/imagefs/image-source.js';
export { createImageFs } from './fs/imagefs/imagefs.js';
export { createOverlay } from './fs/overlay/overlay.js';
export { createTmpfs } from './fs/tmpfs/tmpfs.js';
export type { InitialStackView, StackItem } from './inspect/initial-stack.js';
export type { FileView } from './inspect/files.js';
export { inspect, type InspectRequest, type InspectView, type MemoryRange, type MemoryView, type Places } from './inspect/inspect.js';
export type { MappingView } from './inspect/maps.js';
export { vmaName } from './mm/proc-maps.js';
export type { FrameView, PageWalkView, TableEntryView } from './inspect/page-walk.js';
export type { RegistersView } from './inspect/registers.js';
export type { SignalActionView, SignalSetView, SignalsView } from './inspect/signals.js';
export type { TaskView, WaitView } from './inspect/tasks.js';
export { KernelIter } from './io/kernel-iter.js';
export type { IoIter } from './io/io-iter.js';
export { Kernel, type KernelOptions } from './kernel.js';
export type { Mm } from './mm/mm.js';
export { Vm } from './mm/vm-flags.js';
export { mapsText } from './mm/proc-maps.js';
export { peekUser } from './mm/peek.js';
export { readRemote, writeRemote } from './mm/remote-access.js';
export { makeFolders, mountAt } from './mount-at.js';
export { sendFromOutside, sendGroupFromOutside, shutDown } from './outside.js';
export type { HostFs, HostStat, Platform } from './platform.js';
export { PARKED } from './sched/park.js';
export { signalName, signalNumber } from './signal/names.js';
export { execSpawned, prepareSpawn, spawnProcess, type SpawnRequest } from './spawn.js';
export { syscallTable } from './syscalls/table.js';
export type { ArgKind, SyscallRow } from './syscalls/row.js';
export { ExitRecord, takeExits } from './task/init.js';
export { getReg, getRegPair, getRegSigned, getTaskReg } from './task/regs.js';
export { type Rusage, rusageOf } from './task/rusage.js';
export { waitStatus } from './task/status.js';
export { Task, TaskState } from './task/task.js';
export {
  fieldKinds,
  type ExecEventName,
  type TraceEventName,
  type TraceEvents,
  type TraceFields,
  traceEvents,
} from './trace/events/events.js';
export type { FieldKind, FieldKinds } from './trace/events/field-kinds.js';
export { Follow, type ThreadFollower, Trace, Tracer, type TraceRecord, type TraceSink } from './trace/tracer.js';
export { installBreakpoints } from './trap/breakpoint.js';
export { coreImports, pageFault } from './trap/page-fault.js';
export { restoreSnapshot, takeSnapshot, type Snapshot } from './snapshot/snapshot.js';
export { InternalFault, runSlice, type SliceResult } from './trap/trap.js';
export type { Tty } from './tty/tty.js';
export { UTS } from './uts.js';
export type { File } from './vfs/file.js';
export { fput } from './vfs/file-table.js';
export type { DirEntry, Inode } from './vfs/inode.js';
export { LookupFlags, pathAt } from './vfs/namei.js';
export { mkdirAt, rmdirAt, unlinkAt } from './vfs/namespace.js';
export { openAt } from './vfs/open.js';
export type { Path } from './vfs/path.js';
export { May, permission } from './vfs/permission.js';
export type { SuperBlock } from './vfs/super-block.js';
export { parsePaging, type PagingPolicy } from './mm/paging-policy.js';
export { PageWait } from './mm/page-read.js';
