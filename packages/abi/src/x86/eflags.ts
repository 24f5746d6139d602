/** RFLAGS (SDM volume 1, 3.4.3). */
export const enum Eflags {
  CF = 0x0001,
  Fixed = 0x0002,
  PF = 0x0004,
  AF = 0x0010,
  ZF = 0x0040,
  SF = 0x0080,
  TF = 0x0100,
  IF = 0x0200,
  DF = 0x0400,
  OF = 0x0800,
  IOPL = 0x3000,
  NT = 0x4000,
  RF = 0x1_0000,
  VM = 0x2_0000,
  AC = 0x4_0000,
  VIF = 0x8_0000,
  VIP = 0x10_0000,
  ID = 0x20_0000,
  /** The six status flags. */
  Status = 0x8d5,
  /** What popf changes in user mode (IOPL 0) besides the status flags: TF, DF, NT, AC, ID. */
  UserControl = 0x24_4500,
}
