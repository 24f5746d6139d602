export { type HostStreams, StreamHandle } from './host-streams.js';
export type { EngineHost } from './host.js';
export { GuestFiles } from './guest-files.js';
export { GuestProcess } from './guest-process.js';
export { openImageFolder, openTarImage } from '../node/images.js';
export { nodeHost } from '../node/host.js';
export { DEFAULT_PATH, MachineEngine, type MachineStats } from './engine.js';
export {
  type EngineOptions,
  type ExitStatus,
  MachineError,
  type MountOption,
  type RootSource,
  type SpawnOptions,
} from './options.js';
export type { MachineLimits } from '../protocol.js';
export { RLIMIT_NAMES } from './rlimits.js';
export { StraceExpressionError } from '../strace/filter.js';
export { Strace, type StraceSession, type StraceSettings } from '../strace/strace.js';
