import { Status } from '../../../../abi/src/machine/exits';
import {
  f32_add, f32_div, f32_max, f32_min, f32_mul, f32_sqrt, f32_sub, f64_add, f64_div, f64_max, f64_min, f64_mul, f64_sqrt, f64_sub,
} from '../../fpu/softfloat';
import { begin, commit, floatingPointException } from './mxcsr';

/** Arithmetic in integers, with every mode and flag: where the fast paths do not reach. */
export const enum Operation {
  Add = 0,
  Sub = 1,
  Mul = 2,
  Div = 3,
  Min = 4,
  Max = 5,
  Sqrt = 6,
}

/** The element at `d` becomes d ∘ s, T = f32 or f64. Status of the instruction. */
export function softScalar<T>(operation: Operation, d: usize, s: usize): i32 {
  begin();
  if (sizeof<T>() == 4) {
    const r = compute32(operation, load<u32>(d), load<u32>(s));
    if (!commit()) return floatingPointException();
    store<u32>(d, r);
  } else {
    const r = compute64(operation, load<u64>(d), load<u64>(s));
    if (!commit()) return floatingPointException();
    store<u64>(d, r);
  }
  return Status.Next;
}

/** The register at `d` becomes d ∘ s, element by element. */
export function softPacked<T>(operation: Operation, d: usize, s: usize): i32 {
  begin();
  if (sizeof<T>() == 4) {
    const r0 = compute32(operation, load<u32>(d), load<u32>(s));
    const r1 = compute32(operation, load<u32>(d, 4), load<u32>(s, 4));
    const r2 = compute32(operation, load<u32>(d, 8), load<u32>(s, 8));
    const r3 = compute32(operation, load<u32>(d, 12), load<u32>(s, 12));
    if (!commit()) return floatingPointException();
    store<u32>(d, r0);
    store<u32>(d, r1, 4);
    store<u32>(d, r2, 8);
    store<u32>(d, r3, 12);
  } else {
    const r0 = compute64(operation, load<u64>(d), load<u64>(s));
    const r1 = compute64(operation, load<u64>(d, 8), load<u64>(s, 8));
    if (!commit()) return floatingPointException();
    store<u64>(d, r0);
    store<u64>(d, r1, 8);
  }
  return Status.Next;
}

function compute32(operation: Operation, a: u32, b: u32): u32 {
  switch (operation) {
    case Operation.Add:
      return f32_add(a, b);
    case Operation.Sub:
      return f32_sub(a, b);
    case Operation.Mul:
      return f32_mul(a, b);
    case Operation.Div:
      return f32_div(a, b);
    case Operation.Min:
      return f32_min(a, b);
    case Operation.Max:
      return f32_max(a, b);
    default:
      return f32_sqrt(b);
  }
}

function compute64(operation: Operation, a: u64, b: u64): u64 {
  switch (operation) {
    case Operation.Add:
      return f64_add(a, b);
    case Operation.Sub:
      return f64_sub(a, b);
    case Operation.Mul:
      return f64_mul(a, b);
    case Operation.Div:
      return f64_div(a, b);
    case Operation.Min:
      return f64_min(a, b);
    case Operation.Max:
      return f64_max(a, b);
    default:
      return f64_sqrt(b);
  }
}
