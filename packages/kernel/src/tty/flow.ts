import { Packet } from '@ring3/abi';
import type { Kernel } from '../kernel.js';
import { writeProcessed } from './output.js';
import type { Tty } from './tty.js';

/** ^S, or tcflow(TCOOFF). Linux: stop_tty. */
export function stopOutput(k: Kernel, tty: Tty): void {
  if (tty.stopped) return;
  tty.stopped = true;
  tty.packetEvent(k, Packet.STOP, Packet.START);
}

/** ^Q, or tcflow(TCOON): writers go on, and the echoes that waited come. Linux: start_tty, process_echoes. */
export function restartOutput(k: Kernel, tty: Tty): void {
  if (!tty.stopped) return;
  tty.stopped = false;
  tty.packetEvent(k, Packet.START, Packet.STOP);
  const { echoes } = tty;
  tty.echoes = [];
  if (echoes.length > 0) writeProcessed(k, tty, Uint8Array.from(echoes));
  tty.writeQueue.wake(k);
}
