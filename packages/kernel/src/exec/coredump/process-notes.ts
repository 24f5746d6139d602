import { NoteType, PageSize, PrPsInfo, PrStatus } from '@ring3/abi';
import type { Kernel } from '../../kernel.js';
import type { Mm } from '../../mm/mm.js';
import { readRemote } from '../../mm/remote-access.js';
import { encodeSigInfo } from '../../signal/siginfo.js';
import { processTime } from '../../time/cpu-time.js';
import { pathString } from '../../vfs/d-path.js';
import type { CoredumpParams } from './core-file.js';
import { putText, putWord, type Note } from './notes.js';
import type { CoreThread } from './thread-state.js';

/** MAX_FILE_NOTE_SIZE: a file list as long as this is left out. */
const FILE_NOTE_MAX = 4 << 20;

/** The notes of a dump in Linux's order: the process's own stand behind the first thread's status. Linux: fill_note_info, write_note_info. */
export function coreNotes(k: Kernel, mm: Mm, params: CoredumpParams): Note[] {
  const notes: Note[] = [];
  params.threads.forEach((thread, i) => {
    notes.push({ type: NoteType.PrStatus, desc: prstatus(k, thread, params.info.signo) });
    if (i === 0) {
      notes.push({ type: NoteType.PrPsInfo, desc: prpsinfo(k, mm) });
      notes.push({ type: NoteType.SigInfo, desc: encodeSigInfo(params.info) });
      notes.push({ type: NoteType.Auxv, desc: auxv(mm) });
      const files = fileNote(k, mm);
      if (files) notes.push({ type: NoteType.File, desc: files });
    }
    notes.push({ type: NoteType.PrFpReg, desc: thread.fpu });
  });
  return notes;
}

/** Linux: fill_prstatus; a leader's times are the process's. */
function prstatus(k: Kernel, { task, pending, registers }: CoreThread, signo: number): Uint8Array {
  const { signal } = task;
  const bytes = new Uint8Array(PrStatus.Bytes);
  const view = new DataView(bytes.buffer);
  const time = (at: number, ns: number): void => {
    putWord(view, at, Math.floor(ns / 1e9));
    putWord(view, at + 8, Math.floor((ns % 1e9) / 1000));
  };
  view.setUint32(PrStatus.Signo, signo, true);
  view.setUint16(PrStatus.CurSig, signo, true);
  view.setBigUint64(PrStatus.SigPend, pending, true);
  view.setBigUint64(PrStatus.SigHold, task.blocked, true);
  view.setUint32(PrStatus.Pid, task.tid, true);
  view.setUint32(PrStatus.PPid, task.realParent?.tgid ?? 0, true);
  view.setUint32(PrStatus.PGrp, signal.pgrp.nr, true);
  view.setUint32(PrStatus.Sid, signal.session.nr, true);
  const { utime, stime } = task.groupLeader === task ? processTime(k, signal) : task;
  time(PrStatus.Utime, utime);
  time(PrStatus.Stime, stime);
  time(PrStatus.CUtime, signal.cutime);
  time(PrStatus.CStime, signal.cstime);
  bytes.set(registers, PrStatus.Reg);
  view.setUint32(PrStatus.FpValid, 1, true);
  return bytes;
}

/** Linux: fill_psinfo. */
function prpsinfo(k: Kernel, mm: Mm): Uint8Array {
  const task = k.current;
  const { signal, cred } = task;
  const bytes = new Uint8Array(PrPsInfo.Bytes);
  const view = new DataView(bytes.buffer);
  // pr_state 0: it runs.
  putText(bytes, PrPsInfo.SName, 'R');
  view.setInt8(PrPsInfo.Nice, task.nice);
  putWord(view, PrPsInfo.Flag, task.flags);
  view.setUint32(PrPsInfo.Uid, cred.uid, true);
  view.setUint32(PrPsInfo.Gid, cred.gid, true);
  view.setUint32(PrPsInfo.Pid, task.tgid, true);
  view.setUint32(PrPsInfo.PPid, task.realParent?.tgid ?? 0, true);
  view.setUint32(PrPsInfo.PGrp, signal.pgrp.nr, true);
  view.setUint32(PrPsInfo.Sid, signal.session.nr, true);
  putText(bytes, PrPsInfo.FName, task.comm.slice(0, PrPsInfo.FNameBytes - 1));
  const length = Math.min(mm.argEnd - mm.argStart, PrPsInfo.PsArgsBytes - 1);
  const args = readRemote(k, mm, mm.argStart, length);
  if (args.length === length)
    bytes.set(
      args.map((byte) => (byte === 0 ? 0x20 : byte)),
      PrPsInfo.PsArgs,
    );
  return bytes;
}

function auxv(mm: Mm): Uint8Array {
  const bytes = new Uint8Array(mm.auxv.length * 16);
  const view = new DataView(bytes.buffer);
  mm.auxv.forEach(([type, value], i) => {
    putWord(view, i * 16, type);
    putWord(view, i * 16 + 8, value);
  });
  return bytes;
}

/**
 * The mapped files; null where there are none or too many. Linux: fill_files_note.
 *
 *   | count | page size | count × { start | end | offset in pages } | count names, each with its NUL |
 */
function fileNote(k: Kernel, mm: Mm): Uint8Array | null {
  const rows = mm.vmas.flatMap(({ file, start, end, pgoff }) => {
    return file ? [{ start, end, pgoff, name: `${file.path ? pathString(k, file.path) : file.name}\0` }] : [];
  });
  if (rows.length === 0) return null;
  const namesAt = 16 + rows.length * 24;
  const length = rows.reduce((total, { name }) => total + name.length, namesAt);
  if (length >= FILE_NOTE_MAX) return null;
  const bytes = new Uint8Array(length);
  const view = new DataView(bytes.buffer);
  putWord(view, 0, rows.length);
  putWord(view, 8, PageSize.Bytes);
  let at = namesAt;
  rows.forEach(({ start, end, pgoff, name }, i) => {
    [start, end, pgoff].forEach((word, j) => putWord(view, 16 + i * 24 + j * 8, word));
    putText(bytes, at, name);
    at += name.length;
  });
  return bytes;
}
