import { readFile } from 'node:fs/promises';
import { type Exit, Machine, MachineError } from '@ring3/machine';

const content = await readFile(process.argv[2]!);
for (const worker of [true, false]) {
  const machine = await Machine.create({ worker, files: [{ path: '/hello', content }] });
  const process = await machine.spawn('/hello', ['from', machine.mode], { stdout: 'collect' });
  const exit: Exit = await process.exited;
  console.log(exit.code, new TextDecoder().decode(exit.stdout).trim());
  const failed = await machine.spawn('/none').catch((error: unknown) => error);
  console.log(failed instanceof MachineError && failed.errno);
  await machine.close();
}
