/** What uname(2), /proc/version and /proc/sys/kernel say: the kernel that is modelled. The host name is KernelOptions.hostname. */
export const UTS = {
  sysname: 'Linux',
  release: '5.4.0',
  version: '#1 SMP Ring3',
  machine: 'x86_64',
  domainname: '(none)',
} as const;
