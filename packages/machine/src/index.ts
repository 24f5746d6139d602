export { type HostStreams, StreamHandle } from './host-streams.js';
export { GuestFiles } from './guest-files.js';
export { GuestProcess } from './guest-process.js';
export { openImageFolder, openTarImage } from './images.js';
export { DEFAULT_PATH, Machine, type MachineStats } from './machine.js';
export {
  type ExitStatus,
  MachineError,
  type MachineLimits,
  type MachineOptions,
  type MountOption,
  type RootSource,
  type SpawnOptions,
} from './options.js';
export { RLIMIT_NAMES } from './rlimits.js';
export { StraceExpressionError } from './strace/filter.js';
export type { StraceSession, StraceSettings } from './strace/strace.js';
