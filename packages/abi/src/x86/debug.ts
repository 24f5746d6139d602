/** DR6, which says why a debug exception came (SDM volume 3, 17.2.3). #DB has no error code: its exit tells these bits in its place. */
export const enum Dr6 {
  /** Single step. */
  BS = 1 << 14,
}
