'use client';
import '@ring3/element';
import { Machine } from '@ring3/machine';
import { useEffect, useState } from 'react';

async function run() {
  const machine = await Machine.create({ files: [{ path: '/hello', content: { url: new URL('hello', document.baseURI).href } }] });
  const process = await machine.spawn('/hello', ['api'], { stdout: 'collect' });
  const { code, stdout } = await process.exited;
  await machine.close();
  return `${code} ${machine.mode} ${new TextDecoder().decode(stdout)}`;
}

export default function Page() {
  const [text, setText] = useState('');
  useEffect(() => {
    run().then(setText, (error) => setText(String(error)));
  }, []);
  return (
    <main>
      <ring3-machine src="/hello" argv="hello next" autorun>
        <ring3-terminal></ring3-terminal>
      </ring3-machine>
      <pre id="api">{text}</pre>
    </main>
  );
}
