export { openImageFolder, openTarImage } from '../node/images.js';
export { nodeHost } from '../node/host.js';
export { openRoot } from '../service/open-root.js';
export { type FramePart, type SignalEvent, type SignalStep, SignalTimeline } from '../signals/signal-timeline.js';
export { parseStop, type Stop, StopExpressionError, type StopPoint, StopWatch } from '../inspect/stops.js';
export { StraceExpressionError } from '../strace/filter.js';
export { Strace, type StraceSession, type StraceSettings } from '../strace/strace.js';
export { type Catalogue, sentenceOf, type Sentences } from '../trace/catalogue/catalogue.js';
export { english } from '../trace/catalogue/english.js';
export { eventSources, type EventSource } from '../trace/catalogue/sources.js';
export { type ExecDetail, type ExecStep, type ExecTrace, ExecTracer } from '../trace/exec-trace.js';
export { TraceExpressionError, TraceFilter } from '../trace/filter.js';
export { exportTrace, type TraceExport, type TraceFormat, traceFormats } from '../trace/formats/trace-export.js';
export { type TraceReceiver, TraceSession, type TraceSettings } from '../trace/session.js';
export type { VmaChange, VmaView } from '../trace/vma-diff.js';
export type { MachineLimits } from '../protocol.js';
export { DEFAULT_PATH, MachineEngine } from './engine.js';
export { GuestFiles } from './guest-files.js';
export { GuestProcess } from './guest-process.js';
export type { EngineHost } from './host.js';
export { type HostStreams, StreamHandle } from './host-streams.js';
export { type EngineOptions, type ExitStatus, MachineError, type MountOption, type RootSource, type SpawnOptions } from './options.js';
export type { MachineStats, TranslationStats } from './machine-stats.js';
export { type RecordedInsn, type RecordedRegion, TranslationRecorder } from './translation-recorder.js';
export { RLIMIT_NAMES } from './rlimits.js';
export type {
  FrameView,
  InitialStackView,
  InspectRequest,
  InspectView,
  MappingView,
  PageWalkView,
  Places,
  RegistersView,
  StackItem,
  TableEntryView,
  TraceRecord,
} from '@ring3/kernel';
