const names = [
  'cpu',
  'fsize',
  'data',
  'stack',
  'core',
  'rss',
  'nproc',
  'nofile',
  'memlock',
  'as',
  'locks',
  'sigpending',
  'msgqueue',
  'nice',
  'rtprio',
  'rttime',
] as const;

/** Names of RLIMIT_* as --ulimit takes them, by number (docker's and prlimit's). */
export const RLIMIT_NAMES: readonly string[] = names;
export type RlimitName = (typeof names)[number];
