import { ErrorNumber } from '@ring3/abi';

/**
 * The one error value of the kernel: thrown by whoever notices, turned into −errno by syscalls/dispatch.ts alone. One shared
 * instance per number and no stack trace, so that throwing is cheap enough for EAGAIN.
 */
export class Errno {
  constructor(
    readonly code: number,
    readonly name: string,
  ) {}
  toString(): string {
    return this.name;
  }
}

const byCode = new Map<number, Errno>();

function define(code: number, name: string): Errno {
  const error = new Errno(code, name);
  byCode.set(code, error);
  return error;
}

/** The shared instance for a number. @throws RangeError for a number that Linux does not have. */
export function errnoOf(code: number): Errno {
  const error = byCode.get(code);
  if (!error) throw new RangeError(`no errno ${code}`);
  return error;
}

export const EPERM = define(ErrorNumber.EPERM, 'EPERM');
export const ENOENT = define(ErrorNumber.ENOENT, 'ENOENT');
export const ESRCH = define(ErrorNumber.ESRCH, 'ESRCH');
export const EINTR = define(ErrorNumber.EINTR, 'EINTR');
export const EIO = define(ErrorNumber.EIO, 'EIO');
export const ENXIO = define(ErrorNumber.ENXIO, 'ENXIO');
export const E2BIG = define(ErrorNumber.E2BIG, 'E2BIG');
export const ENOEXEC = define(ErrorNumber.ENOEXEC, 'ENOEXEC');
export const EBADF = define(ErrorNumber.EBADF, 'EBADF');
export const ECHILD = define(ErrorNumber.ECHILD, 'ECHILD');
export const EAGAIN = define(ErrorNumber.EAGAIN, 'EAGAIN');
export const ENOMEM = define(ErrorNumber.ENOMEM, 'ENOMEM');
export const EACCES = define(ErrorNumber.EACCES, 'EACCES');
export const EFAULT = define(ErrorNumber.EFAULT, 'EFAULT');
export const ENOTBLK = define(ErrorNumber.ENOTBLK, 'ENOTBLK');
export const EBUSY = define(ErrorNumber.EBUSY, 'EBUSY');
export const EEXIST = define(ErrorNumber.EEXIST, 'EEXIST');
export const EXDEV = define(ErrorNumber.EXDEV, 'EXDEV');
export const ENODEV = define(ErrorNumber.ENODEV, 'ENODEV');
export const ENOTDIR = define(ErrorNumber.ENOTDIR, 'ENOTDIR');
export const EISDIR = define(ErrorNumber.EISDIR, 'EISDIR');
export const EINVAL = define(ErrorNumber.EINVAL, 'EINVAL');
export const ENFILE = define(ErrorNumber.ENFILE, 'ENFILE');
export const EMFILE = define(ErrorNumber.EMFILE, 'EMFILE');
export const ENOTTY = define(ErrorNumber.ENOTTY, 'ENOTTY');
export const ETXTBSY = define(ErrorNumber.ETXTBSY, 'ETXTBSY');
export const EFBIG = define(ErrorNumber.EFBIG, 'EFBIG');
export const ENOSPC = define(ErrorNumber.ENOSPC, 'ENOSPC');
export const ESPIPE = define(ErrorNumber.ESPIPE, 'ESPIPE');
export const EROFS = define(ErrorNumber.EROFS, 'EROFS');
export const EMLINK = define(ErrorNumber.EMLINK, 'EMLINK');
export const EPIPE = define(ErrorNumber.EPIPE, 'EPIPE');
export const EDOM = define(ErrorNumber.EDOM, 'EDOM');
export const ERANGE = define(ErrorNumber.ERANGE, 'ERANGE');
export const EDEADLK = define(ErrorNumber.EDEADLK, 'EDEADLK');
export const ENAMETOOLONG = define(ErrorNumber.ENAMETOOLONG, 'ENAMETOOLONG');
export const ENOLCK = define(ErrorNumber.ENOLCK, 'ENOLCK');
export const ENOSYS = define(ErrorNumber.ENOSYS, 'ENOSYS');
export const ENOTEMPTY = define(ErrorNumber.ENOTEMPTY, 'ENOTEMPTY');
export const ELOOP = define(ErrorNumber.ELOOP, 'ELOOP');
export const ENOMSG = define(ErrorNumber.ENOMSG, 'ENOMSG');
export const EIDRM = define(ErrorNumber.EIDRM, 'EIDRM');
export const ECHRNG = define(ErrorNumber.ECHRNG, 'ECHRNG');
export const EL2NSYNC = define(ErrorNumber.EL2NSYNC, 'EL2NSYNC');
export const EL3HLT = define(ErrorNumber.EL3HLT, 'EL3HLT');
export const EL3RST = define(ErrorNumber.EL3RST, 'EL3RST');
export const ELNRNG = define(ErrorNumber.ELNRNG, 'ELNRNG');
export const EUNATCH = define(ErrorNumber.EUNATCH, 'EUNATCH');
export const ENOCSI = define(ErrorNumber.ENOCSI, 'ENOCSI');
export const EL2HLT = define(ErrorNumber.EL2HLT, 'EL2HLT');
export const EBADE = define(ErrorNumber.EBADE, 'EBADE');
export const EBADR = define(ErrorNumber.EBADR, 'EBADR');
export const EXFULL = define(ErrorNumber.EXFULL, 'EXFULL');
export const ENOANO = define(ErrorNumber.ENOANO, 'ENOANO');
export const EBADRQC = define(ErrorNumber.EBADRQC, 'EBADRQC');
export const EBADSLT = define(ErrorNumber.EBADSLT, 'EBADSLT');
export const EBFONT = define(ErrorNumber.EBFONT, 'EBFONT');
export const ENOSTR = define(ErrorNumber.ENOSTR, 'ENOSTR');
export const ENODATA = define(ErrorNumber.ENODATA, 'ENODATA');
export const ETIME = define(ErrorNumber.ETIME, 'ETIME');
export const ENOSR = define(ErrorNumber.ENOSR, 'ENOSR');
export const ENONET = define(ErrorNumber.ENONET, 'ENONET');
export const ENOPKG = define(ErrorNumber.ENOPKG, 'ENOPKG');
export const EREMOTE = define(ErrorNumber.EREMOTE, 'EREMOTE');
export const ENOLINK = define(ErrorNumber.ENOLINK, 'ENOLINK');
export const EADV = define(ErrorNumber.EADV, 'EADV');
export const ESRMNT = define(ErrorNumber.ESRMNT, 'ESRMNT');
export const ECOMM = define(ErrorNumber.ECOMM, 'ECOMM');
export const EPROTO = define(ErrorNumber.EPROTO, 'EPROTO');
export const EMULTIHOP = define(ErrorNumber.EMULTIHOP, 'EMULTIHOP');
export const EDOTDOT = define(ErrorNumber.EDOTDOT, 'EDOTDOT');
export const EBADMSG = define(ErrorNumber.EBADMSG, 'EBADMSG');
export const EOVERFLOW = define(ErrorNumber.EOVERFLOW, 'EOVERFLOW');
export const ENOTUNIQ = define(ErrorNumber.ENOTUNIQ, 'ENOTUNIQ');
export const EBADFD = define(ErrorNumber.EBADFD, 'EBADFD');
export const EREMCHG = define(ErrorNumber.EREMCHG, 'EREMCHG');
export const ELIBACC = define(ErrorNumber.ELIBACC, 'ELIBACC');
export const ELIBBAD = define(ErrorNumber.ELIBBAD, 'ELIBBAD');
export const ELIBSCN = define(ErrorNumber.ELIBSCN, 'ELIBSCN');
export const ELIBMAX = define(ErrorNumber.ELIBMAX, 'ELIBMAX');
export const ELIBEXEC = define(ErrorNumber.ELIBEXEC, 'ELIBEXEC');
export const EILSEQ = define(ErrorNumber.EILSEQ, 'EILSEQ');
export const ERESTART = define(ErrorNumber.ERESTART, 'ERESTART');
export const ESTRPIPE = define(ErrorNumber.ESTRPIPE, 'ESTRPIPE');
export const EUSERS = define(ErrorNumber.EUSERS, 'EUSERS');
export const ENOTSOCK = define(ErrorNumber.ENOTSOCK, 'ENOTSOCK');
export const EDESTADDRREQ = define(ErrorNumber.EDESTADDRREQ, 'EDESTADDRREQ');
export const EMSGSIZE = define(ErrorNumber.EMSGSIZE, 'EMSGSIZE');
export const EPROTOTYPE = define(ErrorNumber.EPROTOTYPE, 'EPROTOTYPE');
export const ENOPROTOOPT = define(ErrorNumber.ENOPROTOOPT, 'ENOPROTOOPT');
export const EPROTONOSUPPORT = define(ErrorNumber.EPROTONOSUPPORT, 'EPROTONOSUPPORT');
export const ESOCKTNOSUPPORT = define(ErrorNumber.ESOCKTNOSUPPORT, 'ESOCKTNOSUPPORT');
export const EOPNOTSUPP = define(ErrorNumber.EOPNOTSUPP, 'EOPNOTSUPP');
export const EPFNOSUPPORT = define(ErrorNumber.EPFNOSUPPORT, 'EPFNOSUPPORT');
export const EAFNOSUPPORT = define(ErrorNumber.EAFNOSUPPORT, 'EAFNOSUPPORT');
export const EADDRINUSE = define(ErrorNumber.EADDRINUSE, 'EADDRINUSE');
export const EADDRNOTAVAIL = define(ErrorNumber.EADDRNOTAVAIL, 'EADDRNOTAVAIL');
export const ENETDOWN = define(ErrorNumber.ENETDOWN, 'ENETDOWN');
export const ENETUNREACH = define(ErrorNumber.ENETUNREACH, 'ENETUNREACH');
export const ENETRESET = define(ErrorNumber.ENETRESET, 'ENETRESET');
export const ECONNABORTED = define(ErrorNumber.ECONNABORTED, 'ECONNABORTED');
export const ECONNRESET = define(ErrorNumber.ECONNRESET, 'ECONNRESET');
export const ENOBUFS = define(ErrorNumber.ENOBUFS, 'ENOBUFS');
export const EISCONN = define(ErrorNumber.EISCONN, 'EISCONN');
export const ENOTCONN = define(ErrorNumber.ENOTCONN, 'ENOTCONN');
export const ESHUTDOWN = define(ErrorNumber.ESHUTDOWN, 'ESHUTDOWN');
export const ETOOMANYREFS = define(ErrorNumber.ETOOMANYREFS, 'ETOOMANYREFS');
export const ETIMEDOUT = define(ErrorNumber.ETIMEDOUT, 'ETIMEDOUT');
export const ECONNREFUSED = define(ErrorNumber.ECONNREFUSED, 'ECONNREFUSED');
export const EHOSTDOWN = define(ErrorNumber.EHOSTDOWN, 'EHOSTDOWN');
export const EHOSTUNREACH = define(ErrorNumber.EHOSTUNREACH, 'EHOSTUNREACH');
export const EALREADY = define(ErrorNumber.EALREADY, 'EALREADY');
export const EINPROGRESS = define(ErrorNumber.EINPROGRESS, 'EINPROGRESS');
export const ESTALE = define(ErrorNumber.ESTALE, 'ESTALE');
export const EUCLEAN = define(ErrorNumber.EUCLEAN, 'EUCLEAN');
export const ENOTNAM = define(ErrorNumber.ENOTNAM, 'ENOTNAM');
export const ENAVAIL = define(ErrorNumber.ENAVAIL, 'ENAVAIL');
export const EISNAM = define(ErrorNumber.EISNAM, 'EISNAM');
export const EREMOTEIO = define(ErrorNumber.EREMOTEIO, 'EREMOTEIO');
export const EDQUOT = define(ErrorNumber.EDQUOT, 'EDQUOT');
export const ENOMEDIUM = define(ErrorNumber.ENOMEDIUM, 'ENOMEDIUM');
export const EMEDIUMTYPE = define(ErrorNumber.EMEDIUMTYPE, 'EMEDIUMTYPE');
export const ECANCELED = define(ErrorNumber.ECANCELED, 'ECANCELED');
export const ENOKEY = define(ErrorNumber.ENOKEY, 'ENOKEY');
export const EKEYEXPIRED = define(ErrorNumber.EKEYEXPIRED, 'EKEYEXPIRED');
export const EKEYREVOKED = define(ErrorNumber.EKEYREVOKED, 'EKEYREVOKED');
export const EKEYREJECTED = define(ErrorNumber.EKEYREJECTED, 'EKEYREJECTED');
export const EOWNERDEAD = define(ErrorNumber.EOWNERDEAD, 'EOWNERDEAD');
export const ENOTRECOVERABLE = define(ErrorNumber.ENOTRECOVERABLE, 'ENOTRECOVERABLE');
export const ERFKILL = define(ErrorNumber.ERFKILL, 'ERFKILL');
export const EHWPOISON = define(ErrorNumber.EHWPOISON, 'EHWPOISON');

/** Restart codes: resolved on the way back to user mode (signal/deliver.ts), never seen by it. Linux: include/linux/errno.h. */
export const ERESTARTSYS = define(ErrorNumber.ERESTARTSYS, 'ERESTARTSYS');
export const ERESTARTNOINTR = define(ErrorNumber.ERESTARTNOINTR, 'ERESTARTNOINTR');
export const ERESTARTNOHAND = define(ErrorNumber.ERESTARTNOHAND, 'ERESTARTNOHAND');
export const ERESTART_RESTARTBLOCK = define(ErrorNumber.ERESTART_RESTARTBLOCK, 'ERESTART_RESTARTBLOCK');
