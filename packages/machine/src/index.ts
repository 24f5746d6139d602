export { Machine } from './client/machine.js';
export type { MachineOptions, OutputMode, SpawnOptions } from './client/options.js';
export { type Exit, Process } from './client/process.js';
export type { MachineStats } from './engine/engine.js';
export { MachineError, type MachineErrorId, type MountOption } from './engine/options.js';
export type { ExitRecord, FileSpec, FileStat, LimitName, MachineLimits, Progress, RootSpec } from './protocol.js';
