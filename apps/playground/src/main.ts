import '@ring3/element';
import { suggestions } from './suggestions.js';

const machine = document.querySelector<HTMLElementTagNameMap['ring3-machine']>('#shell')!;
const terminal = machine.querySelector('ring3-terminal')!;

const list = document.querySelector('#suggestions')!;
for (const { command, about } of suggestions) {
  const item = document.createElement('li');
  const button = document.createElement('button');
  button.type = 'button';
  button.append(Object.assign(document.createElement('code'), { textContent: command }), about);
  button.addEventListener('click', () => void tryCommand(command));
  item.append(button);
  list.append(item);
}

/** Types it into the shell; one that has ended is started anew. */
async function tryCommand(command: string): Promise<void> {
  terminal.focus();
  if (machine.state !== 'running' && machine.state !== 'loading') void machine.run().catch(() => {});
  await machine.write(`${command}\r`);
}

const started = document.querySelector('#started')!;
machine.addEventListener(
  'ring3-stdout',
  () => {
    performance.mark('ring3-prompt');
    started.textContent = `Prompt after ${(performance.now() / 1000).toFixed(2)} s.`;
    // Only someone who has done nothing else yet wants to type at once; a touch screen would open its keyboard.
    if (document.activeElement === document.body && matchMedia('(pointer: fine)').matches) terminal.focus();
  },
  { once: true },
);
