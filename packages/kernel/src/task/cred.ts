import { registerState } from '../state.js';

/** struct cred. Replaced as a whole (copy, change, commit), so that holders of the old one keep what they saw. */
export class Cred {
  uid = 0;
  gid = 0;
  euid = 0;
  egid = 0;
  suid = 0;
  sgid = 0;
  fsuid = 0;
  fsgid = 0;
  groups: number[] = [];
  /** Capability sets, one bit per CAP_*; all 38 of 5.4 for root. */
  capEffective = 0n;
  capPermitted = 0n;
  capInheritable = 0n;
  capBounding = 0n;
  capAmbient = 0n;
  securebits = 0;

  clone(): Cred {
    const copy = Object.assign(new Cred(), this);
    copy.groups = [...this.groups];
    return copy;
  }

  hasGroup(gid: number): boolean {
    return this.fsgid === gid || this.groups.includes(gid);
  }

  capable(cap: number): boolean {
    return (this.capEffective & (1n << BigInt(cap))) !== 0n;
  }
}
registerState('Cred', Cred);
