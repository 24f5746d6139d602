/**
 * Floating point in integers, for results and flags that WebAssembly's own operations do not give: other rounding modes,
 * exception flags, x86's NaNs, and the 80-bit format. Bits in, bits out; modes and flags are the globals of state.ts.
 */
export { Fe, Rounding, sfBegin, sfDaz, sfFlags, sfFtz, sfMasks, sfPrecision, sfReported, sfRound } from './state';
export {
  f32_add, f32_compare, f32_div, f32_eq, f32_isNaN, f32_isSignaling, f32_le, f32_lt, f32_max, f32_min, f32_mul, f32_sqrt, f32_sub, f32_unordered,
} from './f32';
export {
  f64_add, f64_compare, f64_div, f64_eq, f64_isNaN, f64_isSignaling, f64_le, f64_lt, f64_max, f64_min, f64_mul, f64_sqrt, f64_sub, f64_unordered,
} from './f64';
export {
  f32_roundToIntegral, f32_to_f64, f32_to_i32, f32_to_i32_trunc, f32_to_i64, f32_to_i64_trunc, f64_roundToIntegral, f64_to_f32, f64_to_i32,
  f64_to_i32_trunc, f64_to_i64, f64_to_i64_trunc, i32_to_f32, i32_to_f64, i64_to_f32, i64_to_f64,
} from './convert';
