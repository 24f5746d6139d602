import { table } from '../flags.js';

/** Sockets (include/linux/socket.h, uapi linux/net.h, uapi linux/in.h). */

export const families = table(
  'AF_???',
  [0, 'AF_UNSPEC'],
  [1, 'AF_UNIX'],
  [2, 'AF_INET'],
  [10, 'AF_INET6'],
  [15, 'AF_KEY'],
  [16, 'AF_NETLINK'],
  [17, 'AF_PACKET'],
  [38, 'AF_ALG'],
  [40, 'AF_VSOCK'],
);

export const Family = { Unix: 1, Inet: 2, Inet6: 10, Netlink: 16 } as const;

export const socketTypes = table(
  'SOCK_???',
  [1, 'SOCK_STREAM'],
  [2, 'SOCK_DGRAM'],
  [3, 'SOCK_RAW'],
  [4, 'SOCK_RDM'],
  [5, 'SOCK_SEQPACKET'],
  [6, 'SOCK_DCCP'],
  [10, 'SOCK_PACKET'],
);

export const socketBits = table('SOCK_???', [0o2000000, 'SOCK_CLOEXEC'], [0o4000, 'SOCK_NONBLOCK']);

export const inetProtocols = table(
  'IPPROTO_???',
  [0, 'IPPROTO_IP'],
  [1, 'IPPROTO_ICMP'],
  [6, 'IPPROTO_TCP'],
  [17, 'IPPROTO_UDP'],
  [41, 'IPPROTO_IPV6'],
  [58, 'IPPROTO_ICMPV6'],
  [136, 'IPPROTO_UDPLITE'],
  [255, 'IPPROTO_RAW'],
);

export const netlinkProtocols = table(
  'NETLINK_???',
  [0, 'NETLINK_ROUTE'],
  [4, 'NETLINK_SOCK_DIAG'],
  [9, 'NETLINK_AUDIT'],
  [15, 'NETLINK_KOBJECT_UEVENT'],
  [16, 'NETLINK_GENERIC'],
);

export const messageBits = table(
  'MSG_???',
  [0x1, 'MSG_OOB'],
  [0x2, 'MSG_PEEK'],
  [0x4, 'MSG_DONTROUTE'],
  [0x8, 'MSG_CTRUNC'],
  [0x20, 'MSG_TRUNC'],
  [0x40, 'MSG_DONTWAIT'],
  [0x80, 'MSG_EOR'],
  [0x100, 'MSG_WAITALL'],
  [0x4000, 'MSG_NOSIGNAL'],
  [0x8000, 'MSG_MORE'],
  [0x1_0000, 'MSG_WAITFORONE'],
  [0x4000_0000, 'MSG_CMSG_CLOEXEC'],
);

export const shutdownHow = table('SHUT_???', [0, 'SHUT_RD'], [1, 'SHUT_WR'], [2, 'SHUT_RDWR']);

export const optionLevels = table('SOL_???', [0, 'SOL_IP'], [1, 'SOL_SOCKET'], [6, 'SOL_TCP'], [17, 'SOL_UDP'], [41, 'SOL_IPV6']);

export const socketOptions = table(
  'SO_???',
  [2, 'SO_REUSEADDR'],
  [3, 'SO_TYPE'],
  [4, 'SO_ERROR'],
  [5, 'SO_DONTROUTE'],
  [6, 'SO_BROADCAST'],
  [7, 'SO_SNDBUF'],
  [8, 'SO_RCVBUF'],
  [9, 'SO_KEEPALIVE'],
  [10, 'SO_OOBINLINE'],
  [13, 'SO_LINGER'],
  [15, 'SO_REUSEPORT'],
  [16, 'SO_PASSCRED'],
  [17, 'SO_PEERCRED'],
  [18, 'SO_RCVLOWAT'],
  [20, 'SO_RCVTIMEO_OLD'],
  [21, 'SO_SNDTIMEO_OLD'],
  [30, 'SO_ACCEPTCONN'],
  [38, 'SO_PROTOCOL'],
  [39, 'SO_DOMAIN'],
);

export const tcpOptions = table(
  'TCP_???',
  [1, 'TCP_NODELAY'],
  [2, 'TCP_MAXSEG'],
  [3, 'TCP_CORK'],
  [4, 'TCP_KEEPIDLE'],
  [5, 'TCP_KEEPINTVL'],
  [6, 'TCP_KEEPCNT'],
);
