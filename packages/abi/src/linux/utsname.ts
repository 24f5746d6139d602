/** struct new_utsname: six fields of 65 bytes (uapi linux/utsname.h). */
export const enum UtsName {
  FieldBytes = 65,
  SysName = 0,
  NodeName = 65,
  Release = 130,
  Version = 195,
  Machine = 260,
  DomainName = 325,
  Bytes = 390,
  /** Longest host or domain name. */
  MaxName = 64,
}

/** struct sysinfo (uapi linux/sysinfo.h), 112 bytes. */
export const enum SysInfo {
  Uptime = 0,
  Loads = 8,
  TotalRam = 32,
  FreeRam = 40,
  SharedRam = 48,
  BufferRam = 56,
  TotalSwap = 64,
  FreeSwap = 72,
  Procs = 80,
  TotalHigh = 88,
  FreeHigh = 96,
  MemUnit = 104,
  Bytes = 112,
}

/** getrandom's flags (uapi linux/random.h). */
export const enum GetRandom {
  NonBlock = 1,
  Random = 2,
}
