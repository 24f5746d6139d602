export { type HostStreams, StreamHandle } from './host-streams.js';
export { GuestFiles } from './guest-files.js';
export { GuestProcess } from './guest-process.js';
export { parseStop, type Stop, StopExpressionError, type StopPoint, StopWatch } from './inspect/stops.js';
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
export type { InitialStackView, InspectRequest, InspectView, MappingView, PageWalkView, StackItem, TableEntryView } from '@ring3/kernel';
export { RLIMIT_NAMES } from './rlimits.js';
export type { FramePart, SignalEvent, SignalStep, SignalTimeline } from './signals/signal-timeline.js';
export { StraceExpressionError } from './strace/filter.js';
export type { StraceSession, StraceSettings } from './strace/strace.js';
export { type Catalogue, sentenceOf, type Sentences } from './trace/catalogue/catalogue.js';
export { english } from './trace/catalogue/english.js';
export { eventSources, type EventSource } from './trace/catalogue/sources.js';
export type { ExecDetail, ExecStep, ExecTrace, ExecTracer } from './trace/exec-trace.js';
export { TraceExpressionError, TraceFilter } from './trace/filter.js';
export { type TraceExport, type TraceFormat, traceFormats } from './trace/formats/trace-export.js';
export type { TraceReceiver, TraceSession, TraceSettings } from './trace/session.js';
export type { VmaChange, VmaView } from './trace/vma-diff.js';
export type { TraceRecord } from '@ring3/kernel';
