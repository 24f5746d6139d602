import { defineElements } from './define.js';

export { defineElements } from './define.js';
export { Ring3Elf } from './elf-element.js';
export type {
  ErrorDetail,
  ExitDetail,
  MachineElementState,
  OutputDetail,
  ProgressDetail,
  ReadyDetail,
  RecordsDetail,
  Ring3EventMap,
  SelectDetail,
  StageDetail,
  StateChangeDetail,
} from './events.js';
export { Ring3File } from './file-element.js';
export { Ring3Machine } from './machine-element.js';
export { Ring3Terminal } from './terminal-element.js';
export { shellWords } from './shell-words.js';

defineElements();
