// Sleeps, and prints what can be said about clocks without saying the time.

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static long long now(clockid_t clock) {
  struct timespec time;
  clock_gettime(clock, &time);
  return time.tv_sec * 1000000000LL + time.tv_nsec;
}

int main(void) {
  struct timespec resolution;
  printf("resolution %d\n", clock_getres(CLOCK_MONOTONIC, &resolution));
  printf("since 2020 %d\n", now(CLOCK_REALTIME) > 1577836800000000000LL);
  long long start = now(CLOCK_MONOTONIC);
  struct timespec pause = {0, 30000000};
  printf("nanosleep %d\n", nanosleep(&pause, NULL));
  long long slept = now(CLOCK_MONOTONIC) - start;
  printf("slept %d\n", slept >= 30000000 && slept < 3000000000LL);
  start = now(CLOCK_REALTIME);
  usleep(20000);
  printf("usleep %d\n", now(CLOCK_REALTIME) - start >= 19000000);
  struct pollfd output = {1, POLLOUT, 0};
  printf("poll %d %d\n", poll(&output, 1, 1000), output.revents == POLLOUT);
  unsigned char bytes[32] = {0};
  int any = getentropy(bytes, sizeof bytes);
  for (unsigned index = 0; index < sizeof bytes; index++) any |= bytes[index];
  printf("random %d\n", any != 0);
  exit(42);
}
