// Walks the tree below each of its arguments, sorted by name, and prints type, size and link target of everything in it;
// then changes the tree: makes, renames, appends, truncates and removes, and prints it again.

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int by_name(const void *left, const void *right) {
  return strcmp(*(char *const *)left, *(char *const *)right);
}

static void walk(const char *path, int depth) {
  DIR *directory = opendir(path);
  if (!directory) {
    printf("%*s! %s\n", depth * 2, "", strerror(errno));
    return;
  }
  char *names[256];
  int count = 0;
  for (struct dirent *entry; count < 256 && (entry = readdir(directory));) {
    if (strcmp(entry->d_name, ".") && strcmp(entry->d_name, "..")) names[count++] = strdup(entry->d_name);
  }
  closedir(directory);
  qsort(names, count, sizeof names[0], by_name);
  for (int index = 0; index < count; index++) {
    char child[1024], target[256];
    struct stat status;
    snprintf(child, sizeof child, "%s/%s", path, names[index]);
    printf("%*s%s", depth * 2, "", names[index]);
    if (lstat(child, &status) != 0) {
      printf(" ! %s\n", strerror(errno));
    } else if (S_ISDIR(status.st_mode)) {
      printf("/\n");
      walk(child, depth + 1);
    } else if (S_ISLNK(status.st_mode)) {
      ssize_t length = readlink(child, target, sizeof target);
      printf(" -> %.*s", length < 0 ? 1 : (int)length, length < 0 ? "?" : target);
      printf(stat(child, &status) == 0 ? " (%lld)\n" : " (%lld, broken)\n",
             S_ISDIR(status.st_mode) ? -1LL : (long long)status.st_size);
    } else {
      printf(" %lld\n", (long long)status.st_size);
    }
    free(names[index]);
  }
}

static void check(const char *what, int result) {
  printf("%s: %s\n", what, result < 0 ? strerror(errno) : "ok");
}

int main(int argc, char **argv) {
  for (int index = 1; index < argc; index++) {
    printf("%s\n", argv[index]);
    walk(argv[index], 1);
    if (chdir(argv[index]) != 0) {
      check("chdir", -1);
      continue;
    }
    check("mkdir", mkdir("made", 0777));
    check("mkdir again", mkdir("made", 0777));
    FILE *file = fopen("made/new.txt", "w");
    fprintf(file, "one\n");
    fclose(file);
    file = fopen("made/new.txt", "a");
    fprintf(file, "two\n");
    printf("position %ld\n", ftell(file));
    fclose(file);
    check("link", link("made/new.txt", "made/hard"));
    check("symlink", symlink("new.txt", "made/soft"));
    check("symlink out", symlink("../../..", "made/out"));
    check("open out", open("made/out/etc", O_RDONLY));
    check("open parent", open("../x", O_RDONLY));
    check("open missing", open("missing/x", O_RDONLY));
    check("open link", open("made/soft", O_RDONLY | O_NOFOLLOW));
    check("open exclusive", open("made/new.txt", O_CREAT | O_EXCL | O_WRONLY, 0666));
    check("write directory", open("made", O_WRONLY));
    check("rename", rename("made/new.txt", "made/renamed"));
    check("truncate", truncate("made/renamed", 5));
    check("rmdir full", rmdir("made"));
    check("unlink directory", unlink("made"));
    check("rmdir file", rmdir("made/hard"));
    walk("made", 1);
    int descriptor = open("made/hard", O_RDWR);
    char buffer[16] = {0};
    check("pread", (int)pread(descriptor, buffer, 15, 2));
    printf("%s\n", buffer);
    check("pwrite", (int)pwrite(descriptor, "HELLO", 5, 10));
    check("seek", (int)lseek(descriptor, -3, SEEK_END));
    check("seek back", (int)lseek(descriptor, -30, SEEK_CUR));
    int length = (int)read(descriptor, buffer, 15);
    printf("read %d %.3s\n", length, buffer);
    close(descriptor);
    check("closed", (int)read(descriptor, buffer, 1));
    struct timespec times[2] = {{1000000000, 5}, {1200000000, 7}};
    check("times", utimensat(AT_FDCWD, "made/hard", times, 0));
    struct stat status;
    stat("made/hard", &status);
    printf("%lld %ld %lld %ld\n", (long long)status.st_atim.tv_sec, status.st_atim.tv_nsec,
           (long long)status.st_mtim.tv_sec, status.st_mtim.tv_nsec);
    const char *all[] = {"made/hard", "made/soft", "made/out", "made/renamed"};
    for (int file = 0; file < 4; file++) check(all[file], unlink(all[file]));
    check("rmdir", rmdir("made"));
    walk(".", 1);
  }
  return argc == 1 ? 3 : 0;
}
