import { Machine, type MachineOptions } from '@ring3/machine';
import '../engines/page-task.js';

globalThis.runProgram = async ({ url, path, args, env, jit }) => {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url}: ${response.status}`);
  const content = new Uint8Array(await response.arrayBuffer());
  const start = performance.now();
  const options: MachineOptions & { jit: boolean } = { files: [{ path, content, mode: 0o755 }], jit };
  const machine = await Machine.create(options);
  try {
    const process = await machine.spawn(path, args, { env, stdin: 'null', stdout: 'collect', stderr: 'collect' });
    const { code, signalNumber, stdout, stderr } = await process.exited;
    const wall = (performance.now() - start) / 1000;
    const text = new TextDecoder('latin1');
    return {
      status: code ?? 128 + (signalNumber ?? 0),
      stdout: text.decode(stdout),
      stderr: text.decode(stderr),
      wall,
      stats: { ...(await machine.stats()) },
    };
  } finally {
    await machine.close();
  }
};
