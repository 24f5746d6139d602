/** include/uapi/linux/userfaultfd.h as of 5.4. */

export const enum Uffd {
  /** UFFD_API */
  API = 0xaa,
  /** sizeof(struct uffd_msg) */
  MsgBytes = 32,
  EVENT_PAGEFAULT = 0x12,
  PAGEFAULT_FLAG_WRITE = 1 << 0,
  REGISTER_MODE_MISSING = 1 << 0,
  REGISTER_MODE_WP = 1 << 1,
  COPY_MODE_DONTWAKE = 1 << 0,
  ZEROPAGE_MODE_DONTWAKE = 1 << 0,
}

export const enum UffdFeature {
  EVENT_FORK = 1 << 1,
  EVENT_REMAP = 1 << 2,
  EVENT_REMOVE = 1 << 3,
  MISSING_HUGETLBFS = 1 << 4,
  MISSING_SHMEM = 1 << 5,
  EVENT_UNMAP = 1 << 6,
  SIGBUS = 1 << 7,
  THREAD_ID = 1 << 8,
}

/** ioctl requests (UFFDIO_*). */
export const enum Uffdio {
  API = 0xc018_aa3f,
  REGISTER = 0xc020_aa00,
  UNREGISTER = 0x8010_aa01,
  WAKE = 0x8010_aa02,
  COPY = 0xc028_aa03,
  ZEROPAGE = 0xc020_aa04,
}

/** Bits of the `ioctls` that UFFDIO_API and UFFDIO_REGISTER answer: 1 << the request's number. */
export const enum UffdIoctls {
  REGISTER = 1 << 0,
  UNREGISTER = 1 << 1,
  WAKE = 1 << 2,
  COPY = 1 << 3,
  ZEROPAGE = 1 << 4,
  /** UFFDIO_API is number 0x3f: this bit of the high half. */
  ApiHigh = 0x8000_0000,
}
