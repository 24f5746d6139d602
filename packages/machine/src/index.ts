export type { MachineEventMap, MachineListener, ProcessExit, StateChange } from './client/events.js';
export type { MachineState } from './client/machine-state.js';
export { Machine } from './client/machine.js';
export type { MachineMode } from './client/mode.js';
export type { MachineOptions, OutputMode, Rlimit, SpawnOptions } from './client/options.js';
export { type Exit, Process } from './client/process.js';
export { Rewind, type RewindOptions, type RewindProgram } from './client/rewind.js';
export type { TraceReader } from './client/trace-reader.js';
export type { MachineStats, TranslationStats } from './engine/machine-stats.js';
export { MachineError, type MachineErrorId, type MountOption, type ProcessStats } from './engine/options.js';
export type { RlimitName } from './engine/rlimits.js';
export type {
  ExitRecord,
  FileSpec,
  FileStat,
  InspectRequest,
  InspectView,
  LimitName,
  MachineLimits,
  Progress,
  RootSpec,
  StepUnit,
  Stop,
  TraceRecord,
} from './protocol.js';
