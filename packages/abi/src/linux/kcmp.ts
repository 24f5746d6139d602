/** What kcmp(2) compares: uapi linux/kcmp.h. */
export const enum Kcmp {
  FILE = 0,
  VM = 1,
  FILES = 2,
  FS = 3,
  SIGHAND = 4,
  IO = 5,
  SYSVSEM = 6,
  EPOLL_TFD = 7,
}
