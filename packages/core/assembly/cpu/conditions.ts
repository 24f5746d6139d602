import { CcOp, ccA, ccB, ccOp, ccResult, getCf, getOf, getPf, getSf } from './flags';

/** Condition codes 0–15 of jcc, setcc and cmovcc (SDM volume 1, appendix B), with the commonest case, a compare before, first. */

@inline
export function isBelow(): bool {
  return ccOp == CcOp.Sub ? ccA < ccB : getCf();
}

@inline
export function isBelowEqual(): bool {
  return ccOp == CcOp.Sub ? ccA <= ccB : ccResult == 0 || getCf();
}

@inline
export function isSign(): bool {
  return ccOp >= <u32>CcOp.Explicit ? getSf() : ccResult < 0;
}

function isLessOther(): bool {
  return getSf() != getOf();
}

@inline
export function isLess(): bool {
  return ccOp == CcOp.Sub ? <i64>ccA < <i64>ccB : isLessOther();
}

@inline
export function isLessEqual(): bool {
  return ccOp == CcOp.Sub ? <i64>ccA <= <i64>ccB : ccResult == 0 || isLessOther();
}

/** Does condition `code` hold? */
export function condition(code: u32): bool {
  let holds = false;
  switch (code >> 1) {
    case 0:
      holds = getOf();
      break;
    case 1:
      holds = isBelow();
      break;
    case 2:
      holds = ccResult == 0;
      break;
    case 3:
      holds = isBelowEqual();
      break;
    case 4:
      holds = isSign();
      break;
    case 5:
      holds = getPf();
      break;
    case 6:
      holds = isLess();
      break;
    default:
      holds = isLessEqual();
      break;
  }
  return holds != ((code & 1) != 0);
}
