/* Lets a call to the disk fail: the N-th on one folder, once or from then on.
 *
 * Loaded before the C library (LD_PRELOAD), so it stands below everything that Python does. Calls
 * count that name a path in FAULTY_FOLDER or use a file that was opened there. Python arms it.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#define FILES 4096

static char inside[FILES];
static long calls, at = -1;
static int sticky, with, armed;

void faulty_arm(long index, int stays, int error) {
    calls = 0, at = index, sticky = stays, with = error, armed = 1;
}

long faulty_disarm(void) {
    armed = 0;
    return calls;
}

static int fails(int counts) {
    if (!armed || !counts) return 0;
    long number = calls++;
    if (number != at && !(sticky && number > at)) return 0;
    errno = with;
    return 1;
}

static int named(const char *path) {
    const char *folder = getenv("FAULTY_FOLDER");
    return path && folder && strncmp(path, folder, strlen(folder)) == 0;
}

static int opened(int file) { return file >= 0 && file < FILES && inside[file]; }

static int below(int folder, const char *path) {
    return named(path) || (path && path[0] != '/' && opened(folder));
}

#define REAL(name) \
    static __typeof__(&name) real; \
    if (!real) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

#define MODE(flags) \
    mode_t mode = 0; \
    if ((flags) & O_CREAT) { \
        va_list rest; \
        va_start(rest, flags); \
        mode = va_arg(rest, mode_t); \
        va_end(rest); \
    }

#define OPEN(name) \
    int name(const char *path, int flags, ...) { \
        MODE(flags) \
        REAL(name); \
        int counts = named(path); \
        if (fails(counts)) return -1; \
        int file = real(path, flags, mode); \
        if (file >= 0 && file < FILES) inside[file] = (char)counts; \
        return file; \
    }
OPEN(open)
OPEN(open64)

#define OPENAT(name) \
    int name(int folder, const char *path, int flags, ...) { \
        MODE(flags) \
        REAL(name); \
        int counts = below(folder, path); \
        if (fails(counts)) return -1; \
        int file = real(folder, path, flags, mode); \
        if (file >= 0 && file < FILES) inside[file] = (char)counts; \
        return file; \
    }
OPENAT(openat)
OPENAT(openat64)

int close(int file) {
    REAL(close);
    if (file >= 0 && file < FILES) inside[file] = 0;
    return real(file);
}

#define FAILING(type, name, parameters, arguments, counts) \
    type name parameters { \
        REAL(name); \
        return fails(counts) ? (type)-1 : real arguments; \
    }
FAILING(ssize_t, read, (int f, void *b, size_t n), (f, b, n), opened(f))
FAILING(ssize_t, write, (int f, const void *b, size_t n), (f, b, n), opened(f))
FAILING(ssize_t, pread, (int f, void *b, size_t n, off_t o), (f, b, n, o), opened(f))
FAILING(ssize_t, pread64, (int f, void *b, size_t n, off64_t o), (f, b, n, o), opened(f))
FAILING(ssize_t, pwrite, (int f, const void *b, size_t n, off_t o), (f, b, n, o), opened(f))
FAILING(ssize_t, pwrite64, (int f, const void *b, size_t n, off64_t o), (f, b, n, o), opened(f))
FAILING(int, fsync, (int f), (f), opened(f))
FAILING(int, fdatasync, (int f), (f), opened(f))
FAILING(int, flock, (int f, int o), (f, o), opened(f))
FAILING(int, rename, (const char *a, const char *b), (a, b), named(a))
FAILING(int, mkdir, (const char *p, mode_t m), (p, m), named(p))
FAILING(int, rmdir, (const char *p), (p), named(p))
FAILING(int, unlink, (const char *p), (p), named(p))
FAILING(int, unlinkat, (int f, const char *p, int o), (f, p, o), below(f, p))
FAILING(int, stat, (const char *p, struct stat *s), (p, s), named(p))
FAILING(int, stat64, (const char *p, struct stat64 *s), (p, s), named(p))
FAILING(int, lstat, (const char *p, struct stat *s), (p, s), named(p))
FAILING(int, lstat64, (const char *p, struct stat64 *s), (p, s), named(p))

DIR *opendir(const char *path) {
    REAL(opendir);
    return fails(named(path)) ? NULL : real(path);
}
