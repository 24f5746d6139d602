import { Cpu } from '../../../../abi/src/machine/cpu-state';
import { Status } from '../../../../abi/src/machine/exits';
import { reg, setReg } from '../../cpu/operands';
import { fault, rd, wr, wrDone } from '../../mmu/access';
import { advance, counter, isBackward, isRepeated, mostElements, pauseRepeated, sourceAddress, stretch } from './string';

function moveOne<T>(u: u32, step: i64): bool {
  const from = rd(sourceAddress(u), sizeof<T>());
  if (!from) return false;
  const value = load<T>(from);
  const to = wr(counter(u, Cpu.Rdi), sizeof<T>());
  if (!to) return false;
  store<T>(to, value);
  wrDone(to);
  advance(u, Cpu.Rsi, step);
  advance(u, Cpu.Rdi, step);
  return true;
}

/** Copies upwards, element by element where the target begins inside the source. */
function copy<T>(to: u32, from: u32, bytes: u32): void {
  if (to - from >= bytes) {
    memory.copy(to, from, bytes);
    return;
  }
  for (let i: u32 = 0; i < bytes; i += sizeof<T>()) store<T>(to + i, load<T>(from + i));
}

export function movs<T>(u: u32): i32 {
  const step: i64 = isBackward() ? -(<i64>sizeof<T>()) : sizeof<T>();
  if (!isRepeated(u)) return moveOne<T>(u, step) ? Status.Next : fault();
  const most = mostElements();
  let done: u32 = 0;
  while (true) {
    const left = counter(u, Cpu.Rcx);
    if (!left) return Status.Next;
    if (done >= most) return pauseRepeated();
    const source = sourceAddress(u);
    const target = counter(u, Cpu.Rdi);
    let n: u32 = 0;
    if (step > 0 && most > 1) n = min(stretch(source, sizeof<T>(), left), stretch(target, sizeof<T>(), left));
    if (n < 2) {
      if (!moveOne<T>(u, step)) return fault();
      n = 1;
    } else {
      const bytes = n * sizeof<T>();
      const from = rd(source, bytes);
      if (!from) return fault();
      const to = wr(target, bytes);
      if (!to) return fault();
      copy<T>(to, from, bytes);
      advance(u, Cpu.Rsi, bytes);
      advance(u, Cpu.Rdi, bytes);
    }
    advance(u, Cpu.Rcx, -(<i64>n));
    done += n;
  }
}

function storeOne<T>(u: u32, step: i64): bool {
  const to = wr(counter(u, Cpu.Rdi), sizeof<T>());
  if (!to) return false;
  store<T>(to, reg<T>(Cpu.Rax));
  wrDone(to);
  advance(u, Cpu.Rdi, step);
  return true;
}

export function stos<T>(u: u32): i32 {
  const step: i64 = isBackward() ? -(<i64>sizeof<T>()) : sizeof<T>();
  if (!isRepeated(u)) return storeOne<T>(u, step) ? Status.Next : fault();
  const value = reg<T>(Cpu.Rax);
  const oneByte = value == <T>((<u64>value & 0xff) * 0x0101_0101_0101_0101);
  const most = mostElements();
  let done: u32 = 0;
  while (true) {
    const left = counter(u, Cpu.Rcx);
    if (!left) return Status.Next;
    if (done >= most) return pauseRepeated();
    const target = counter(u, Cpu.Rdi);
    let n: u32 = step > 0 && most > 1 ? stretch(target, sizeof<T>(), left) : 0;
    if (n < 2) {
      if (!storeOne<T>(u, step)) return fault();
      n = 1;
    } else {
      const bytes = n * sizeof<T>();
      const to = wr(target, bytes);
      if (!to) return fault();
      if (oneByte) memory.fill(to, <u8>value, bytes);
      else for (let i: u32 = 0; i < bytes; i += sizeof<T>()) store<T>(to + i, value);
      advance(u, Cpu.Rdi, bytes);
    }
    advance(u, Cpu.Rcx, -(<i64>n));
    done += n;
  }
}

export function lods<T>(u: u32): i32 {
  const step: i64 = isBackward() ? -(<i64>sizeof<T>()) : sizeof<T>();
  const repeated = isRepeated(u);
  const most = mostElements();
  let done: u32 = 0;
  while (true) {
    if (repeated && !counter(u, Cpu.Rcx)) return Status.Next;
    if (done >= most) return pauseRepeated();
    const from = rd(sourceAddress(u), sizeof<T>());
    if (!from) return fault();
    setReg<T>(Cpu.Rax, load<T>(from));
    advance(u, Cpu.Rsi, step);
    if (!repeated) return Status.Next;
    advance(u, Cpu.Rcx, -1);
    done++;
  }
}
