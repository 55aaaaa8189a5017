// The cases of the benchmarks through libwasmtime's C API: prints `case nanoseconds` a line. Declares what it uses of that
// API itself, so that the library alone is enough (see compare.py).
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef struct engine engine;
typedef struct config config;
typedef struct store store;
typedef struct context context;
typedef struct component component;
typedef struct linker linker;
typedef struct linker_instance linker_instance;
typedef struct error error;
typedef struct export_index export_index;
typedef struct function_type function_type;
typedef struct call_future call_future;
typedef struct resource_type resource_type;
typedef struct resource_any resource_any;
typedef struct resource_host resource_host;
typedef struct { size_t size; char *data; } bytes;
typedef struct { uint64_t store; uint32_t index; } instance;
typedef struct { struct { uint64_t store; uint32_t first; }; uint32_t second; void *third; } function;
typedef struct value value;
struct value {
  uint8_t kind;
  union {
    uint8_t u8;
    uint32_t u32;
    bytes string;
    struct { size_t size; value *data; } list;
    resource_any *resource;
    uint64_t words[3];  // the largest of the others
  } of;
};
enum { U8 = 2, U32 = 6, STRING = 12, LIST = 13, RESOURCE = 21 };
typedef error *(*callback)(void *, context *, const function_type *, value *, size_t, value *, size_t);
typedef error *(*destructor)(void *, context *, uint32_t);
typedef struct { bool (*callback)(void *); void *env; void (*finalizer)(void *); } continuation;
typedef void (*async_callback)(void *, context *, const function_type *, value *, size_t, value *, size_t, error **,
                               continuation *);

config *wasm_config_new(void);
engine *wasm_engine_new_with_config(config *);
void wasmtime_config_wasm_component_model_set(config *, bool);
void wasmtime_config_wasm_component_model_async_set(config *, bool);
void wasmtime_config_concurrency_support_set(config *, bool);
store *wasmtime_store_new(engine *, void *, void (*)(void *));
context *wasmtime_store_context(store *);
void wasmtime_store_delete(store *);
error *wasmtime_component_new(const engine *, const uint8_t *, size_t, component **);
linker *wasmtime_component_linker_new(const engine *);
linker_instance *wasmtime_component_linker_root(linker *);
void wasmtime_component_linker_instance_delete(linker_instance *);
error *wasmtime_component_linker_instance_add_func(linker_instance *, const char *, size_t, callback, void *,
                                                   void (*)(void *));
error *wasmtime_component_linker_instance_add_func_async(linker_instance *, const char *, size_t, async_callback, void *,
                                                         void (*)(void *));
error *wasmtime_component_linker_instance_add_resource(linker_instance *, const char *, size_t, const resource_type *,
                                                       destructor, void *, void (*)(void *));
resource_type *wasmtime_component_resource_type_new_host(uint32_t);
resource_host *wasmtime_component_resource_host_new(bool, uint32_t, uint32_t);
uint32_t wasmtime_component_resource_host_rep(const resource_host *);
void wasmtime_component_resource_host_delete(resource_host *);
error *wasmtime_component_resource_any_to_host(context *, const resource_any *, resource_host **);
error *wasmtime_component_resource_host_to_any(context *, const resource_host *, resource_any **);
error *wasmtime_component_linker_instantiate(const linker *, context *, const component *, instance *);
call_future *wasmtime_component_linker_instantiate_async(const linker *, context *, const component *, instance *,
                                                         error **);
export_index *wasmtime_component_instance_get_export_index(const instance *, context *, const export_index *,
                                                           const char *, size_t);
bool wasmtime_component_instance_get_func(const instance *, context *, const export_index *, function *);
error *wasmtime_component_func_call(const function *, context *, const value *, size_t, value *, size_t);
call_future *wasmtime_component_func_call_async(const function *, context *, const value *, size_t, value *, size_t,
                                                error **);
bool wasmtime_call_future_poll(call_future *);
void wasmtime_call_future_delete(call_future *);
void wasmtime_error_message(const error *, bytes *);

static void check(error *problem) {
  if (problem == NULL) return;
  bytes message;
  wasmtime_error_message(problem, &message);
  fprintf(stderr, "%.*s\n", (int)message.size, message.data);
  exit(1);
}

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

static engine *engines;
static component *load(const char *folder, const char *name) {
  char path[1024];
  snprintf(path, sizeof path, "%s/%s.wasm", folder, name);
  FILE *file = fopen(path, "rb");
  if (file == NULL) {
    perror(path);
    exit(1);
  }
  static uint8_t contents[1 << 20];
  size_t size = fread(contents, 1, sizeof contents, file);
  fclose(file);
  component *loaded;
  check(wasmtime_component_new(engines, contents, size, &loaded));
  return loaded;
}

static void finish(call_future *future, error **problem) {
  while (!wasmtime_call_future_poll(future)) {}
  wasmtime_call_future_delete(future);
  check(*problem);
}

static function find(const instance *from, context *context, const char *name) {
  function found;
  export_index *index = wasmtime_component_instance_get_export_index(from, context, NULL, name, strlen(name));
  if (index == NULL || !wasmtime_component_instance_get_func(from, context, index, &found)) {
    fprintf(stderr, "no function %s\n", name);
    exit(1);
  }
  return found;
}

// MARK: Functions of the host

static error *host_add(void *env, context *c, const function_type *t, value *arguments, size_t n, value *results,
                       size_t m) {
  results[0].kind = U32;
  results[0].of.u32 = arguments[0].of.u32 + arguments[1].of.u32;
  return NULL;
}
static error *host_length(void *env, context *c, const function_type *t, value *arguments, size_t n, value *results,
                          size_t m) {
  results[0].kind = U32;
  results[0].of.u32 = (uint32_t)arguments[0].of.string.size;
  return NULL;
}
/// The type of the host's resources.
enum { TOKEN = 1 };
static error *host_drop(void *env, context *c, uint32_t representation) { return NULL; }
static resource_any *make_token(context *c) {
  resource_host *token = wasmtime_component_resource_host_new(true, 7, TOKEN);
  resource_any *made;
  check(wasmtime_component_resource_host_to_any(c, token, &made));
  wasmtime_component_resource_host_delete(token);
  return made;
}
static void add_token_type(linker_instance *root) {
  check(wasmtime_component_linker_instance_add_resource(
      root, "resource", 8, wasmtime_component_resource_type_new_host(TOKEN), host_drop, NULL, NULL));
}
static error *host_make(void *env, context *c, const function_type *t, value *arguments, size_t n, value *results,
                        size_t m) {
  results[0].kind = RESOURCE;
  results[0].of.resource = make_token(c);
  return NULL;
}
static error *host_borrow(void *env, context *c, const function_type *t, value *arguments, size_t n, value *results,
                          size_t m) {
  resource_host *token;
  check(wasmtime_component_resource_any_to_host(c, arguments[0].of.resource, &token));
  results[0].kind = U32;
  results[0].of.u32 = wasmtime_component_resource_host_rep(token) == 7;
  wasmtime_component_resource_host_delete(token);
  return NULL;
}
static bool done(void *env) { return true; }
static bool once(void *env) {
  bool *waited = env;
  *waited = !*waited;
  return !*waited;
}
static bool waited;
static void host_wait(void *env, context *c, const function_type *t, value *arguments, size_t n, value *results, size_t m,
                      error **problem, continuation *next) {
  results[0] = arguments[0];
  *next = env == NULL ? (continuation){done, NULL, NULL} : (continuation){once, &waited, NULL};
}

// MARK: Cases

static void report(const char *name, double began, size_t count) {
  printf("%s %.1f\n", name, (now() - began) / (double)count);
}

static void calls(const char *folder) {
  component *loaded = load(folder, "small");
  linker *imports = wasmtime_component_linker_new(engines);
  for (int round = 0; round < 2; round++) {
    size_t count = 3000;
    double began = now();
    for (size_t i = 0; i < count; i++) {
      store *fresh = wasmtime_store_new(engines, NULL, NULL);
      instance made;
      check(wasmtime_component_linker_instantiate(imports, wasmtime_store_context(fresh), loaded, &made));
      wasmtime_store_delete(fresh);
    }
    if (round) report("instantiate", began, count);
  }
  store *kept = wasmtime_store_new(engines, NULL, NULL);
  context *context = wasmtime_store_context(kept);
  instance made;
  component *exports = load(folder, "calls");
  linker *tokens = wasmtime_component_linker_new(engines);
  linker_instance *root = wasmtime_component_linker_root(tokens);
  add_token_type(root);
  wasmtime_component_linker_instance_delete(root);
  check(wasmtime_component_linker_instantiate(tokens, context, exports, &made));
  function add = find(&made, context, "add"), string = find(&made, context, "string-length"),
           list = find(&made, context, "bytes-length"), borrow = find(&made, context, "borrow");
  size_t count = 200000;
  double began = now();
  for (size_t i = 0; i < count; i++) {
    value arguments[2] = {{U32, {.u32 = (uint32_t)i}}, {U32, {.u32 = 2}}}, result = {0};
    check(wasmtime_component_func_call(&add, context, arguments, 2, &result, 1));
  }
  report("host-to-guest-add", began, count);
  began = now();
  for (size_t i = 0; i < count; i++) {
    char text[16] = "0123456789abcdef";
    value argument = {STRING, {.string = {16, text}}}, result = {0};
    check(wasmtime_component_func_call(&string, context, &argument, 1, &result, 1));
  }
  report("host-to-guest-string", began, count);
  count = 2000;
  static value elements[4096];
  for (size_t i = 0; i < 4096; i++) elements[i] = (value){U8, {.u8 = (uint8_t)i}};
  began = now();
  for (size_t i = 0; i < count; i++) {
    value argument = {LIST, {.list = {4096, elements}}}, result = {0};
    check(wasmtime_component_func_call(&list, context, &argument, 1, &result, 1));
  }
  report("host-to-guest-bytes", began, count);
  count = 200000;
  value token = {RESOURCE, {.resource = make_token(context)}};
  began = now();
  for (size_t i = 0; i < count; i++) {
    value result = {0};
    check(wasmtime_component_func_call(&borrow, context, &token, 1, &result, 1));
  }
  report("host-to-guest-borrow", began, count);
}

/// Calls a function that makes so many calls of the host's.
static void run_guest(const instance *made, context *context, const char *name, const char *label, uint32_t count) {
  function run = find(made, context, name);
  value argument = {U32, {.u32 = count}}, result = {0};
  double began = now();
  check(wasmtime_component_func_call(&run, context, &argument, 1, &result, 1));
  report(label, began, count);
}

static void host_calls(const char *folder) {
  component *loaded = load(folder, "host-calls");
  linker *imports = wasmtime_component_linker_new(engines);
  linker_instance *root = wasmtime_component_linker_root(imports);
  check(wasmtime_component_linker_instance_add_func(root, "host-add", 8, host_add, NULL, NULL));
  check(wasmtime_component_linker_instance_add_func(root, "host-string", 11, host_length, NULL, NULL));
  check(wasmtime_component_linker_instance_add_func(root, "host-bytes", 10, host_length, NULL, NULL));
  wasmtime_component_linker_instance_delete(root);
  store *kept = wasmtime_store_new(engines, NULL, NULL);
  context *context = wasmtime_store_context(kept);
  instance made;
  check(wasmtime_component_linker_instantiate(imports, context, loaded, &made));
  const struct { const char *name, *label; uint32_t count; } cases[] = {
      {"add", "guest-to-host-add", 300000}, {"string", "guest-to-host-string", 300000},
      {"bytes", "guest-to-host-bytes", 2000}};
  for (size_t i = 0; i < 3; i++) run_guest(&made, context, cases[i].name, cases[i].label, cases[i].count);
}

static void borrows(const char *folder) {
  component *loaded = load(folder, "host-borrow");
  linker *imports = wasmtime_component_linker_new(engines);
  linker_instance *root = wasmtime_component_linker_root(imports);
  add_token_type(root);
  check(wasmtime_component_linker_instance_add_func(root, "make", 4, host_make, NULL, NULL));
  check(wasmtime_component_linker_instance_add_func(root, "host-borrow", 11, host_borrow, NULL, NULL));
  wasmtime_component_linker_instance_delete(root);
  store *kept = wasmtime_store_new(engines, NULL, NULL);
  context *context = wasmtime_store_context(kept);
  instance made;
  check(wasmtime_component_linker_instantiate(imports, context, loaded, &made));
  run_guest(&made, context, "borrow", "guest-to-host-borrow", 300000);
}

static void async_calls(const char *folder, const char *label, void *env) {
  component *loaded = load(folder, "async-host-calls");
  linker *imports = wasmtime_component_linker_new(engines);
  linker_instance *root = wasmtime_component_linker_root(imports);
  check(wasmtime_component_linker_instance_add_func_async(root, "host-wait", 9, host_wait, env, NULL));
  wasmtime_component_linker_instance_delete(root);
  store *kept = wasmtime_store_new(engines, NULL, NULL);
  context *context = wasmtime_store_context(kept);
  instance made;
  error *problem = NULL;
  finish(wasmtime_component_linker_instantiate_async(imports, context, loaded, &made, &problem), &problem);
  function run = find(&made, context, "wait");
  uint32_t count = 50000;
  value argument = {U32, {.u32 = count}}, result = {0};
  double began = now();
  finish(wasmtime_component_func_call_async(&run, context, &argument, 1, &result, 1, &problem), &problem);
  report(label, began, count);
}

int main(int count, char **arguments) {
  setvbuf(stdout, NULL, _IOLBF, 0);
  if (count != 2) {
    fprintf(stderr, "usage: %s FOLDER\n", arguments[0]);
    return 2;
  }
  config *settings = wasm_config_new();
  wasmtime_config_wasm_component_model_set(settings, true);
  wasmtime_config_wasm_component_model_async_set(settings, true);
  wasmtime_config_concurrency_support_set(settings, true);
  engines = wasm_engine_new_with_config(settings);
  calls(arguments[1]);
  host_calls(arguments[1]);
  borrows(arguments[1]);
  async_calls(arguments[1], "async-host-ready", NULL);
  async_calls(arguments[1], "async-host-suspends", &waited);
  return 0;
}
