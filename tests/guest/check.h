// What the guest tests share: a call printed with its result or its error's name, a child printed with how it ended.
#pragma once
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PAGE 4096

__attribute__((unused)) static const char *error_name(int error) {
  const char *name = strerrorname_np(error);
  return name ? name : "0";
}

/** Prints the call and its number, or its errno. */
#define SHOW(call) \
  do { \
    errno = 0; \
    long result_ = (long)(call); \
    if (result_ == -1 && errno) printf("%s: %s\n", #call, error_name(errno)); \
    else printf("%s: %ld\n", #call, result_); \
  } while (0)

/** Prints the call and ok, or its errno: for results that differ from run to run. */
#define OK(call) \
  do { \
    errno = 0; \
    long result_ = (long)(call); \
    if (result_ == -1 && errno) printf("%s: %s\n", #call, error_name(errno)); \
    else printf("%s: ok\n", #call); \
  } while (0)

/** A raw system call's or pthread function's result: 0, a number, or the name of its error. */
__attribute__((unused)) static const char *error_of(int result) { return result == 0 ? "0" : error_name(result < 0 ? -result : result); }

__attribute__((unused)) static void show_status(const char *what, int status) {
  if (WIFEXITED(status)) printf("%s: exited %d\n", what, WEXITSTATUS(status));
  else if (WIFSIGNALED(status)) printf("%s: killed by %d\n", what, WTERMSIG(status));
  else if (WIFSTOPPED(status)) printf("%s: stopped by %d\n", what, WSTOPSIG(status));
  else if (WIFCONTINUED(status)) printf("%s: continued\n", what);
  else printf("%s: status %#x\n", what, status);
}

/** Runs the statements in a child without core dumps and prints how it ended. */
#define CHILD(name, ...) \
  do { \
    fflush(stdout); \
    pid_t child_ = fork(); \
    if (child_ == 0) { \
      struct rlimit none_ = {0, 0}; \
      setrlimit(RLIMIT_CORE, &none_); \
      { __VA_ARGS__; } \
      fflush(stdout); \
      _exit(0); \
    } \
    int status_; \
    while (waitpid(child_, &status_, 0) < 0 && errno == EINTR) {} \
    show_status(name, status_); \
  } while (0)

__attribute__((unused)) static void sleep_ms(int ms) {
  struct timespec t = {ms / 1000, ms % 1000 * 1000000L};
  while (nanosleep(&t, &t) && errno == EINTR) {}
}

__attribute__((unused)) static void handle(int sig, void (*handler)(int, siginfo_t *, void *), int flags) {
  struct sigaction sa = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO | flags};
  sigaction(sig, &sa, 0);
}

/** A fresh directory under /tmp, made the working directory. */
__attribute__((unused)) static void enter_scratch(void) {
  static char path[] = "/tmp/ring3-guest-XXXXXX";
  if (!mkdtemp(path) || chdir(path)) { perror(path); exit(2); }
  chmod(path, 0755);
  umask(022);
}

__attribute__((unused)) static void leave_scratch(void) {
  char path[4096];
  if (!getcwd(path, sizeof path)) return;
  char command[5000];
  snprintf(command, sizeof command, "rm -rf '%s'", path);
  fflush(stdout);
  if (chdir("/") || system(command)) perror(command);
}
