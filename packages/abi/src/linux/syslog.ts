/** Commands of syslog(2): include/linux/syslog.h. */
export const enum SyslogAction {
  Read = 2,
  ReadAll = 3,
  ReadClear = 4,
  ConsoleLevel = 8,
  SizeBuffer = 10,
}
