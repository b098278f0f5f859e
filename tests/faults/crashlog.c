/* Carried over as it is from the shared tool crashlog.c of the vru-ledger founders. */
/* crashlog: LD_PRELOAD shim for one directory.
 * 1. Records every durable-state operation (create, write, truncate, sync, unlink, rename, directory sync)
 *    made below CRASHLOG_DIR into CRASHLOG_FILE, so crashreplay.py can rebuild the disk as it could look
 *    after a power cut at any point (un-synced writes lost, kept or torn).
 * 2. Injects one fault: FAULT_AT=n, FAULT_KIND=EIO|ENOSPC|KILL, FAULT_STICKY=1 (all later ones fail too).
 * Build: cc -shared -fPIC -O1 -o crashlog.so crashlog.c -ldl        Linux + glibc only.
 * Files ending in "-shm" are shared memory, not durable state, and are ignored. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define MAXFD 4096
static char *fdpath[MAXFD];          /* watched path of an open descriptor, or NULL */
static char fdisdir[MAXFD];
static char root[PATH_MAX]; static size_t rootlen;
static int logfd = -1, kind, sticky;
static long fault_at = -1, seen;

__attribute__((constructor)) static void start(void) {
    char *d = getenv("CRASHLOG_DIR"), *f = getenv("CRASHLOG_FILE"), *a = getenv("FAULT_AT"), *k = getenv("FAULT_KIND");
    if (!d || !realpath(d, root)) return;
    rootlen = strlen(root);
    if (f) { int fd = syscall(SYS_open, f, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
             logfd = fcntl(fd, F_DUPFD_CLOEXEC, 900); if (logfd >= 0) syscall(SYS_close, fd); else logfd = fd; }
    if (a && k) { fault_at = atol(a); sticky = getenv("FAULT_STICKY") != NULL;
                  kind = !strcmp(k, "KILL") ? -1 : !strcmp(k, "ENOSPC") ? ENOSPC : EIO; }
}

static int absolute(const char *p, char *out) {      /* 1 if p names something in the watched directory */
    char tmp[PATH_MAX], *s;
    if (!rootlen || !p) return 0;
    if (p[0] == '/') snprintf(out, PATH_MAX, "%s", p);
    else { if (!getcwd(tmp, sizeof tmp)) return 0; if (snprintf(out, PATH_MAX, "%s/%s", tmp, p) >= PATH_MAX) return 0; }
    s = strrchr(out, '/');
    if (s && s != out) { char save = *s; *s = 0; if (realpath(out, tmp)) { char base[PATH_MAX]; snprintf(base, sizeof base, "%s", s + 1);
                         if (snprintf(out, PATH_MAX, "%s/%s", tmp, base) >= PATH_MAX) return 0; } else *s = save; }
    size_t n = strlen(out);
    if (n > 4 && !strcmp(out + n - 4, "-shm")) return 0;
    return !strncmp(out, root, rootlen) && (out[rootlen] == '/' || out[rootlen] == 0);
}

static void rec(char op, const char *path, const char *path2, int64_t off, const void *data, uint32_t len) {
    if (logfd < 0) return;
    uint32_t n1 = strlen(path), n2 = path2 ? strlen(path2) : 0, pid = getpid();
    size_t total = 1 + 4 + 4 + 4 + 4 + 8 + n1 + n2 + len;
    char *b = malloc(total), *q = b;
    *q++ = op; memcpy(q, &pid, 4); q += 4; memcpy(q, &n1, 4); q += 4; memcpy(q, &n2, 4); q += 4; memcpy(q, &len, 4); q += 4;
    memcpy(q, &off, 8); q += 8; memcpy(q, path, n1); q += n1; if (n2) memcpy(q, path2, n2); q += n2; if (len) memcpy(q, data, len);
    for (size_t done = 0; done < total;) { long r = syscall(SYS_write, logfd, b + done, total - done); if (r <= 0) break; done += r; }
    free(b);
}

static int fault(void) {                              /* nonzero: the operation must fail with that errno */
    seen++;
    if (fault_at > 0 && (seen == fault_at || (sticky && seen > fault_at))) {
        if (kind < 0) { syscall(SYS_kill, getpid(), SIGKILL); }
        errno = kind; return kind;
    }
    return 0;
}

#define REAL(ret, name, ...) static ret (*real)(__VA_ARGS__); if (!real) real = dlsym(RTLD_NEXT, #name)

static int opened(int fd, const char *path, int flags, int existed) {
    if (fd >= 0 && fd < MAXFD) {
        struct stat st; fdisdir[fd] = !fstat(fd, &st) && S_ISDIR(st.st_mode);
        free(fdpath[fd]); fdpath[fd] = strdup(path);
        if (!fdisdir[fd] && (flags & O_CREAT) && !existed) rec('C', path, NULL, 0, NULL, 0);
        else if (!fdisdir[fd] && (flags & O_TRUNC)) rec('T', path, NULL, 0, NULL, 0);
    }
    return fd;
}
#define OPENLIKE(name) int name(const char *p, int flags, ...) { \
    mode_t m = 0; if (flags & (O_CREAT | __O_TMPFILE)) { va_list ap; va_start(ap, flags); m = va_arg(ap, mode_t); va_end(ap); } \
    REAL(int, name, const char *, int, ...); char a[PATH_MAX]; if (!absolute(p, a)) return real(p, flags, m); \
    int existed = access(a, F_OK) == 0; if ((flags & O_CREAT) && !existed && fault()) return -1; \
    return opened(real(p, flags, m), a, flags, existed); }
OPENLIKE(open) OPENLIKE(open64)
#define OPENATLIKE(name) int name(int dfd, const char *p, int flags, ...) { \
    mode_t m = 0; if (flags & (O_CREAT | __O_TMPFILE)) { va_list ap; va_start(ap, flags); m = va_arg(ap, mode_t); va_end(ap); } \
    REAL(int, name, int, const char *, int, ...); char a[PATH_MAX]; if ((p[0] != '/' && dfd != AT_FDCWD) || !absolute(p, a)) return real(dfd, p, flags, m); \
    int existed = access(a, F_OK) == 0; if ((flags & O_CREAT) && !existed && fault()) return -1; \
    return opened(real(dfd, p, flags, m), a, flags, existed); }
OPENATLIKE(openat) OPENATLIKE(openat64)

int close(int fd) { REAL(int, close, int); if (fd >= 0 && fd < MAXFD && fdpath[fd]) { free(fdpath[fd]); fdpath[fd] = NULL; } return real(fd); }

#define WATCHED(fd) ((fd) >= 0 && (fd) < MAXFD && fdpath[fd])
ssize_t write(int fd, const void *b, size_t n) { REAL(ssize_t, write, int, const void *, size_t);
    if (!WATCHED(fd)) return real(fd, b, n);
    off_t o = lseek(fd, 0, SEEK_CUR); if (fault()) return -1;
    ssize_t r = real(fd, b, n); if (r > 0) rec('W', fdpath[fd], NULL, o, b, r); return r; }
#define PWRITELIKE(name, OFF) ssize_t name(int fd, const void *b, size_t n, OFF o) { REAL(ssize_t, name, int, const void *, size_t, OFF); \
    if (!WATCHED(fd)) return real(fd, b, n, o); \
    if (fault()) return -1; \
    ssize_t r = real(fd, b, n, o); if (r > 0) rec('W', fdpath[fd], NULL, o, b, r); return r; }
PWRITELIKE(pwrite, off_t) PWRITELIKE(pwrite64, off64_t)
#define TRUNCLIKE(name, OFF) int name(int fd, OFF o) { REAL(int, name, int, OFF); \
    if (!WATCHED(fd)) return real(fd, o); \
    if (fault()) return -1; \
    int r = real(fd, o); if (!r) rec('T', fdpath[fd], NULL, o, NULL, 0); return r; }
TRUNCLIKE(ftruncate, off_t) TRUNCLIKE(ftruncate64, off64_t)
#define SYNCLIKE(name) int name(int fd) { REAL(int, name, int); if (!WATCHED(fd)) return real(fd); \
    if (fault()) return -1; \
    int r = real(fd); if (!r) rec(fdisdir[fd] ? 'D' : 'S', fdpath[fd], NULL, 0, NULL, 0); return r; }
SYNCLIKE(fsync) SYNCLIKE(fdatasync)
int unlink(const char *p) { REAL(int, unlink, const char *); char a[PATH_MAX];
    if (!absolute(p, a)) return real(p);
    if (access(a, F_OK) == 0 && fault()) return -1;
    int r = real(p); if (!r) rec('U', a, NULL, 0, NULL, 0);
    return r; }
int rename(const char *p, const char *q) { REAL(int, rename, const char *, const char *); char a[PATH_MAX], b[PATH_MAX];
    if (!absolute(p, a) || !absolute(q, b)) return real(p, q);
    if (fault()) return -1;
    int r = real(p, q); if (!r) rec('R', a, b, 0, NULL, 0);
    return r; }
