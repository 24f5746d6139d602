import '@ring3/element';
import { Machine } from '@ring3/machine';

const machine = await Machine.create({ files: [{ path: '/hello', content: { url: new URL('hello', document.baseURI).href } }] });
const process = await machine.spawn('/hello', ['api'], { stdout: 'collect' });
const { code, stdout } = await process.exited;
document.querySelector('#api').textContent = `${code} ${machine.mode} ${new TextDecoder().decode(stdout)}`;
await machine.close();
