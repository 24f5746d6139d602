import { Fcntl } from '@ring3/abi';
import { table } from '../flags.js';

export const fcntlCommands = table(
  'F_???',
  [Fcntl.DUPFD, 'F_DUPFD'],
  [Fcntl.GETFD, 'F_GETFD'],
  [Fcntl.SETFD, 'F_SETFD'],
  [Fcntl.GETFL, 'F_GETFL'],
  [Fcntl.SETFL, 'F_SETFL'],
  [Fcntl.GETLK, 'F_GETLK'],
  [Fcntl.SETLK, 'F_SETLK'],
  [Fcntl.SETLKW, 'F_SETLKW'],
  [Fcntl.SETOWN, 'F_SETOWN'],
  [Fcntl.GETOWN, 'F_GETOWN'],
  [Fcntl.SETSIG, 'F_SETSIG'],
  [Fcntl.GETSIG, 'F_GETSIG'],
  [Fcntl.SETOWN_EX, 'F_SETOWN_EX'],
  [Fcntl.GETOWN_EX, 'F_GETOWN_EX'],
  [Fcntl.GETOWNER_UIDS, 'F_GETOWNER_UIDS'],
  [Fcntl.OFD_GETLK, 'F_OFD_GETLK'],
  [Fcntl.OFD_SETLK, 'F_OFD_SETLK'],
  [Fcntl.OFD_SETLKW, 'F_OFD_SETLKW'],
  [Fcntl.SETLEASE, 'F_SETLEASE'],
  [Fcntl.GETLEASE, 'F_GETLEASE'],
  [Fcntl.NOTIFY, 'F_NOTIFY'],
  [Fcntl.DUPFD_CLOEXEC, 'F_DUPFD_CLOEXEC'],
  [Fcntl.SETPIPE_SZ, 'F_SETPIPE_SZ'],
  [Fcntl.GETPIPE_SZ, 'F_GETPIPE_SZ'],
  [Fcntl.ADD_SEALS, 'F_ADD_SEALS'],
  [Fcntl.GET_SEALS, 'F_GET_SEALS'],
  [Fcntl.GET_RW_HINT, 'F_GET_RW_HINT'],
  [Fcntl.SET_RW_HINT, 'F_SET_RW_HINT'],
  [Fcntl.GET_FILE_RW_HINT, 'F_GET_FILE_RW_HINT'],
  [Fcntl.SET_FILE_RW_HINT, 'F_SET_FILE_RW_HINT'],
);

export const fdBits = table('FD_???', [1, 'FD_CLOEXEC']);
