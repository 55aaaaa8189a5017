// Sorts the lines of standard input by their bytes and prints them with a count; -r reverses. The environment variable
// PREFIX goes before every line. Ends with status 1, and a word on standard error, if there were none.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int direction = 1;

static int compare(const void *left, const void *right) {
  return direction * strcmp(*(char *const *)left, *(char *const *)right);
}

int main(int argc, char **argv) {
  if (argc > 1 && !strcmp(argv[1], "-r")) direction = -1;
  const char *prefix = getenv("PREFIX");
  char **lines = NULL;
  size_t count = 0, capacity = 0, size = 0;
  char *line = NULL;
  while (getline(&line, &size, stdin) >= 0) {
    line[strcspn(line, "\n")] = 0;
    if (count == capacity) lines = realloc(lines, (capacity = capacity * 2 + 16) * sizeof *lines);
    lines[count++] = strdup(line);
  }
  if (count == 0) {
    fprintf(stderr, "%s: no lines\n", argv[0]);
    return 1;
  }
  qsort(lines, count, sizeof *lines, compare);
  for (size_t index = 0; index < count; index++) {
    printf("%s%zu %s\n", prefix ? prefix : "", index + 1, lines[index]);
  }
  return 0;
}
