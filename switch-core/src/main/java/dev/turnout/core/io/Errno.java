package dev.turnout.core.io;

/** The error numbers that the switch acts on, and the names of the others that it may report. Linux generic numbering (x86-64, AArch64). */
public final class Errno {
    public static final int EPERM = 1;
    public static final int ENOENT = 2;
    public static final int EINTR = 4;
    public static final int EIO = 5;
    public static final int ENXIO = 6;
    public static final int EAGAIN = 11;
    public static final int ENOMEM = 12;
    public static final int EACCES = 13;
    public static final int EFAULT = 14;
    public static final int EBUSY = 16;
    public static final int ENODEV = 19;
    public static final int EINVAL = 22;
    public static final int ENOSYS = 38;
    public static final int EBADFD = 77;
    public static final int EMSGSIZE = 90;
    public static final int EOPNOTSUPP = 95;
    public static final int ENETDOWN = 100;
    public static final int ENOBUFS = 105;
    public static final int ETIME = 62;
    public static final int ECANCELED = 125;

    private static final String[] NAMES = new String[134];

    static {
        String common = "1 EPERM 2 ENOENT 3 ESRCH 4 EINTR 5 EIO 6 ENXIO 7 E2BIG 9 EBADF 11 EAGAIN 12 ENOMEM 13 EACCES 14 EFAULT 16 EBUSY "
                + "17 EEXIST 19 ENODEV 20 ENOTDIR 21 EISDIR 22 EINVAL 23 ENFILE 24 EMFILE 25 ENOTTY 28 ENOSPC 32 EPIPE 34 ERANGE 38 ENOSYS "
                + "62 ETIME 75 EOVERFLOW 77 EBADFD 88 ENOTSOCK 89 EDESTADDRREQ 90 EMSGSIZE 92 ENOPROTOOPT 93 EPROTONOSUPPORT 95 EOPNOTSUPP "
                + "97 EAFNOSUPPORT 98 EADDRINUSE 99 EADDRNOTAVAIL 100 ENETDOWN 101 ENETUNREACH 105 ENOBUFS 110 ETIMEDOUT 113 EHOSTUNREACH "
                + "114 EALREADY 125 ECANCELED";
        String[] words = common.split(" ");
        for (int i = 0; i < words.length; i += 2) {
            NAMES[Integer.parseInt(words[i])] = words[i + 1];
        }
    }

    private Errno() {
    }

    /** The symbolic name, as {@code ENODEV}; a number without one here reads {@code errno 123}. */
    public static String name(int errno) {
        String name = errno >= 0 && errno < NAMES.length ? NAMES[errno] : null;
        return name == null ? "errno " + errno : name;
    }
}
