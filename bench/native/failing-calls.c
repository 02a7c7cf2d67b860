/*
 * Preloaded into a program (ld.so(8), LD_PRELOAD): has calls of the file system fail that concern one folder.
 *
 * FAILING_FOLDER  the folder; what lies in it and in its subfolders is meant
 * FAILING_CALL    k: the k-th of these calls fails
 * FAILING_EVERY   where it is 1, each k-th call does
 * FAILING_TOLD    a file that a line is added to for each call that failed, made with calls that do not count
 *
 * EIO, ENOSPC and EACCES take turns by k, and where each k-th call fails by its number too.
 */
#include <dlfcn.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum { MAX_FDS = 4096 };

/* Whether a descriptor is of a file in the folder. */
static atomic_bool ours[MAX_FDS];
static atomic_ulong calls;
static const char *folder;
static size_t folder_length;
static unsigned long failing_call;
static int every;
static int told = -1;

__attribute__((constructor)) static void begin(void)
{
	const char *call = getenv("FAILING_CALL"), *each = getenv("FAILING_EVERY"), *path = getenv("FAILING_TOLD");
	folder = getenv("FAILING_FOLDER");
	folder_length = folder ? strlen(folder) : 0;
	failing_call = call ? strtoul(call, NULL, 10) : 0;
	every = each && *each == '1';
	if (path)
		told = (int)syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
}

static int is_in_folder(const char *path)
{
	return folder_length > 0 && path && strncmp(path, folder, folder_length) == 0 &&
	       (path[folder_length] == '/' || path[folder_length] == '\0');
}

static int is_ours(int fd)
{
	return fd >= 0 && fd < MAX_FDS && atomic_load(&ours[fd]);
}

/* Counts a call; 1, with errno set, where it is to fail. */
static int fails(const char *name)
{
	static const int errors[] = {EIO, ENOSPC, EACCES};
	static const char *const names[] = {"EIO", "ENOSPC", "EACCES"};
	unsigned long number = atomic_fetch_add(&calls, 1) + 1;
	if (failing_call == 0 || (every ? number % failing_call != 0 : number != failing_call))
		return 0;
	unsigned long turn = (failing_call + (every ? number / failing_call : 0)) % 3;
	if (told >= 0) {
		char line[64];
		int length = snprintf(line, sizeof line, "%lu %s %s\n", number, name, names[turn]);
		syscall(SYS_write, told, line, (size_t)length);
	}
	errno = errors[turn];
	return 1;
}

#define NEXT(name) ((__typeof__(&name))next(#name))

static void *next(const char *name)
{
	return dlsym(RTLD_NEXT, name);
}

static int noted(int fd, const char *path)
{
	if (fd >= 0 && fd < MAX_FDS)
		atomic_store(&ours[fd], is_in_folder(path));
	return fd;
}

static int opened(const char *path, int flags, mode_t mode)
{
	if (is_in_folder(path) && fails("open"))
		return -1;
	return noted((int)syscall(SYS_openat, AT_FDCWD, path, flags, mode), path);
}

#define OPEN(name)                                           \
	int name(const char *path, int flags, ...)               \
	{                                                        \
		va_list rest;                                        \
		va_start(rest, flags);                               \
		mode_t mode = flags & O_CREAT ? va_arg(rest, mode_t) : 0; \
		va_end(rest);                                        \
		return opened(path, flags, mode);                    \
	}
OPEN(open)
OPEN(open64)

/* Descriptors are used again: one of a socket must not count for the file it was before. */
int close(int fd)
{
	if (fd >= 0 && fd < MAX_FDS)
		atomic_store(&ours[fd], 0);
	return NEXT(close)(fd);
}

#define OF_FD(type, name, parameters, arguments)    \
	type name parameters                            \
	{                                               \
		if (is_ours(fd) && fails(#name))            \
			return -1;                              \
		return NEXT(name) arguments;                \
	}
OF_FD(ssize_t, read, (int fd, void *bytes, size_t count), (fd, bytes, count))
OF_FD(ssize_t, pread, (int fd, void *bytes, size_t count, off_t at), (fd, bytes, count, at))
OF_FD(ssize_t, pread64, (int fd, void *bytes, size_t count, off64_t at), (fd, bytes, count, at))
OF_FD(ssize_t, readv, (int fd, const struct iovec *parts, int count), (fd, parts, count))
OF_FD(ssize_t, preadv64, (int fd, const struct iovec *parts, int count, off64_t at), (fd, parts, count, at))
OF_FD(ssize_t, write, (int fd, const void *bytes, size_t count), (fd, bytes, count))
OF_FD(ssize_t, pwrite, (int fd, const void *bytes, size_t count, off_t at), (fd, bytes, count, at))
OF_FD(ssize_t, pwrite64, (int fd, const void *bytes, size_t count, off64_t at), (fd, bytes, count, at))
OF_FD(ssize_t, writev, (int fd, const struct iovec *parts, int count), (fd, parts, count))
OF_FD(ssize_t, pwritev64, (int fd, const struct iovec *parts, int count, off64_t at), (fd, parts, count, at))
OF_FD(int, fsync, (int fd), (fd))
OF_FD(int, fdatasync, (int fd), (fd))
OF_FD(int, ftruncate, (int fd, off_t length), (fd, length))
OF_FD(int, ftruncate64, (int fd, off64_t length), (fd, length))
OF_FD(int, fstat, (int fd, struct stat *status), (fd, status))
OF_FD(int, fstat64, (int fd, struct stat64 *status), (fd, status))

#define OF_PATH(type, failure, name, parameters, arguments) \
	type name parameters                                    \
	{                                                       \
		if (is_in_folder(path) && fails(#name))             \
			return failure;                                 \
		return NEXT(name) arguments;                        \
	}
OF_PATH(int, -1, link, (const char *path, const char *to), (path, to))
OF_PATH(int, -1, rename, (const char *path, const char *to), (path, to))
OF_PATH(int, -1, unlink, (const char *path), (path))
OF_PATH(int, -1, mkdir, (const char *path, mode_t mode), (path, mode))
OF_PATH(int, -1, stat, (const char *path, struct stat *status), (path, status))
OF_PATH(int, -1, lstat, (const char *path, struct stat *status), (path, status))
OF_PATH(DIR *, NULL, opendir, (const char *path), (path))

typedef int (*Chosen)(const struct dirent64 *);
typedef int (*Order)(const struct dirent64 **, const struct dirent64 **);
OF_PATH(int, -1, scandir64, (const char *path, struct dirent64 ***names, Chosen chosen, Order order),
	(path, names, chosen, order))

/* libuv asks for statx(2) in this way; an empty path means the descriptor. */
long syscall(long number, ...)
{
	static long (*next_syscall)(long, ...);
	long given[6];
	va_list rest;
	va_start(rest, number);
	for (int i = 0; i < 6; i++)
		given[i] = va_arg(rest, long);
	va_end(rest);
	if (number == SYS_statx) {
		const char *path = (const char *)given[1];
		int concerns = path && *path ? is_in_folder(path) : is_ours((int)given[0]);
		if (concerns && fails("statx"))
			return -1;
	}
	if (!next_syscall)
		next_syscall = NEXT(syscall);
	return next_syscall(number, given[0], given[1], given[2], given[3], given[4], given[5]);
}
