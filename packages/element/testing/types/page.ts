// A page's own script: element, event and detail types come with the package.
import type { ErrorDetail, ExitDetail, ProgressDetail, ReadyDetail, RecordsDetail, StageDetail, StateChangeDetail } from '@ring3/element';
import '@ring3/element';

const machine = document.querySelector('ring3-machine')!;
machine.src = 'hello';
machine.pauseAt = 'main';
machine.theme = 'dark';
// @ts-expect-error there is no such theme
machine.theme = 'blue';
// @ts-expect-error the state cannot be set
machine.state = 'running';

machine.addEventListener('ring3-exit', ({ detail }) => {
  const exit: ExitDetail = detail;
  const code: number | null = exit.code;
  const instructions: number = exit.stats.instructions;
  // @ts-expect-error there is no such field
  void [code, instructions, detail.colour];
});
machine.addEventListener('ring3-stdout', ({ detail }) => new TextDecoder().decode(detail.data));
machine.addEventListener('ring3-statechange', ({ detail }: CustomEvent<StateChangeDetail>) => detail.stop?.ip.toString(16));
machine.addEventListener('ring3-syscall', ({ detail }: CustomEvent<RecordsDetail>) => detail.records.map(({ fields }) => fields['nr']));
machine.addEventListener('ring3-stage', ({ detail }: CustomEvent<StageDetail>) => detail.stage);
machine.addEventListener('ring3-error', ({ detail }: CustomEvent<ErrorDetail>) => detail.help);
machine.addEventListener('ring3-ready', ({ detail }: CustomEvent<ReadyDetail>) => detail.bootTime);
machine.addEventListener('ring3-progress', ({ detail }: CustomEvent<ProgressDetail>) => detail.loaded);

const { code, signal } = await machine.run();
const stop = await machine.step('over');
// @ts-expect-error there is no such unit
await machine.step('mile');
const view = await machine.inspect({ registers: true });
const file: Uint8Array = await machine.readFile('/etc/motd');
document.createElement('ring3-file').path = '/a';
document.createElement('ring3-terminal').focus();
export { code, file, signal, stop, view };
