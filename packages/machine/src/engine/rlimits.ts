/** Names of RLIMIT_* as --ulimit takes them, by number (docker's and prlimit's). */
export const RLIMIT_NAMES: readonly string[] = [
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
];
