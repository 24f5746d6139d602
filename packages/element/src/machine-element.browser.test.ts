import { describe, expect, test } from 'vitest';
import { cat, crash, echoArgument, ENTRY, flood, hello, sleep, spin, urlOf } from '../testing/programs.js';
import { collect, machine, next, part, place, text, until } from '../testing/page.js';
import { type Ring3File, Ring3Machine } from './index.js';

describe('a run', () => {
  test('prints, tells events in order, and ends', async () => {
    const element = machine(hello({ err: 'and an error\n', code: 3 }));
    const told: string[] = [];
    for (const type of ['progress', 'ready', 'statechange', 'stage', 'stdout', 'stderr', 'exit', 'error'] as const)
      document.addEventListener(`ring3-${type}`, () => told.at(-1) !== type && told.push(type), { once: type !== 'statechange' });
    const states = collect(element, 'ring3-statechange');
    const exits = collect(element, 'ring3-exit');
    const stages = collect(element, 'ring3-stage');
    const [ready, exit] = await Promise.all([next(element, 'ring3-ready'), element.run()]);
    expect(exit).toMatchObject({ code: 3, signal: null });
    expect(ready.detail.bootTime).toBeGreaterThan(0);
    expect(ready.detail.mode).toBe('worker');
    expect(states.map(({ state, previous }) => [previous, state])).toEqual([
      ['idle', 'loading'],
      ['loading', 'running'],
      ['running', 'exited'],
    ]);
    expect(exits).toHaveLength(1);
    expect(exits[0]).toMatchObject({ code: 3, signal: null });
    expect(exits[0]!.stats.instructions).toBeGreaterThan(10);
    expect(stages.map(({ stage }) => stage)).toEqual(expect.arrayContaining(['load_elf_binary', 'start_thread']));
    expect(told.filter((type) => type !== 'statechange')).toEqual(expect.arrayContaining(['ready', 'stage', 'stdout', 'stderr', 'exit']));
    expect(element.outputText).toBe('Hello from Ring3\nand an error\n');
    await element.updateComplete;
    await until(() => part(element, 'stderr')?.textContent === 'and an error\n');
    expect(part(element, 'stdout')!.textContent).toBe('Hello from Ring3\n');
    expect(part(element, 'status')!.textContent).toBe('exited with 3');
  });

  test('tells the loading of a program', async () => {
    const element = machine(hello());
    const progress = collect(element, 'ring3-progress');
    await element.run();
    expect(progress.length).toBeGreaterThan(0);
    expect(progress.at(-1)).toEqual(
      expect.objectContaining({ phase: expect.any(String), file: expect.any(String), loaded: expect.any(Number) }),
    );
  });

  test('its events bubble out of shadow roots', async () => {
    const host = place<HTMLElement>('<div></div>');
    const inner = document.createElement('ring3-machine');
    inner.src = urlOf(hello());
    host.attachShadow({ mode: 'open' }).append(inner);
    const exit = next(host, 'ring3-exit');
    await inner.run();
    expect((await exit).composed).toBe(true);
  });

  test('autorun starts it', async () => {
    const exit = next(document, 'ring3-exit');
    const element = machine(hello(), 'autorun');
    expect((await exit).target).toBe(element);
    expect(element.state).toBe('exited');
  });

  test('argv, env, cwd and stdin reach the program', async () => {
    const element = machine(echoArgument(), `argv="prog 'two words'"`);
    await element.run();
    expect(element.outputText).toBe('two words');
    const reader = machine(cat(), `stdin="all there is"`);
    expect((await reader.run()).code).toBe(0);
    expect(reader.outputText).toBe('all there is');
  });

  test('write before and while it runs, and the end of input', async () => {
    const element = machine(cat());
    await element.write('early ');
    const run = element.run();
    await next(element, 'ring3-stdout');
    await element.write(new TextEncoder().encode('late'));
    await element.writeEnd();
    expect((await run).code).toBe(0);
    expect(element.outputText).toBe('early late');
  });

  test('running again runs anew', async () => {
    const element = machine(hello());
    await element.run();
    await element.run();
    expect(element.outputText).toBe('Hello from Ring3\n');
    expect(element.state).toBe('exited');
  });

  test('runs that are asked for twice are one', async () => {
    const element = machine(hello());
    const exits = collect(element, 'ring3-exit');
    const [first, second] = await Promise.all([element.run(), element.run()]);
    expect(first).toBe(second);
    expect(exits).toHaveLength(1);
  });

  test('kill', async () => {
    const element = machine(sleep());
    const run = element.run();
    await next(element, 'ring3-stdout');
    await element.kill();
    expect(await run).toMatchObject({ code: null, signal: 'SIGTERM' });
    await element.updateComplete;
    expect(part(element, 'status')!.textContent).toBe('killed by SIGTERM');
    expect(part(element, 'frame')!.hasAttribute('data-failed')).toBe(true);
  });

  test('a paused program can be killed', async () => {
    const element = machine(spin());
    const run = element.run();
    await next(element, 'ring3-stdout');
    await element.pause();
    await element.kill('SIGKILL');
    expect(await run).toMatchObject({ signal: 'SIGKILL' });
  });

  test('a program that crashes', async () => {
    const element = machine(crash());
    expect(await element.run()).toMatchObject({ code: null, signal: 'SIGSEGV' });
    expect(element.outputText).toBe('about to crash\n');
  });

  test('a flood of output leaves the page alive and can be stopped', async () => {
    const element = machine(flood());
    const run = element.run();
    run.catch(() => {});
    await next(element, 'ring3-stdout');
    const began = performance.now();
    for (let turns = 0; turns < 10; turns++) await new Promise((resolve) => requestAnimationFrame(resolve));
    // A page that is drowned has frames of seconds; a busy machine, of a tenth.
    expect(performance.now() - began).toBeLessThan(1500);
    expect(element.outputText.length).toBeLessThanOrEqual(200_000);
    await element.reset();
    expect(element.state).toBe('idle');
    expect(element.outputText).toBe('');
  });

  test('inline, on the page’s own thread', async () => {
    const element = machine(hello(), 'worker="off"');
    const ready = next(element, 'ring3-ready');
    await element.run();
    expect((await ready).detail.mode).toBe('inline');
    expect(element.outputText).toBe('Hello from Ring3\n');
  });
});

describe('attributes', () => {
  test('are mirrored by properties', async () => {
    const element = place('<ring3-machine></ring3-machine>');
    const strings = {
      src: 'src',
      program: 'program',
      argv: 'argv',
      env: 'env',
      cwd: 'cwd',
      root: 'root',
      stdin: 'stdin',
      pauseAt: 'pause-at',
      trace: 'trace',
      theme: 'theme',
      aslr: 'aslr',
      jit: 'jit',
      layout: 'layout',
      clock: 'clock',
      hostname: 'hostname',
      debug: 'debug',
      worker: 'worker',
      rlimits: 'rlimits',
      workerUrl: 'worker-url',
    } as const;
    const numbers = {
      uid: 'uid',
      gid: 'gid',
      memory: 'memory',
      instructions: 'instructions',
      wallTime: 'wall-time',
      processes: 'processes',
      openFiles: 'open-files',
      outputBytes: 'output-bytes',
      seed: 'seed',
    } as const;
    const flags = { autorun: 'autorun', picker: 'picker', noDrop: 'no-drop', keep: 'keep', pauseOffscreen: 'pause-offscreen' } as const;
    const values = element as unknown as Record<string, unknown>;
    for (const [property, attribute] of Object.entries(strings)) {
      expect(values[property], property).toBe(null);
      element.setAttribute(attribute, 'dark');
      expect(values[property], property).toBe('dark');
      element.removeAttribute(attribute);
      expect(values[property], property).toBe(null);
      values[property] = 'light';
    }
    for (const [property, attribute] of Object.entries(numbers)) {
      element.setAttribute(attribute, '17');
      expect(values[property], property).toBe(17);
      values[property] = 18;
    }
    for (const property of Object.keys(flags)) {
      expect(values[property], property).toBe(false);
      values[property] = true;
    }
    element.autorun = false;
    await element.updateComplete;
    for (const attribute of Object.values(strings)) expect(element.getAttribute(attribute), attribute).toBe('light');
    for (const attribute of Object.values(numbers)) expect(element.getAttribute(attribute), attribute).toBe('18');
    for (const [property, attribute] of Object.entries(flags))
      expect(element.hasAttribute(attribute), attribute).toBe(property !== 'autorun');
    // Every attribute that there is has been tried.
    expect([...Object.values(strings), ...Object.values(numbers), ...Object.values(flags)].toSorted()).toEqual(
      [...Ring3Machine.observedAttributes].toSorted(),
    );
  });

  test('act at the next run, not before', async () => {
    const element = machine(sleep());
    const run = element.run();
    run.catch(() => {});
    await next(element, 'ring3-stdout');
    element.src = urlOf(hello({ out: 'the other\n' }));
    await element.updateComplete;
    expect(element.state).toBe('running');
    await element.reset();
    await element.run();
    expect(element.outputText).toBe('the other\n');
    await expect(run).rejects.toMatchObject({ id: 'closed' });
  });

  test.each([
    ['memory="lots"', 'memory="lots" is no size'],
    ['wall-time="soon"', 'wall-time="soon" is no time'],
    ['aslr="maybe"', 'aslr="maybe" is neither'],
    ['jit="true"', 'jit="true" is neither'],
    ['layout="round"', 'layout="round" is none of compact, linux'],
    ['clock="broken"', 'clock="broken" is none of'],
    ['seed="x"', 'seed="x" is no whole number'],
    ['uid="-1"', 'uid="-1" is no whole number'],
    [`argv="'open"`, 'argv: '],
    ['env="NAME"', "env: 'NAME' is not NAME=VALUE"],
    ['rlimits="nofile"', "rlimits: 'nofile' is not"],
    ['trace="everything"', 'trace="everything" is none of'],
    ['pause-at="fault:0"', "pause-at 'fault:0'"],
    ['root="http://"', 'root="http://" is no URL'],
  ])('%s is an error that says what is wrong', async (attribute, message) => {
    const element = machine(hello(), attribute);
    const errors = collect(element, 'ring3-error');
    await expect(element.run()).rejects.toMatchObject({ id: 'bad-option' });
    expect(errors).toHaveLength(1);
    expect(errors[0]).toMatchObject({ id: 'bad-option', fatal: true });
    expect(errors[0]!.message).toContain(message);
    expect(element.state).toBe('error');
    await element.updateComplete;
    expect(part(element, 'error')!.textContent).toContain(message);
    expect(part(element, 'error')!.getAttribute('role')).toBe('alert');
  });

  test.each([
    ['wall-time="200ms"', 'wallTime', 'time'],
    ['instructions="100000"', 'instructions', 'instructions'],
  ])('the limit %s ends a program that spins', async (attribute, limit, word) => {
    const element = machine(spin(), attribute);
    expect(await element.run()).toMatchObject({ signal: 'SIGKILL', limit });
    await element.updateComplete;
    expect(part(element, 'status')!.textContent).toBe(`ended by its limit of ${word}`);
  });

  test('output-bytes ends a program that floods', async () => {
    const element = machine(flood(), 'output-bytes="64k"');
    expect(await element.run()).toMatchObject({ limit: 'outputBytes' });
  });

  test('properties that were set before the element was there count', async () => {
    const name = 'ring3-machine';
    const template = document.createElement('template');
    template.innerHTML = `<${name}></${name}>`;
    // In a template nothing is upgraded yet.
    const early = template.content.firstElementChild as Ring3Machine;
    early.src = urlOf(hello());
    early.autorun = true;
    expect(early).not.toBeInstanceOf(Ring3Machine);
    const exit = next(document, 'ring3-exit');
    document.body.append(early);
    await exit;
    expect(early).toBeInstanceOf(Ring3Machine);
    expect(early.getAttribute('src')).toContain('blob:');
    early.remove();
  });
});

describe('errors', () => {
  test('nothing to run', async () => {
    const element = place('<ring3-machine></ring3-machine>');
    await expect(element.run()).rejects.toThrow('there is nothing to run');
    await element.updateComplete;
    expect(part(element, 'help')!.textContent).toContain('Set src');
    expect(part(element, 'primary-button')!.getAttribute('aria-disabled')).toBe('true');
  });

  test('a program that is not there', async () => {
    const element = place('<ring3-machine src="/no/such/program"></ring3-machine>');
    const error = next(element, 'ring3-error');
    await expect(element.run()).rejects.toBeInstanceOf(Error);
    expect(['fetch-failed', 'not-executable']).toContain((await error).detail.id);
  });

  test('a program that is none', async () => {
    const element = machine(new TextEncoder().encode('neither ELF nor script'));
    const error = next(element, 'ring3-error');
    await expect(element.run()).rejects.toMatchObject({ id: 'not-executable', errno: 'ENOEXEC' });
    expect((await error).detail.help).toContain('ELF');
  });

  test('methods where nothing runs', async () => {
    const element = machine(hello());
    await expect(element.readFile('/etc/passwd')).rejects.toMatchObject({ id: 'closed' });
    await expect(element.inspect()).rejects.toMatchObject({ id: 'closed' });
    await element.kill();
    await element.pause();
    await element.reset();
    expect(element.state).toBe('idle');
    expect(element.machine).toBe(null);
  });

  test('after an error the next run may do better', async () => {
    const element = machine(hello(), 'layout="round"');
    await expect(element.run()).rejects.toBeInstanceOf(Error);
    element.layout = 'linux';
    await element.run();
    await element.updateComplete;
    expect(element.state).toBe('exited');
    expect(part(element, 'error')).toBe(null);
  });
});

describe('pause, step and stops', () => {
  test('pause and go on', async () => {
    const element = machine(spin());
    const run = element.run();
    run.catch(() => {});
    await next(element, 'ring3-stdout');
    await element.pause();
    expect(element.state).toBe('paused');
    expect(element.stop).toMatchObject({ reason: 'pause' });
    const { icount } = element.stop!;
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect((await element.inspect({ registers: true }))!.registers).not.toBe(null);
    const resumed = element.run();
    resumed.catch(() => {});
    expect(element.state).toBe('running');
    await new Promise((resolve) => setTimeout(resolve, 50));
    await element.pause();
    expect(element.stop!.icount).toBeGreaterThan(icount);
  });

  test('a pause says in words where it stands, and has a Step button', async () => {
    const element = machine(hello(), 'pause-at="greet"');
    const run = element.run();
    await next(element, 'ring3-statechange', ({ detail }) => detail.state === 'paused');
    expect(element.stop).toMatchObject({ reason: 'stop-spec', spec: 'greet', ip: ENTRY + 22 });
    await until(() => part(element, 'where'));
    expect(part(element, 'where')!.textContent).toContain('Paused at greet: greet in');
    expect(part(element, 'where')!.textContent).toContain(`(0x${(ENTRY + 22).toString(16)})`);
    part(element, 'step-button')!.click();
    await until(() => element.stop?.ip === ENTRY + 27);
    await until(() => part(element, 'where')?.textContent?.includes('greet+0x5 in'));
    part(element, 'primary-button')!.click();
    expect((await run).code).toBe(0);
    await element.updateComplete;
    expect(part(element, 'where')).toBe(null);
    expect(part(element, 'step-button')).toBe(null);
  });

  test.each([
    ['syscall:write', 'before the system call write'],
    ['load_elf_binary', 'in execve, at load_elf_binary'],
    ['insn:3', 'after 3 instructions'],
    [`0x${ENTRY.toString(16)}`, `at 0x${ENTRY.toString(16)}`],
  ])('pause-at="%s"', async (spec, words) => {
    const element = machine(hello(), `pause-at="${spec}"`);
    const run = element.run();
    await next(element, 'ring3-statechange', ({ detail }) => detail.state === 'paused' && detail.stop?.spec === spec);
    await until(() => part(element, 'where')?.textContent?.includes(words), words);
    const resumed = element.run();
    expect((await resumed).code).toBe(0);
    expect(await run).toBe(await resumed);
  });

  test('pause-at a fault and a signal', async () => {
    const element = machine(crash(), 'pause-at="fault signal:SIGSEGV"');
    const stops = collect(element, 'ring3-statechange');
    const run = element.run();
    await until(() => part(element, 'where')?.textContent?.includes('Paused at a page fault on 0x'));
    await element.kill('SIGCONT');
    void element.run();
    expect((await run).signal).toBe('SIGSEGV');
    expect(stops.map(({ stop }) => stop?.spec)).toContain('signal:SIGSEGV');
  });

  test('pause-at acts at once', async () => {
    const element = machine(cat());
    const run = element.run();
    await next(element, 'ring3-ready');
    await until(() => element.state === 'running');
    element.pauseAt = 'syscall:write';
    await element.updateComplete;
    const paused = next(element, 'ring3-statechange', ({ detail }) => detail.state === 'paused');
    await element.write('x');
    await paused;
    element.pauseAt = null;
    await element.updateComplete;
    await element.writeEnd();
    expect((await element.run()).code).toBe(0);
    await run;
  });

  test('a bad pause-at while it runs is told, and the program goes on', async () => {
    const element = machine(cat());
    const run = element.run();
    await until(() => element.state === 'running');
    const error = next(element, 'ring3-error');
    element.pauseAt = 'fault:zero';
    expect((await error).detail).toMatchObject({ id: 'bad-option', fatal: false });
    expect(element.state).toBe('running');
    await element.writeEnd();
    expect((await run).code).toBe(0);
  });

  test('step starts a program, before its first instruction', async () => {
    const element = machine(hello());
    const first = await element.step();
    expect(first).toMatchObject({ ip: ENTRY, icount: 0 });
    expect(await element.step()).toMatchObject({ ip: ENTRY + 5, icount: 1 });
    expect(await element.step('syscall')).toMatchObject({ record: { event: 'syscalls:sys_enter' } });
    expect((await element.run()).code).toBe(0);
  });

  test('pausing while it loads stands before the first instruction', async () => {
    const element = machine(hello());
    const run = element.run();
    await element.pause();
    await next(element, 'ring3-statechange', ({ detail }) => detail.state === 'paused');
    expect(element.stop).toMatchObject({ ip: ENTRY });
    void element.run();
    expect((await run).code).toBe(0);
  });

  test('a step to the end', async () => {
    const element = machine(hello(), 'pause-at="leave"');
    void element.run();
    await next(element, 'ring3-statechange', ({ detail }) => detail.state === 'paused');
    expect(await element.step('signal')).toBe(null);
    await until(() => element.state === 'exited');
  });
});

describe('traces', () => {
  test('records come in batches, and only where they are asked for', async () => {
    const element = machine(crash(), 'trace="syscall, fault signal"');
    const [syscalls, faults, signals] = (['ring3-syscall', 'ring3-fault', 'ring3-signal'] as const).map((type) => collect(element, type));
    const told = { exit: false };
    element.addEventListener('ring3-syscall', () => expect(told.exit).toBe(false));
    element.addEventListener('ring3-exit', () => (told.exit = true));
    await element.run();
    expect(syscalls!.flatMap(({ records }) => records).map(({ event }) => event)).toContain('syscalls:sys_enter');
    expect(faults!.flatMap(({ records }) => records).at(-1)).toMatchObject({ event: 'exceptions:page_fault_user', fields: { address: 0 } });
    expect(signals!.flatMap(({ records }) => records).map(({ event }) => event)).toContain('signal:signal_deliver');
    expect(syscalls!.length).toBeLessThan(10);
    const quiet = machine(crash());
    const none = collect(quiet, 'ring3-syscall');
    await quiet.run();
    expect(none).toEqual([]);
  });

  test('a page can have its own tracepoints from the beginning', async () => {
    const element = machine(hello());
    const names: string[] = [];
    let reading: Promise<void> | undefined;
    element.addEventListener('ring3-ready', () => {
      reading = (async () => {
        for await (const { event } of element.tracepoints(['syscalls:sys_enter'])) names.push(event);
      })();
    });
    await element.run();
    await until(() => element.machine === null);
    await reading;
    expect(names.length).toBeGreaterThanOrEqual(3);
  });
});

describe('files', () => {
  test('<ring3-file> children are in the guest', async () => {
    const url = urlOf(new TextEncoder().encode('fetched'));
    const element = machine(
      sleep(),
      '',
      `<ring3-file path="/etc/motd">Welcome</ring3-file><ring3-file path="/data/deep/words" src="${url}" mode="600"></ring3-file>`,
    );
    void element.run().catch(() => {});
    await next(element, 'ring3-stdout');
    expect(text(await element.readFile('/etc/motd'))).toBe('Welcome');
    expect(text(await element.readFile('/data/deep/words'))).toBe('fetched');
    expect((await element.machine!.stat('/data/deep/words')).mode & 0o777).toBe(0o600);
  });

  test('one that is added while a program runs is there', async () => {
    const element = machine(sleep());
    void element.run().catch(() => {});
    await next(element, 'ring3-stdout');
    const file = document.createElement('ring3-file') as Ring3File;
    file.path = '/later';
    file.textContent = 'came later';
    element.append(file);
    let found = '';
    await until(() => {
      void element.readFile('/later').then(
        (bytes) => (found = text(bytes)),
        () => {},
      );
      return found === 'came later';
    });
  });

  test('one without a path is an error that says so', async () => {
    const element = machine(hello(), '', '<ring3-file>lost</ring3-file>');
    await expect(element.run()).rejects.toThrow('<ring3-file> needs a path');
  });

  test('writeFile and readFile, also by who hears of the exit', async () => {
    const element = machine(sleep());
    const run = element.run();
    await next(element, 'ring3-stdout');
    await element.writeFile('/tmp/deep/a', 'kept');
    const read = new Promise<string>((resolve, reject) => {
      element.addEventListener('ring3-exit', () => {
        element
          .readFile('/tmp/deep/a')
          .then(text)
          .then(async (first) => first + text(await element.readFile('/tmp/deep/a')))
          .then(resolve, reject);
      });
    });
    await element.kill();
    await run;
    expect(await read).toBe('keptkept');
    await until(() => element.machine === null);
    await expect(element.readFile('/tmp/deep/a')).rejects.toMatchObject({ id: 'closed' });
    await expect(element.readFile('/nowhere')).rejects.toMatchObject({ id: 'closed' });
  });

  test('keep keeps the machine until reset', async () => {
    const element = machine(hello(), 'keep', '<ring3-file path="/a">b</ring3-file>');
    await element.run();
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(text(await element.readFile('/a'))).toBe('b');
    await element.reset();
    expect(element.machine).toBe(null);
  });

  function drop(element: Element, ...files: File[]): void {
    const dataTransfer = new DataTransfer();
    for (const file of files) dataTransfer.items.add(file);
    for (const type of ['dragenter', 'dragover', 'drop'])
      element.dispatchEvent(new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true, composed: true }));
  }

  test('a dropped program runs, with the files beside it', async () => {
    const element = place('<ring3-machine keep></ring3-machine>');
    const exit = next(element, 'ring3-exit');
    drop(element, new File(['some words'], 'words.txt'), new File([hello({ out: 'dropped\n' })], 'greeter'));
    expect((await exit).detail.code).toBe(0);
    expect(element.outputText).toBe('dropped\n');
    expect(text(await element.readFile('/words.txt'))).toBe('some words');
    await element.updateComplete;
    expect(part(element, 'title')!.textContent).toBe('greeter');
    // Setting src again takes it back.
    element.src = urlOf(hello({ out: 'the page’s own\n' }));
    await element.updateComplete;
    await element.run();
    expect(element.outputText).toBe('the page’s own\n');
  });

  test('a file dropped on a running program is there', async () => {
    const element = machine(sleep(), 'cwd="/work"', '<ring3-file path="/work/notes">n</ring3-file>');
    void element.run().catch(() => {});
    await next(element, 'ring3-stdout');
    await element.open([new File(['data'], 'input.txt')]);
    expect(text(await element.readFile('/work/input.txt'))).toBe('data');
    await element.updateComplete;
    expect(part(element, 'notice')!.textContent).toContain('/work/input.txt');
    expect(element.state).toBe('running');
  });

  test('what is held above it shows, and no-drop takes nothing', async () => {
    const element = place('<ring3-machine></ring3-machine>');
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File(['x'], 'x'));
    const enter = (target: Element): boolean =>
      target.dispatchEvent(new DragEvent('dragenter', { dataTransfer, bubbles: true, cancelable: true }));
    expect(enter(element)).toBe(false);
    await element.updateComplete;
    expect(part(element, 'drop')).not.toBe(null);
    element.dispatchEvent(new DragEvent('dragleave', { dataTransfer, bubbles: true, cancelable: true }));
    await element.updateComplete;
    expect(part(element, 'drop')).toBe(null);
    const closed = place('<ring3-machine no-drop></ring3-machine>');
    expect(enter(closed)).toBe(true);
    await closed.updateComplete;
    expect(part(closed, 'drop')).toBe(null);
  });

  test('the picker', async () => {
    const element = place('<ring3-machine picker></ring3-machine>');
    await element.updateComplete;
    expect(part(element, 'open-button')!.textContent).toContain('Open');
    const input = element.shadowRoot!.querySelector('input')!;
    const chosen = new DataTransfer();
    chosen.items.add(new File([hello({ out: 'picked\n' })], 'chosen'));
    input.files = chosen.files;
    const exit = next(element, 'ring3-exit');
    input.dispatchEvent(new Event('change'));
    await exit;
    expect(element.outputText).toBe('picked\n');
  });
});

describe('back', () => {
  test('goes back to the stop before, and tells nothing twice', async () => {
    const element = machine(hello({ err: 'and an error\n' }), 'pause-at="greet leave" trace="syscall"');
    const output: string[] = [];
    element.addEventListener('ring3-stdout', ({ detail }) => output.push(text(detail.data)));
    const stages = collect(element, 'ring3-stage');
    const syscalls = collect(element, 'ring3-syscall');
    const run = element.run();
    const at = (spec: string): Promise<unknown> => next(element, 'ring3-statechange', ({ detail }) => detail.stop?.spec === spec);
    await at('greet');
    const first = element.stop!;
    void element.run();
    await at('leave');
    await until(() => element.outputText === 'Hello from Ring3\nand an error\n');
    const later = element.stop!;
    // Stages are told frame by frame: those before the stop may come after it.
    await until(() => stages.at(-1)?.stage === 'execve_return');
    const told = stages.length;
    expect(await element.back()).toMatchObject({ ip: first.ip, icount: first.icount });
    expect(element.state).toBe('paused');
    await until(() => element.outputText === '');
    expect(await element.step()).toMatchObject({ icount: first.icount + 1 });
    await element.updateComplete;
    part(element, 'back-button')!.click();
    await until(() => element.stop?.icount === first.icount);
    void element.run();
    await at('leave');
    expect(element.stop).toMatchObject({ ip: later.ip, icount: later.icount });
    void element.run();
    expect((await run).code).toBe(0);
    expect(output.join('')).toBe('Hello from Ring3\n');
    expect(element.outputText).toBe('Hello from Ring3\nand an error\n');
    expect(stages.length).toBe(told);
    expect(syscalls.flatMap(({ records }) => records).filter(({ event }) => event === 'syscalls:sys_enter')).toHaveLength(4);
  });

  test('with input', async () => {
    const element = machine(cat(), 'clock="virtual"');
    const run = element.run();
    await element.write('one ');
    await until(() => element.outputText === 'one ');
    await element.pause();
    const { icount } = element.stop!;
    element.pauseAt = 'syscall:write';
    await element.updateComplete;
    void element.run();
    const stopped = next(element, 'ring3-statechange', ({ detail }) => detail.stop?.spec === 'syscall:write');
    await element.write('two');
    await stopped;
    expect(await element.back()).toMatchObject({ icount });
    await until(() => element.outputText === 'one ');
    element.pauseAt = null;
    await element.updateComplete;
    void element.run();
    await element.write('three');
    await element.writeEnd();
    expect((await run).code).toBe(0);
    expect(element.outputText).toBe('one three');
  });

  test('stdin as an attribute', async () => {
    const element = machine(cat(), 'stdin="given" pause-at="syscall:write"');
    const run = element.run();
    await next(element, 'ring3-statechange', ({ detail }) => detail.state === 'paused');
    void element.run();
    expect((await run).code).toBe(0);
    expect(element.outputText).toBe('given');
  });

  test('a run with a real clock cannot, and says what would help', async () => {
    const element = machine(sleep());
    void element.run().catch(() => {});
    await next(element, 'ring3-stdout');
    await element.pause();
    await expect(element.back()).rejects.toThrow('set clock="virtual"');
    await element.updateComplete;
    expect(part(element, 'back-button')).toBe(null);
  });

  test('nothing to go back to', async () => {
    const element = machine(hello());
    await element.step();
    await expect(element.back()).rejects.toMatchObject({ id: 'bad-option' });
  });
});
