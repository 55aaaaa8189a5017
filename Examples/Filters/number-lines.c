// Numbers the lines of a text: a filter for streams of bytes, in C without a library.
//
// What is imported are built-ins of the Component Model (number-lines.wat); build.sh makes a component of both.

#include <stdbool.h>
#include <stdint.h>

#define HOST(name) __attribute__((import_module("host"), import_name(name))) extern

HOST("stream-new") uint64_t stream_new(void);
HOST("stream-read") uint32_t stream_read(uint32_t stream, void *buffer, uint32_t count);
HOST("stream-write") uint32_t stream_write(uint32_t stream, const void *bytes, uint32_t count);
HOST("stream-drop-readable") void stream_drop_readable(uint32_t stream);
HOST("stream-drop-writable") void stream_drop_writable(uint32_t stream);
HOST("task-return") void task_return(uint32_t stream);
HOST("waitable-set-new") uint32_t waitable_set_new(void);
HOST("waitable-set-wait") uint32_t waitable_set_wait(uint32_t set, uint32_t payload[2]);
HOST("waitable-set-drop") void waitable_set_drop(uint32_t set);
HOST("waitable-join") void waitable_join(uint32_t waitable, uint32_t set);

// What a copy has come to, at once or in the end: how many bytes, and whether the other side is gone.
struct copy {
  uint32_t count;
  bool is_last;
};

static struct copy finish(uint32_t stream, uint32_t result) {
  const uint32_t blocked = 0xffffffff;
  if (result == blocked) {
    uint32_t payload[2];
    uint32_t set = waitable_set_new();
    waitable_join(stream, set);
    waitable_set_wait(set, payload);
    waitable_join(stream, 0);
    waitable_set_drop(set);
    result = payload[1];
  }
  return (struct copy){.count = result >> 4, .is_last = (result & 15) != 0};
}

static bool write_all(uint32_t stream, const char *bytes, uint32_t count) {
  while (count > 0) {
    struct copy copy = finish(stream, stream_write(stream, bytes, count));
    if (copy.is_last) return false;
    bytes += copy.count;
    count -= copy.count;
  }
  return true;
}

// Right-aligned, with a colon and a space.
static uint32_t put_number(char *to, uint32_t number) {
  for (int i = 3; i >= 0; i--) {
    to[i] = number > 0 || i == 3 ? (char)('0' + number % 10) : ' ';
    number /= 10;
  }
  to[4] = ':';
  to[5] = ' ';
  return 6;
}

// filter: async func(input: stream<u8>) -> stream<u8>
//
// The result is returned before there is anything in it; the bytes follow while they are read.
__attribute__((export_name("filter"))) uint32_t filter(uint32_t input) {
  uint64_t ends = stream_new();
  uint32_t output = (uint32_t)(ends >> 32);
  task_return((uint32_t)ends);

  char in[64], out[64 * 7];
  uint32_t line = 0;
  bool is_at_start = true;
  for (;;) {
    struct copy copy = finish(input, stream_read(input, in, sizeof in));
    uint32_t count = 0;
    for (uint32_t i = 0; i < copy.count; i++) {
      if (is_at_start) count += put_number(out + count, ++line);
      out[count++] = in[i];
      is_at_start = in[i] == '\n';
    }
    if (!write_all(output, out, count) || copy.is_last) break;
  }
  stream_drop_readable(input);
  stream_drop_writable(output);
  return 0; // EXIT
}

// Called for events that `filter` has asked for by what it returns: it has not.
__attribute__((export_name("resume"))) uint32_t resume(uint32_t event, uint32_t index, uint32_t payload) {
  (void)event, (void)index, (void)payload;
  return 0;
}
