import { Poll } from '@ring3/abi';
import { table } from '../flags.js';

export const pollBits = table(
  'POLL???',
  [Poll.IN, 'POLLIN'],
  [Poll.PRI, 'POLLPRI'],
  [Poll.OUT, 'POLLOUT'],
  [Poll.ERR, 'POLLERR'],
  [Poll.HUP, 'POLLHUP'],
  [Poll.NVAL, 'POLLNVAL'],
  [Poll.RDNORM, 'POLLRDNORM'],
  [Poll.RDBAND, 'POLLRDBAND'],
  [Poll.WRNORM, 'POLLWRNORM'],
  [Poll.WRBAND, 'POLLWRBAND'],
  [Poll.MSG, 'POLLMSG'],
  [Poll.RDHUP, 'POLLRDHUP'],
);
