import { Limit } from '@ring3/abi';
import type { Kernel } from '../kernel.js';
import { ENOENT } from '../errno.js';
import { strncpyFromUser } from '../mm/uaccess.js';

/** A path argument. Linux: getname. @throws EFAULT ENAMETOOLONG @throws ENOENT empty */
export function userPath(k: Kernel, va: number): string {
  const path = strncpyFromUser(k, va, Limit.PATH_MAX);
  if (path === '') throw ENOENT;
  return path;
}

/** The same, where AT_EMPTY_PATH may allow an empty one. Linux: getname_flags. */
export function userPathOrEmpty(k: Kernel, va: number): string {
  return strncpyFromUser(k, va, Limit.PATH_MAX);
}
