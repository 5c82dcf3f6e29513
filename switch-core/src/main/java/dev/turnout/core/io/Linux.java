package dev.turnout.core.io;

/** Constants of the kernel's interfaces, under the kernel's names. The same on x86-64 and AArch64. */
public final class Linux {
    // Files and memory.
    public static final int O_RDONLY = 0;
    public static final int O_RDWR = 2;
    public static final int O_NONBLOCK = 0x800;
    public static final int O_CLOEXEC = 0x80000;
    public static final int PROT_READ = 1;
    public static final int PROT_WRITE = 2;
    public static final int MAP_SHARED = 1;
    public static final int MAP_POPULATE = 0x8000;
    public static final int EFD_NONBLOCK = O_NONBLOCK;
    public static final int EFD_CLOEXEC = O_CLOEXEC;
    public static final int POLLIN = 1;
    public static final int POLLERR = 8;
    public static final int CLONE_NEWNET = 0x40000000;

    // Sockets.
    public static final int AF_INET = 2;
    public static final int AF_NETLINK = 16;
    public static final int AF_PACKET = 17;
    public static final int SOCK_DGRAM = 2;
    public static final int SOCK_RAW = 3;
    public static final int SOCK_NONBLOCK = O_NONBLOCK;
    public static final int SOCK_CLOEXEC = O_CLOEXEC;
    public static final int SOL_SOCKET = 1;
    public static final int SO_ERROR = 4;
    public static final int SO_SNDBUF = 7;
    public static final int SO_RCVBUF = 8;
    public static final int SO_SNDBUFFORCE = 32;
    public static final int SO_RCVBUFFORCE = 33;
    public static final int MSG_TRUNC = 0x20;
    public static final int MSG_DONTWAIT = 0x40;

    // struct msghdr, struct mmsghdr, struct iovec.
    public static final int IOVEC_SIZE = 16;
    public static final int IOVEC_LENGTH = 8;
    public static final int MSGHDR_NAME = 0;
    public static final int MSGHDR_NAME_LENGTH = 8;
    public static final int MSGHDR_IOV = 16;
    public static final int MSGHDR_IOV_COUNT = 24;
    public static final int MSGHDR_CONTROL = 32;
    public static final int MSGHDR_CONTROL_LENGTH = 40;
    public static final int MSGHDR_FLAGS = 48;
    public static final int MSGHDR_SIZE = 56;
    public static final int MMSGHDR_LENGTH = 56;
    public static final int MMSGHDR_SIZE = 64;
    public static final int CMSGHDR_LEVEL = 8;
    public static final int CMSGHDR_TYPE = 12;
    public static final int CMSGHDR_SIZE = 16;

    // Packet sockets.
    public static final int ETH_P_ALL = 3;
    public static final int SOL_PACKET = 263;
    public static final int PACKET_ADD_MEMBERSHIP = 1;
    public static final int PACKET_RX_RING = 5;
    public static final int PACKET_STATISTICS = 6;
    public static final int PACKET_COPY_THRESH = 7;
    public static final int PACKET_AUXDATA = 8;
    public static final int PACKET_VERSION = 10;
    public static final int PACKET_VNET_HDR = 15;
    public static final int PACKET_QDISC_BYPASS = 20;
    public static final int PACKET_IGNORE_OUTGOING = 23;
    public static final int PACKET_MR_PROMISC = 1;
    public static final int SOCKADDR_LL_SIZE = 20;
    public static final int TPACKET_V2 = 1;
    public static final int TPACKET_V3 = 2;
    public static final int TP_STATUS_KERNEL = 0;
    public static final int TP_STATUS_USER = 1;
    public static final int TP_STATUS_COPY = 2;
    public static final int TP_STATUS_VLAN_VALID = 1 << 4;
    public static final int TP_STATUS_VLAN_TPID_VALID = 1 << 6;

    // Interfaces and TAP.
    public static final int IFNAMSIZ = 16;
    public static final int IFREQ_SIZE = 40;
    public static final int IFREQ_DATA = 16;
    public static final long SIOCGIFFLAGS = 0x8913;
    public static final long SIOCSIFFLAGS = 0x8914;
    public static final long SIOCSIFHWADDR = 0x8924;
    public static final long SIOCSIFMTU = 0x8922;
    public static final long SIOCETHTOOL = 0x8946;
    public static final int IFF_UP = 1;
    public static final int IFF_LOOPBACK = 8;
    public static final int IFF_RUNNING = 0x40;
    public static final int IFF_PROMISC = 0x100;
    public static final int IFF_LOWER_UP = 1 << 16;
    public static final int IFF_TAP = 2;
    public static final int IFF_MULTI_QUEUE = 0x100;
    public static final int IFF_NO_PI = 0x1000;
    public static final int IFF_VNET_HDR = 0x4000;
    public static final long TUNSETIFF = 0x400454caL;
    public static final long TUNSETOFFLOAD = 0x400454d0L;
    public static final long TUNSETVNETHDRSZ = 0x400454d8L;
    public static final long TUNSETQUEUE = 0x400454d9L;
    public static final int IFF_ATTACH_QUEUE = 0x200;
    public static final int IFF_DETACH_QUEUE = 0x400;
    public static final int TUN_F_CSUM = 1;
    public static final int TUN_F_TSO4 = 2;
    public static final int TUN_F_TSO6 = 4;
    public static final int TUN_F_TSO_ECN = 8;
    public static final int TUN_F_USO4 = 0x20;
    public static final int TUN_F_USO6 = 0x40;
    public static final int ETHTOOL_GSET = 1;

    /** Bytes of {@code struct virtio_net_hdr}. */
    public static final int VNET_HEADER_SIZE = 10;

    private Linux() {
    }
}
