export { type HostStreams, StreamHandle } from './host-streams.js';
export { GuestProcess } from './guest-process.js';
export { DEFAULT_PATH, Machine } from './machine.js';
export { type ExitStatus, MachineError, type MachineLimits, type MachineOptions, type MountOption, type RootSource, type SpawnOptions } from './options.js';
